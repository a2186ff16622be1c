"""Caches of chunks: reused, bounded, and never used when they are not what they should be."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ops.errors import StoreError
from ops.inference.chunk_cache import ChunkCache, Chunks
from ops.inference.kv.entries import Entries, Kind
from ops.inference.kv.layout import Layout
from ops.inference.kv.passages import moved
from ops.inference.kv.quants import decode, encode

LAYOUT = Layout(layers=2, heads=4, kv_heads=2, width=32, rotated=32, base=10_000.0)
F16 = Chunks("model", "0.3.36", "f16", "")


class Maker:
    """Makes entries that tell from which tokens they come."""

    def __init__(self, kind: Kind = "f16") -> None:
        self.kind: Kind = kind
        self.calls = 0

    def __call__(self, tokens: NDArray[np.int32]) -> Entries:
        self.calls += 1
        rng = np.random.default_rng(int(tokens.sum()))
        shape = (2, len(tokens), 2, 32)
        keys, values = (
            encode(rng.normal(size=shape).astype(np.float32), self.kind) for _ in range(2)
        )
        return Entries(np.arange(len(tokens), dtype=np.int32), keys, values, self.kind)


def chunk(start: int, count: int = 50) -> NDArray[np.int32]:
    return np.arange(start, start + count, dtype=np.int32)


@pytest.mark.parametrize("kind", ["f16", "q8_0"])
def test_a_chunk_is_computed_once_and_found_after_a_restart(tmp_path: Path, kind: Kind) -> None:
    make = Maker(kind)
    first = ChunkCache(tmp_path, replace(F16, kind=kind), LAYOUT).get(chunk(1), make)
    again = ChunkCache(tmp_path, replace(F16, kind=kind), LAYOUT).get(chunk(1), make)
    assert make.calls == 1
    expected = Maker(kind)(chunk(1))
    for found in (first, again):
        np.testing.assert_array_equal(found.keys, expected.keys)
        np.testing.assert_array_equal(found.values, expected.values)
        assert found.positions.tolist() == list(range(50))
    (path,) = tmp_path.iterdir()
    assert path.stat().st_size <= 1.1 * expected.nbytes


@pytest.mark.parametrize(
    "other",
    [
        replace(F16, model="another"),
        replace(F16, build="0.3.37"),
        replace(F16, prefix="after something else"),
        replace(F16, policy="guarded 1 0.8"),
    ],
)
def test_what_another_model_or_version_made_is_not_used(tmp_path: Path, other: Chunks) -> None:
    make = Maker()
    ChunkCache(tmp_path, F16, LAYOUT).get(chunk(1), make)
    ChunkCache(tmp_path, other, LAYOUT).get(chunk(1), make)
    assert make.calls == 2
    # Not even under the right name.
    mine, theirs = (ChunkCache(tmp_path, chunks, LAYOUT).path(chunk(1)) for chunks in (F16, other))
    theirs.replace(mine)
    ChunkCache(tmp_path, F16, LAYOUT).get(chunk(1), make)
    assert make.calls == 3


@pytest.mark.parametrize("kind", ["f16", "q8_0"])
def test_what_a_policy_leaves_keeps_its_places(tmp_path: Path, kind: Kind) -> None:
    def make(tokens: NDArray[np.int32]) -> Entries:
        return Maker(kind)(tokens).where(tokens % 5 == 0)

    chunks = replace(F16, kind=kind, policy="every fifth")
    ChunkCache(tmp_path, chunks, LAYOUT).get(chunk(1), make)
    found = ChunkCache(tmp_path, chunks, LAYOUT).get(chunk(1), Maker(kind))
    assert found.positions.tolist() == list(range(4, 50, 5))
    np.testing.assert_array_equal(found.keys, make(chunk(1)).keys)
    np.testing.assert_array_equal(found.values, make(chunk(1)).values)


def test_another_layout_is_another_model(tmp_path: Path) -> None:
    make = Maker()
    ChunkCache(tmp_path, F16, LAYOUT).get(chunk(1), make)
    ChunkCache(tmp_path, F16, replace(LAYOUT, base=500_000.0)).get(chunk(1), make)
    assert make.calls == 2


@pytest.mark.parametrize("damage", ["cut", "flip", "head", "empty", "text"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: str) -> None:
    make = Maker()
    cache = ChunkCache(tmp_path, F16, LAYOUT)
    cache.get(chunk(1), make)
    path = cache.path(chunk(1))
    raw = bytearray(path.read_bytes())
    if damage == "flip":
        raw[-100] ^= 1
    elif damage == "head":
        raw[20] ^= 1
    cut = {"cut": raw[: len(raw) // 2], "empty": bytearray(), "text": bytearray(b"hello")}
    path.write_bytes(cut.get(damage, raw))
    found = cache.get(chunk(1), make)
    assert make.calls == 2
    np.testing.assert_array_equal(found.keys, Maker()(chunk(1)).keys)
    cache.get(chunk(1), make)
    assert make.calls == 2


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    make = Maker()
    one = ChunkCache(tmp_path, F16, LAYOUT)
    one.get(chunk(1), make)
    cache = ChunkCache(tmp_path, F16, LAYOUT, limit=one.size * 3)
    for start in (2, 3):
        cache.get(chunk(start), make)
    for age, start in enumerate((3, 2, 1)):  # 1 was used longest ago
        os.utime(cache.path(chunk(start)), (10_000 - age, 10_000 - age))
    cache.get(chunk(1), make)  # … and now it was not
    cache.get(chunk(4), make)
    assert make.calls == 4
    there = {start for start in (1, 2, 3, 4) if cache.path(chunk(start)).exists()}
    assert there == {1, 3, 4}
    assert cache.size <= one.size * 3
    tight = ChunkCache(tmp_path, F16, LAYOUT, limit=1)
    assert len(tight.get(chunk(5), make)) == 50  # what is in use is never in the way
    assert [path.name for path in tmp_path.iterdir()] == [tight.path(chunk(5)).name]


def test_a_draft_that_nobody_writes_any_more_goes(tmp_path: Path) -> None:
    cache = ChunkCache(tmp_path, F16, LAYOUT)
    kept = cache.path(chunk(1))
    old, fresh = (kept.with_name(f"{kept.name}.{number}") for number in (1, 2))
    for draft in (old, fresh):
        draft.write_bytes(b"half")
    os.utime(old, (10_000, 10_000))
    cache.get(chunk(1), Maker())
    assert {path.name for path in tmp_path.iterdir()} == {kept.name, fresh.name}


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot be written"):
        ChunkCache(blocked, F16, LAYOUT).get(chunk(1), Maker())


def test_moving_there_and_back_is_staying() -> None:
    entries = Maker()(chunk(1))
    away = moved(entries, 700, LAYOUT)
    assert away.positions[0] == 700
    assert np.abs(decode(away.keys, "f16") - decode(entries.keys, "f16")).max() > 0.5
    back = moved(away, -700, LAYOUT)
    np.testing.assert_allclose(decode(back.keys, "f16"), decode(entries.keys, "f16"), atol=0.01)
