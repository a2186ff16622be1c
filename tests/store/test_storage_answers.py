"""The cache of answers."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pyarrow as pa

from storage import Policy, Store
from storage.records import Records


def test_answers_come_back_by_model_and_hash(store: Store) -> None:
    cache = store.answer_cache()
    assert cache.get("model", ["1"]) == {}
    cache.put("model", {"1": "one", "2": 'with "quotes" and\nlines'})
    cache.put("other", {"1": "another"})
    found = store.answer_cache().get("model", ["2", "1", "3", "1"])
    assert found == {"1": "one", "2": 'with "quotes" and\nlines'}
    assert cache.get("other", ["1", "2"]) == {"1": "another"}
    assert cache.get("model", []) == {}


def test_what_is_known_stays(store: Store) -> None:
    cache = store.answer_cache()
    cache.put("model", {"1": "one"})
    cache.put("model", {"1": "changed", "2": "two"})
    cache.put("model", {})
    assert cache.get("model", ["1", "2"]) == {"1": "one", "2": "two"}
    assert store.database.table("_answers").count_rows() == 2


def test_it_is_no_notebook(store: Store) -> None:
    store.answer_cache().put("model", {"1": "one"})
    assert store.notebooks() == []


def test_old_answers_and_vectors_are_forgotten(store: Store) -> None:
    store.answer_cache().put("model", {"1": "one"})
    store.vector_cache().put("model", {"1": np.ones(4, dtype=np.float32)})
    tables = store.tables("handbook")
    tables.upkeep()
    assert store.answer_cache().get("model", ["1"]) == {"1": "one"}
    versions = {name: store.database.table(name).version for name in ("_answers", "_vectors.model")}
    tables.upkeep()
    for name, version in versions.items():
        assert store.database.table(name).version == version
    tables.policy = Policy(cached=timedelta(days=-1))
    tables.upkeep()
    assert store.answer_cache().get("model", ["1"]) == {}
    assert store.vector_cache().get("model", ["1"]) == {}
    store.answer_cache().put("model", {"1": "again"})
    assert store.answer_cache().get("model", ["1"]) == {"1": "again"}


def test_caches_of_the_first_version_are_made_anew(store: Store) -> None:
    database = store.database
    database.create("_answers", pa.schema([pa.field("key", pa.string(), nullable=False)]))
    Records(database, "_store", {"name": pl.String(), "value": pl.String()}, "name").upsert(
        pl.DataFrame({"name": ["schema"], "value": ["1"]})
    )
    again = Store.open(store.uri)
    again.answer_cache().put("model", {"1": "one"})
    assert again.answer_cache().get("model", ["1"]) == {"1": "one"}
