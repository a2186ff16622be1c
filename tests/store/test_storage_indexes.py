"""Indexes: made once, changed when they are asked to be, refreshed past thresholds."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from ops.context import CollectionSpec
from ops.errors import StoreError
from storage import Store, Tables
from storage.indexes import Thresholds, build_indexes, read_spec
from tests.store.rows import COLLECTION_COLUMNS, KEY, collection, ids

SPEC = CollectionSpec("vector", "cosine", ("text",), ("language", "tags", "tokens"), "en")


def kinds(handle: Any) -> dict[str, str]:
    return {index.columns[0]: index.index_type for index in handle.list_indices()}


@pytest.fixture
def table(tables: Tables) -> str:
    name = tables.table_name("index", "collection", KEY)
    tables.ensure(name, "collection", COLLECTION_COLUMNS, 8)
    tables.replace(name, "collection", collection(*range(40)), ids(*range(40)))
    return name


def test_each_column_gets_its_kind(store: Store, tables: Tables, table: str) -> None:
    tables.build_indexes(table, SPEC)
    assert kinds(store.database.table(table)) == {
        "chunk_id": "BTree",
        "doc_id": "BTree",
        "text": "FTS",
        "language": "Bitmap",
        "tags": "LabelList",
        "tokens": "Bitmap",
    }
    assert read_spec(store.database.table(table)) == SPEC


def test_building_again_changes_nothing(store: Store, tables: Tables, table: str) -> None:
    tables.build_indexes(table, SPEC)
    version = tables.version(table)
    tables.build_indexes(table, SPEC)
    Store.open(store.uri).tables("handbook").build_indexes(table, SPEC)
    assert tables.version(table) == version


def test_another_language_makes_another_index(store: Store, tables: Tables, table: str) -> None:
    tables.build_indexes(table, SPEC)
    rows = collection(1).with_columns(text=pl.lit("die Häuser"))
    tables.replace(table, "collection", rows, ids(1))
    german = CollectionSpec("vector", "cosine", ("text",), ("language",), "de")
    tables.build_indexes(table, german)
    handle = store.database.table(table)
    assert kinds(handle) == {
        "chunk_id": "BTree",
        "doc_id": "BTree",
        "text": "FTS",
        "language": "Bitmap",
    }
    (details,) = [i.index_details for i in handle.list_indices() if i.columns == ["text"]]
    assert (details["language"], details["stem"]) == ("German", True)
    assert read_spec(handle) == german


def test_a_language_that_cannot_be_stemmed(store: Store, tables: Tables, table: str) -> None:
    tables.build_indexes(table, CollectionSpec(None, "cosine", ("text",), (), "xx"))
    (index,) = [i for i in store.database.table(table).list_indices() if i.columns == ["text"]]
    assert not index.index_details["stem"]


def test_a_column_that_is_not_there(tables: Tables, table: str) -> None:
    with pytest.raises(StoreError, match="no column nope"):
        tables.build_indexes(table, CollectionSpec(None, "cosine", ("nope",), (), "en"))


def test_rows_outside_are_folded_in_past_thresholds(
    store: Store, tables: Tables, table: str
) -> None:
    handle = store.database.table(table)
    limits = Thresholds(unindexed_rows=10, unindexed_share=0.1)
    build_indexes(handle, SPEC, limits)

    def outside() -> int:
        return max(int(index.num_unindexed_rows) for index in handle.list_indices())

    assert outside() == 0
    tables.replace(table, "collection", collection(50, 51, 52), ids(50, 51, 52))
    build_indexes(handle, SPEC, limits)
    assert outside() == 9
    tables.replace(table, "collection", collection(53, 54), ids(53, 54))
    build_indexes(handle, SPEC, limits)
    assert outside() == 0
    assert handle.list_versions()[0]["version"] == 1  # nothing was pruned


def test_a_vector_index_past_its_threshold(store: Store, tables: Tables, table: str) -> None:
    rows = collection(*range(200), count=4)
    tables.replace(table, "collection", rows, ids(*range(200)))
    handle = store.database.table(table)
    build_indexes(handle, SPEC, Thresholds(vector_rows=801))
    assert "vector" not in kinds(handle)
    build_indexes(handle, SPEC, Thresholds(vector_rows=800))
    assert kinds(handle)["vector"] == "IvfFlat"
    version = handle.version
    build_indexes(handle, SPEC, Thresholds(vector_rows=800))
    assert handle.version == version
    build_indexes(handle, SPEC)
    assert kinds(handle)["vector"] == "IvfFlat"  # once made it stays

    tables.publish("run", {"index": {"collection": table}}, {"index": table})
    reader = store.reader("handbook")
    assert reader is not None
    vectors = np.asarray(rows["vector"].to_list(), dtype=np.float32)
    found = 0
    for place in range(0, 800, 50):
        hits = reader.near("index", rows["chunk_id"][place], 10)
        exact = np.argsort(-(vectors @ vectors[place]))[1:11]
        found += len({hit.row["chunk_id"] for hit in hits} & set(rows["chunk_id"][exact.tolist()]))
    assert found >= 0.95 * 160
