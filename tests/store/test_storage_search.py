"""Collections: pages, filters, and search by text, vector and both."""

from __future__ import annotations

import random

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from ops.context import CollectionSpec
from ops.errors import StoreError, UsageError
from ops.frames import in_order
from ops.fusion import fused
from storage import Reader, SearchHit, Store, Tables
from tests.store.rows import COLLECTION_COLUMNS, KEY, collection, ids, unit

SPEC = CollectionSpec("vector", "cosine", ("text",), ("language", "tags"), "en")
TEXTS = (
    "The cat sat on the mat and looked at the dog.",
    "A dog runs; dogs are running everywhere.",
    'It\'s "quoted" AND (tricky) text: foo+bar -baz ~q^2 [x] {y}',
    "to be or not to be",
    "Ünïcode café, 東京.",
    "",
)


def published(store: Store, rows: pl.DataFrame, spec: CollectionSpec = SPEC) -> Reader:
    """A reader of these rows as the collection `index`."""
    tables = store.tables("handbook")
    table = tables.table_name("index", "collection", KEY)
    tables.ensure(table, "collection", COLLECTION_COLUMNS, 8)
    tables.replace(table, "collection", rows, rows["doc_id"].unique().to_list())
    tables.build_indexes(table, spec)
    tables.publish("run-1", {"index": {"collection": table}}, {"index": table})
    reader = store.reader("handbook")
    assert reader is not None
    return reader


@pytest.fixture
def reader(store: Store) -> Reader:
    return published(store, collection(1, 2, texts=TEXTS))


def texts(hits: list[SearchHit]) -> list[str]:
    return [hit.row["text"] for hit in hits]


def test_text_search_knows_the_language(reader: Reader) -> None:
    hits = reader.search("index", "run dog", mode="text")
    assert texts(hits) == [TEXTS[1], TEXTS[0]]
    assert [hit.rank for hit in hits] == [1, 2]
    assert hits[0].score > hits[1].score > 0
    assert set(hits[0].row) == set(COLLECTION_COLUMNS) - {"vector"}
    assert hits[0].row["tags"] == ["odd", "it's"]
    assert texts(reader.search("index", "to be or not to be", mode="text", k=1)) == [TEXTS[3]]
    assert texts(reader.search("index", "cafe", mode="text")) == [TEXTS[4]]


