"""The cache of answers."""

from __future__ import annotations

from storage import Store


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
