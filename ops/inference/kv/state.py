"""The codec of a sequence's state, as `llama_state_seq_get_data` writes it.

Little-endian: u32 magic, u32 (the sequence it came from, of no account); u32 streams, u32 entries;
for each entry i32 position, u32 count of sequences, i32 their numbers; u32 whether values are
transposed, u32 layers; for each layer i32 type, u64 bytes of a row, and the rows of all entries;
then the same again for values.
Anything else is refused: llama.cpp changes its layout from version to version.
"""

from __future__ import annotations

__all__ = ["CODEC", "build", "parse"]

import struct
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ops.errors import ModelError
from ops.inference.kv.entries import Entries, Kind, Positions, Stored
from ops.inference.kv.layout import Layout
from ops.inference.kv.quants import BLOCK, BLOCK_BYTES

CODEC: Final = 1
"""Raised when what this module writes changes."""

MAGIC: Final = 0xAF143CD8
F16: Final = 1
Q8_0: Final = 8
KINDS: Final[dict[int, Kind]] = {F16: "f16", Q8_0: "q8_0"}
HEAD: Final = struct.Struct("<IIII")
LAYER: Final = struct.Struct("<iQ")
PAIR: Final = struct.Struct("<II")


def parse(raw: NDArray[np.uint8], layout: Layout) -> Entries:
    """The entries of a state; views into it, nothing is copied.

    Raises:
        ModelError: the state is of another version or model, or is not whole.
    """
    try:
        return _parse(raw, layout)
    except struct.error:
        raise _refusal("it ends too early") from None


def build(entries: Entries, layout: Layout) -> NDArray[np.uint8]:
    """The state of entries, for sequence 0 or any other."""
    n, layers = len(entries), layout.layers
    kind = F16 if entries.kind == "f16" else Q8_0
    row = _row_bytes(kind, layout)
    block = LAYER.size + n * row
    start = HEAD.size + 12 * n
    raw = np.empty(start + PAIR.size + 2 * layers * block, dtype=np.uint8)
    HEAD.pack_into(raw.data, 0, MAGIC, 0, 1, n)
    meta = np.stack([entries.positions, np.ones(n), np.zeros(n)], axis=1).astype("<i4")
    raw[HEAD.size : start] = meta.view(np.uint8).ravel()
    PAIR.pack_into(raw.data, start, 0, layers)
    at = start + PAIR.size
    for stored in (entries.keys, entries.values):
        for layer in range(layers):
            LAYER.pack_into(raw.data, at + layer * block, kind, row)
        _view(raw, at, n, kind, layout)[:] = stored
        at += layers * block
    return raw


def _parse(raw: NDArray[np.uint8], layout: Layout) -> Entries:
    magic, _, streams, n = HEAD.unpack_from(raw.data, 0)
    if magic != MAGIC:
        raise _refusal("it is of another version of llama.cpp")
    if streams != 1:
        raise _refusal(f"it has {streams} streams")
    if n == 0:
        raise _refusal("it has no entries")
    start = HEAD.size + 12 * n
    if len(raw) < start:
        raise _refusal("it ends too early")
    meta = raw[HEAD.size : start].view("<i4").reshape(n, 3)
    if (meta[:, 1] != 1).any():
        raise _refusal("an entry is not of exactly one sequence")
    transposed, layers = PAIR.unpack_from(raw.data, start)
    if transposed:
        raise _refusal("its values are transposed; flash attention has to be on")
    if layers != layout.layers:
        raise _refusal(f"it has {layers} layers instead of {layout.layers}")
    at = start + PAIR.size
    kinds, arrays = [], []
    for _ in ("keys", "values"):
        kind = _kind(raw, at, n, layout)
        kinds.append(kind)
        arrays.append(_view(raw, at, n, kind, layout))
        at += layers * (LAYER.size + n * _row_bytes(kind, layout))
    if at != len(raw):
        raise _refusal(f"it has {len(raw):,} bytes instead of {at:,}")
    if kinds[0] != kinds[1]:
        raise _refusal("its keys and values are of different types")
    return Entries(_ascending(meta[:, 0]), arrays[0], arrays[1], KINDS[kinds[0]])


def _kind(raw: NDArray[np.uint8], at: int, n: int, layout: Layout) -> int:
    """The type of all layers, each of which is checked."""
    first, _ = LAYER.unpack_from(raw.data, at)
    if first not in KINDS:
        raise _refusal(f"its entries are of type {first}; F16 and Q8_0 are known")
    row = _row_bytes(first, layout)
    for layer in range(layout.layers):
        kind, found = LAYER.unpack_from(raw.data, at + layer * (LAYER.size + n * row))
        if kind != first or found != row:
            raise _refusal(f"layer {layer} has rows of {found} bytes instead of {row}")
    if len(raw) < at + layout.layers * (LAYER.size + n * row):
        raise _refusal("it ends too early")
    return int(first)


def _view(raw: NDArray[np.uint8], at: int, n: int, kind: int, layout: Layout) -> Stored:
    row = _row_bytes(kind, layout)
    head = row // layout.kv_heads
    dtype: np.dtype[Any] = np.dtype("<f2") if kind == F16 else np.dtype(np.uint8)
    shape = (layout.layers, n, layout.kv_heads, head // dtype.itemsize)
    strides = (LAYER.size + n * row, row, head, dtype.itemsize)
    return np.ndarray(shape, dtype, raw.data, at + LAYER.size, strides)


def _row_bytes(kind: int, layout: Layout) -> int:
    if kind == F16:
        return layout.kv_heads * layout.width * 2
    if layout.width % BLOCK:
        raise _refusal(f"heads of {layout.width} do not divide into blocks of {BLOCK}")
    return layout.kv_heads * layout.width // BLOCK * BLOCK_BYTES


def _ascending(positions: NDArray[np.int32]) -> Positions:
    if (np.diff(positions) <= 0).any():
        raise _refusal("its positions do not ascend")
    return positions


def _refusal(why: str) -> ModelError:
    return ModelError(f"a state of a sequence cannot be read: {why}")