def test_a_question_is_never_syntax(reader: Reader) -> None:
    assert texts(reader.search("index", "foo+bar -baz", mode="text")) == [TEXTS[2]]
    assert texts(reader.search("index", 'AND "quoted', mode="text"))[0] == TEXTS[2]
    for question in ("", "   ", '"', "'", "(((", "\\", "\0", "a:b", "*", "~", "' OR 1=1 --"):
        reader.search("index", question, mode="text")
    assert reader.search("index", "", mode="text") == []


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(question=st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_question_is_answered(reader: Reader, question: str) -> None:
    vector = np.asarray(unit("abc"), dtype=np.float32)
    for hit in reader.search("index", question, mode="text"):
        assert hit.row["text"] in TEXTS
    assert len(reader.search("index", question, mode="hybrid", vector=vector)) == 6


def test_vector_search_is_by_cosine(reader: Reader) -> None:
    rows = in_order("collection", collection(1, 2, texts=TEXTS))
    vectors = np.asarray(rows["vector"].to_list(), dtype=np.float32)
    asked = np.asarray(unit("42"), dtype=np.float32) * 3
    hits = reader.search("index", "", mode="vector", vector=asked, k=6)
    similar = vectors @ asked / np.linalg.norm(asked)
    order = np.argsort(-similar)
    assert [hit.row["chunk_id"] for hit in hits] == [rows["chunk_id"][int(i)] for i in order]
    assert np.allclose([hit.score for hit in hits], similar[order], atol=1e-5)


def test_hybrid_adds_both_scores_up(reader: Reader) -> None:
    asked = np.asarray(unit("7"), dtype=np.float32)
    by_text = reader.search("index", "dog", mode="text", k=64)
    by_vector = reader.search("index", "", mode="vector", vector=asked, k=64)
    assert 0 < len(by_text) < len(by_vector)
    expected = fused(
        {hit.row["chunk_id"]: hit.score for hit in by_vector},
        {hit.row["chunk_id"]: hit.score for hit in by_text},
    )
    hits = reader.search("index", "dog", mode="hybrid", vector=asked, k=4)
    ranked = sorted(expected, key=lambda name: (-expected[name], name))[:4]
    assert [hit.row["chunk_id"] for hit in hits] == ranked
    assert [hit.score for hit in hits] == pytest.approx([expected[name] for name in ranked])
    # Without a word of the question in any row the order is that by meaning.
    alone = reader.search("index", "zzzz", mode="hybrid", vector=asked, k=4)
    assert [h.row["chunk_id"] for h in alone] == [h.row["chunk_id"] for h in by_vector[:4]]


def test_equal_scores_come_in_a_fixed_order(store: Store) -> None:
    rows = collection(*range(40), count=5).with_columns(text=pl.lit("the same words"))
    rows = rows.with_columns(
        pl.Series("vector", [unit("1")] * len(rows), dtype=pl.List(pl.Float32()))
    )
    rows = rows.sample(fraction=1.0, shuffle=True, seed=1)
    reader = published(store, rows)
    expected = sorted(rows["chunk_id"])[:7]
    asked = np.asarray(unit("2"), dtype=np.float32)
    for hits in (
        reader.search("index", "words", mode="text", k=7),
        reader.search("index", "words", mode="vector", vector=asked, k=7),
    ):
        assert [hit.row["chunk_id"] for hit in hits] == expected


def test_search_with_a_filter(reader: Reader) -> None:
    hits = reader.search("index", "dog", mode="text", where={"language": "de"})
    assert texts(hits) == [TEXTS[1]]
    hits = reader.search("index", "dog", mode="text", where={"doc_id": ids(2)})
    assert hits == []
    vector = np.asarray(unit("3"), dtype=np.float32)
    hits = reader.search("index", "", mode="vector", vector=vector, where={"tags": "it's"})
    assert len(hits) == 3
    assert all("it's" in hit.row["tags"] for hit in hits)


def test_neighbours_leave_the_chunk_itself_out(reader: Reader) -> None:
    rows = in_order("collection", collection(1, 2, texts=TEXTS))
    vectors = np.asarray(rows["vector"].to_list(), dtype=np.float32)
    similar = vectors @ vectors[2]
    order = [int(i) for i in np.argsort(-similar) if i != 2][:3]
    hits = reader.near("index", rows["chunk_id"][2], 3)
    assert [hit.row["chunk_id"] for hit in hits] == [rows["chunk_id"][i] for i in order]
    with pytest.raises(UsageError, match="no chunk"):
        reader.near("index", "nobody")


def test_a_chunk_without_vector_has_no_neighbours(store: Store) -> None:
    rows = collection(1).with_columns(
        vector=pl.when(pl.col("ordinal") == 0).then(None).otherwise("vector")
    )
    reader = published(store, rows)
    assert reader.near("index", rows["chunk_id"][0]) == []
    assert len(reader.near("index", rows["chunk_id"][1])) == 1
    vector = np.asarray(unit("3"), dtype=np.float32)
    assert len(reader.search("index", "", mode="vector", vector=vector)) == 2


def test_what_cannot_be_searched_says_why(reader: Reader, store: Store) -> None:
    with pytest.raises(UsageError, match="vector of the question"):
        reader.search("index", "x", mode="vector")
    with pytest.raises(StoreError, match="length 8"):
        reader.search("index", "x", mode="vector", vector=np.ones(3, dtype=np.float32))
    with pytest.raises(StoreError, match="length 8"):
        reader.search("index", "x", mode="hybrid", vector=np.full(8, np.nan, dtype=np.float32))
    with pytest.raises(UsageError, match="no search mode"):
        reader.search("index", "x", mode="magic")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="at least one"):
        reader.search("index", "x", mode="text", k=0)
    with pytest.raises(UsageError, match="no such column"):
        reader.search("index", "x", mode="text", where={"nope": 1})
    with pytest.raises(UsageError, match="no published collection 'nope'") as caught:
        reader.search("nope", "x", mode="text")
    assert "index" in caught.value.hint


def test_a_collection_without_vectors(store: Store) -> None:
    tables = store.tables("plain")
    table = tables.table_name("index", "collection", KEY)
    rows = collection(1, texts=TEXTS).drop("vector")
    tables.replace(table, "collection", rows, ids(1))
    tables.build_indexes(table, CollectionSpec(None, "cosine", ("text", "title"), (), "en"))
    tables.publish("run", {"index": {"collection": table}}, {"index": table})
    reader = store.reader("plain")
    assert reader is not None
    assert texts(reader.search("index", "dogs", mode="text")) == [TEXTS[1], TEXTS[0]]
    assert reader.search("index", "title 2", mode="text", k=1)[0].row["title"] == "Title of 2"
    for mode in ("vector", "hybrid"):
        with pytest.raises(UsageError, match="no vectors"):
            reader.search("index", "x", mode=mode, vector=np.ones(8, dtype=np.float32))


