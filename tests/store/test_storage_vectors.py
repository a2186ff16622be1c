"""The cache of vectors."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from ops.errors import StoreError
from storage import Store
from tests.store.rows import unit


def vector(name: str, width: int = 8) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.asarray(unit(name, width), dtype=np.float32)


def test_vectors_come_back_exactly(store: Store) -> None:
    cache = store.vector_cache()
    assert cache.get("model", ["1", "2"]) == {}
    known = {name: vector(name) for name in ("1", "2", "3")}
    cache.put("model", known)
    found = store.vector_cache().get("model", ["3", "9", "1", "3"])
    assert set(found) == {"1", "3"}
    for name, value in found.items():
        assert value.dtype == np.float32
        assert np.array_equal(value, known[name])
    assert cache.get("model", []) == {}


def test_models_are_apart(store: Store) -> None:
    cache = store.vector_cache()
    cache.put("one", {"1": vector("1", 4)})
    cache.put("other/strange: näme", {"1": vector("1", 6)})
    assert cache.get("one", ["1"])["1"].shape == (4,)
    assert cache.get("other/strange: näme", ["1"])["1"].shape == (6,)
    assert store.notebooks() == []


def test_what_is_known_stays(store: Store) -> None:
    cache = store.vector_cache()
    cache.put("model", {"1": vector("1")})
    cache.put("model", {"1": vector("2"), "2": vector("2")})
    cache.put("model", {})
    assert np.array_equal(cache.get("model", ["1"])["1"], vector("1"))
    assert store.database.table("_vectors.model").count_rows() == 2


def test_another_length_is_refused(store: Store) -> None:
    cache = store.vector_cache()
    cache.put("model", {"1": vector("1")})
    with pytest.raises(StoreError, match="another length than 8"):
        cache.put("model", {"2": vector("2", 5)})
    with pytest.raises(StoreError, match="one length"):
        cache.put("model", {"2": vector("2", 5), "3": vector("3", 8)})


def test_many_writers_keep_each_vector_once(store: Store) -> None:
    names = [f"{number:x}" for number in range(1, 60)]
    problems: list[BaseException] = []

    def write(start: int) -> None:
        try:
            cache = Store.open(store.uri).vector_cache()
            for place in range(start, start + 40, 10):
                cache.put("model", {name: vector(name) for name in names[place : place + 15]})
        except BaseException as error:
            problems.append(error)

    writers = [threading.Thread(target=write, args=(start,)) for start in (0, 5, 10)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert problems == []
    found = store.vector_cache().get("model", names)
    assert len(found) == store.database.table("_vectors.model").count_rows() == 55
