"""Rows of cells: replaced with their documents, in one commit, exactly."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import storage.cells as cells
from ops.errors import StoreError
from ops.frames import ENTITIES, KEYWORD, SPANS, conform, digest, in_order
from storage import Store, Tables
from tests.store.rows import (
    CHUNK_COLUMNS,
    COLLECTION_COLUMNS,
    DOCUMENT_COLUMNS,
    KEY,
    chunk_table,
    chunks,
    collection,
    documents,
    ids,
)


def test_rows_come_back_as_they_were(tables: Tables) -> None:
    table = tables.table_name("source", "documents", KEY)
    rows = conform("documents", documents(3, 1, 2), DOCUMENT_COLUMNS)
    tables.replace(table, "documents", rows, ids(1, 2, 3))
    read = tables.read(table)
    assert_frame_equal(read, rows)
    assert read.schema == rows.schema


def test_replacing_a_document_leaves_the_others(tables: Tables) -> None:
    table = chunk_table(tables)
    tables.replace(table, "chunks", chunks(1, 2, 3, count=4), ids(1, 2, 3))
    tables.replace(table, "chunks", chunks(2, count=2, salt="new"), ids(2))
    expected = pl.concat([chunks(1, 3, count=4), chunks(2, count=2, salt="new")])
    assert_frame_equal(tables.read(table), in_order("chunks", expected))
    assert tables.count(table) == 10


def test_chunks_that_stay_and_chunks_that_move(tables: Tables) -> None:
    table = chunk_table(tables)
    tables.replace(table, "chunks", chunks(1, count=5), ids(1))
    shorter = chunks(1, count=3).with_columns(pl.col("start") + 7, pl.col("end") + 7)
    tables.replace(table, "chunks", shorter, ids(1))
    assert_frame_equal(tables.read(table), shorter)


def test_each_replace_is_one_commit(tables: Tables) -> None:
    table = chunk_table(tables)
    tables.replace(table, "chunks", chunks(1, 2), ids(1, 2))
    before = tables.version(table)
    tables.replace(table, "chunks", chunks(2, 3, salt="x"), ids(2, 3))
    assert tables.version(table) == before + 1
    tables.replace(table, "chunks", chunks(4), ids(4))
    assert tables.version(table) == before + 2


def test_a_large_table_is_written_without_reading_it(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "ONE_COMMIT", 0)
    table = chunk_table(tables)
    tables.replace(table, "chunks", chunks(1, 2, 3, count=4), ids(1, 2, 3))
    before = tables.version(table)
    tables.replace(table, "chunks", chunks(2, count=2, salt="new"), ids(2, 5))
    expected = pl.concat([chunks(1, 3, count=4), chunks(2, count=2, salt="new")])
    assert_frame_equal(tables.read(table), in_order("chunks", expected))
    assert tables.version(table) == before + 2


def test_removing_documents_is_one_commit_or_none(tables: Tables) -> None:
    table = chunk_table(tables)
    tables.replace(table, "chunks", chunks(1, 2, 3), ids(1, 2, 3))
    before = tables.version(table)
    tables.replace(table, "chunks", chunks(), ids(1, 3))
    assert tables.read(table)["doc_id"].unique().to_list() == ids(2)
    assert tables.version(table) == before + 1
    tables.replace(table, "chunks", chunks(), ids(1, 3, 99))
    assert tables.version(table) == before + 1


def test_reading_some_documents_and_columns(tables: Tables) -> None:
    table = chunk_table(tables)
    tables.replace(table, "chunks", chunks(1, 2, 3), ids(1, 2, 3))
    read = tables.read(table, documents=ids(3, 1), columns=["text", "doc_id"])
    expected = in_order("chunks", chunks(1, 3)).select("text", "doc_id")
    assert_frame_equal(read, expected)
    assert tables.read(table, documents=[]).is_empty()
    with pytest.raises(StoreError, match="no column nope"):
        tables.read(table, columns=["nope"])


def test_a_table_without_rows_reads_as_one(tables: Tables) -> None:
    table = chunk_table(tables)
    tables.ensure(table, "chunks", CHUNK_COLUMNS, None)
    tables.ensure(table, "chunks", CHUNK_COLUMNS, None)
    assert_frame_equal(tables.read(table), pl.DataFrame(schema=dict(CHUNK_COLUMNS)))
    tables.replace(table, "chunks", chunks(), ids(1))
    assert tables.count(table) == 0


def test_missing_tables_are_named(tables: Tables) -> None:
    table = chunk_table(tables)
    assert not tables.exists(table)
    with pytest.raises(StoreError, match=r"handbook\.cut\.chunks\.abc123"):
        tables.read(table)
    tables.drop(table)
    tables.clear(table)


def test_clear_and_drop(tables: Tables) -> None:
    table = chunk_table(tables)
    tables.replace(table, "chunks", chunks(1), ids(1))
    tables.clear(table)
    assert tables.count(table) == 0
    before = tables.version(table)
    tables.clear(table)
    assert tables.version(table) == before
    tables.drop(table)
    assert not tables.exists(table)
    assert tables.names() == []
    tables.replace(table, "chunks", chunks(2), ids(2))
    assert tables.count(table) == 3


def test_another_schema_key_is_another_table(tables: Tables) -> None:
    old, new = (tables.table_name("cut", "chunks", key) for key in ("aaaaaa", "bbbbbb"))
    tables.replace(old, "chunks", chunks(1), ids(1))
    wider = chunks(1).with_columns(extra=pl.lit(1.5))
    tables.replace(new, "chunks", wider, ids(1))
    assert "extra" not in tables.read(old).columns
    assert tables.read(new)["extra"].to_list() == [1.5] * 3
    assert tables.names() == sorted([old, new])
    with pytest.raises(StoreError, match="extra"):
        tables.replace(old, "chunks", wider, ids(1))


def test_vectors_keep_their_values_and_width(tables: Tables) -> None:
    table = tables.table_name("index", "collection", KEY)
    rows = collection(1, 2)
    tables.ensure(table, "collection", COLLECTION_COLUMNS, 8)
    tables.replace(table, "collection", rows, ids(1, 2))
    assert_frame_equal(tables.read(table), in_order("collection", rows))
    with pytest.raises(StoreError, match="another length than 8"):
        tables.replace(table, "collection", collection(3, width=4), ids(3))


def test_an_empty_table_takes_the_width_of_its_first_vectors(tables: Tables) -> None:
    table = tables.table_name("index", "collection", KEY)
    tables.ensure(table, "collection", COLLECTION_COLUMNS, None)
    assert tables.read(table).schema["vector"] == pl.List(pl.Float32())
    tables.replace(table, "collection", collection(1, width=5), ids(1))
    assert tables.read(table)["vector"].list.len().to_list() == [5, 5, 5]


def test_a_vector_that_is_no_number_is_refused(tables: Tables) -> None:
    table = tables.table_name("index", "collection", KEY)
    rows = collection(1).with_columns(
        pl.Series("vector", [[float("nan")] * 8] * 3, dtype=pl.List(pl.Float32()))
    )
    with pytest.raises(StoreError, match="not finite"):
        tables.replace(table, "collection", rows, ids(1))


def test_rows_may_lack_vectors(tables: Tables) -> None:
    table = tables.table_name("index", "collection", KEY)
    rows = collection(1).with_columns(
        vector=pl.when(pl.col("ordinal") == 1).then(None).otherwise("vector")
    )
    tables.replace(table, "collection", rows, ids(1))
    assert_frame_equal(tables.read(table), rows)


def test_one_key_twice_is_the_ops_fault(tables: Tables) -> None:
    twice = pl.concat([chunks(1), chunks(1).head(1)])
    with pytest.raises(StoreError) as caught:
        tables.replace(chunk_table(tables), "chunks", twice, ids(1))
    assert twice["chunk_id"][0] in str(caught.value)
    assert "handbook.cut.chunks" in str(caught.value)
    assert not tables.exists(chunk_table(tables))


def test_rows_of_a_document_outside_the_batch_are_refused(tables: Tables) -> None:
    with pytest.raises(StoreError, match=ids(2)[0]):
        tables.replace(chunk_table(tables), "chunks", chunks(1, 2), ids(1))


def test_nested_columns_with_nulls_come_back(tables: Tables) -> None:
    table = tables.table_name("keywords", "chunks", KEY)
    rows = pl.DataFrame(
        {
            "chunk_id": ["a", "b", "c"],
            "doc_id": ["d", "d", "d"],
            "keywords": [
                [{"phrase": "x", "score": 0.5, "spans": [{"start": 1, "end": 2}]}],
                [],
                None,
            ],
            "evidence": [None, [{"start": 3, "end": 4}], []],
        },
        schema={
            "chunk_id": pl.String(),
            "doc_id": pl.String(),
            "keywords": KEYWORD,
            "evidence": SPANS,
        },
    )
    tables.replace(table, "chunks", rows, ["d"])
    tables.replace(table, "chunks", rows, ["d"])
    assert_frame_equal(tables.read(table), rows)


def test_the_names_that_a_store_can_keep(store: Store, tables: Tables) -> None:
    for bad in ("", "a.b", "a/b", "../x", "_lease", "ä", "x" * 81, "a b"):
        with pytest.raises(StoreError, match="name"):
            store.tables(bad)
        with pytest.raises(StoreError, match="name"):
            tables.table_name(bad, "chunks", KEY)
    with pytest.raises(StoreError, match="no frame"):
        tables.table_name("cut", "nope", KEY)


def test_notebooks_do_not_see_each_other(store: Store) -> None:
    one, other = store.tables("one"), store.tables("one-more")
    one.replace(chunk_table(one), "chunks", chunks(1), ids(1))
    other.replace(chunk_table(other), "chunks", chunks(1, 2), ids(1, 2))
    assert one.names() == ["one.cut.chunks.abc123"]
    assert other.names() == ["one-more.cut.chunks.abc123"]
    assert store.notebooks() == ["one", "one-more"]


HOSTILE = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("'\"`\\\0\n\r;-%_*()")),
    max_size=40,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(names=st.lists(HOSTILE, min_size=1, max_size=4, unique=True), other=HOSTILE)
def test_hostile_ids_and_texts_stay_data(tables: Tables, names: list[str], other: str) -> None:
    table = tables.table_name("link", "entities", KEY)
    tables.clear(table)
    rows = pl.DataFrame(
        [
            {
                "entity_id": digest(name),
                "doc_id": name,
                "canonical": name,
                "name": name,
                "label": name,
                "aliases": [name, other],
                "mentions": 1,
            }
            for name in names
        ],
        schema=dict(ENTITIES),
    )
    tables.replace(table, "entities", rows, names)
    for name in names:
        one = rows.filter(pl.col("doc_id") == name)
        assert_frame_equal(tables.read(table, documents=[name]), one)
    tables.replace(table, "entities", rows.clear(), names[:1])
    rest = in_order("entities", rows.filter(pl.col("doc_id") != names[0]))
    assert_frame_equal(tables.read(table), rest)