def test_an_empty_collection_finds_nothing(store: Store) -> None:
    reader = published(store, collection())
    vector = np.asarray(unit("1"), dtype=np.float32)
    assert reader.count("index") == 0
    assert reader.page("index", offset=0, limit=10).is_empty()
    assert reader.search("index", "x", mode="text") == []
    assert reader.search("index", "x", mode="hybrid", vector=vector) == []
    assert reader.chunk("index", "x") is None
    assert reader.documents("index").is_empty()


def test_pages_are_in_order_and_without_vectors(store: Store) -> None:
    rows = collection(*range(30), count=4)
    reader = published(store, rows.sample(fraction=1.0, shuffle=True, seed=2))
    expected = in_order("collection", rows).drop("vector")
    assert reader.columns("index") == expected.columns
    whole = [reader.page("index", offset=start, limit=17) for start in range(0, 120, 17)]
    assert_frame_equal(pl.concat(whole), expected)
    assert reader.page("index", offset=500, limit=10).is_empty()
    assert reader.page("index", offset=0, limit=0).columns == expected.columns
    assert reader.count("index") == 120


def test_pages_can_be_sorted_and_filtered(store: Store) -> None:
    rows = collection(*range(6), count=4)
    reader = published(store, rows)
    expected = in_order("collection", rows).drop("vector")
    where = {"language": "de", "ordinal": [1, 3]}
    wanted = expected.filter(pl.col("language") == "de", pl.col("ordinal").is_in([1, 3]))
    assert_frame_equal(reader.page("index", offset=0, limit=99, where=where), wanted)
    assert reader.count("index", where) == len(wanted)
    by = ["-ordinal", "title"]
    page = reader.page("index", offset=2, limit=9, order=by)
    sort = ["ordinal", "title", "doc_id", "level", "start", "end", "chunk_id"]
    assert_frame_equal(page, expected.sort(sort, descending=[True] + [False] * 6)[2:11])
    with pytest.raises(UsageError, match="cannot sort by 'nope'"):
        reader.page("index", offset=0, limit=1, order=["nope"])


def test_one_chunk_by_its_id(reader: Reader) -> None:
    rows = collection(1, 2, texts=TEXTS)
    found = reader.chunk("index", rows["chunk_id"][4])
    assert found == rows.drop("vector").row(4, named=True)


def test_chunks_of_documents_are_counted(store: Store) -> None:
    reader = published(store, collection(1, 2))
    assert reader.documents("index").is_empty()  # no cell published documents
    assert reader.text("x") is None


def test_searches_after_changes_find_what_is_new(store: Store, tables: Tables) -> None:
    published(store, collection(*range(20), texts=TEXTS * 10))
    table = tables.table_name("index", "collection", KEY)
    chance = random.Random(3)
    for word in ("walrus", "narwhal", "dugong"):
        number = chance.randrange(20)
        rows = collection(number).with_columns(text=pl.lit(f"a {word} swims"))
        tables.replace(table, "collection", rows, ids(number))
        tables.build_indexes(table, SPEC)
        tables.publish(word, {"index": {"collection": table}}, {"index": table})
        reader = store.reader("handbook")
        assert reader is not None
        hits = reader.search("index", word, mode="text", k=9)
        assert {hit.row["doc_id"] for hit in hits} == set(ids(number))
        assert len(hits) == 3


@pytest.mark.parametrize("span", [1 << 26, 0])
def test_a_filter_over_a_known_order_gives_what_sorting_gives(
    store: Store, monkeypatch: pytest.MonkeyPatch, span: int
) -> None:
    made = collection(*range(12), count=5)
    published(store, made.head(30))
    reader = published(store, made)
    fresh = store.reader("handbook")
    assert fresh is not None
    monkeypatch.setattr("storage.pages._SPAN", span)
    for order in (("-title",), ()):
        reader.page("index", offset=0, limit=5, order=order)
        for where in ({"ordinal": [0, 2, 4]}, {"level": 0}, {"language": "de"}):
            count = fresh.count("index", where)
            wanted = fresh.page("index", offset=3, limit=20, where=where, order=order)
            found = reader.page("index", offset=3, limit=20, where=where, order=order)
            assert len(found) > 5
            assert_frame_equal(found, wanted)
            assert reader.count("index", where) == count
