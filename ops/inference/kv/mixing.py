"""Keys in a quantised cache, which llama.cpp mixes by a Hadamard matrix before it rounds them.

It spreads outliers over the head; queries are mixed alike, so scores stay. To turn a key by its
position it has to be mixed back first: the matrix is its own inverse.
"""

from __future__ import annotations

__all__ = ["decode_keys", "encode_keys", "mixes"]

import os
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ops.errors import ModelError
from ops.inference.kv.entries import Kind, Stored
from ops.inference.kv.layout import Layout
from ops.inference.kv.quants import decode, encode

MIXED: Final = 64
"""Widths of heads that llama.cpp mixes are multiples of it; this one was tested."""
OFF: Final = "LLAMA_ATTN_ROT_DISABLE"
"""Tells llama.cpp not to."""


def decode_keys(stored: Stored, kind: Kind, layout: Layout) -> NDArray[np.float32]:
    """Keys (…, width) as attention has them, rotated by position and nothing else."""
    keys = decode(stored, kind)
    return _mixed(keys) if mixes(kind, layout) else keys


def encode_keys(keys: NDArray[np.float32], kind: Kind, layout: Layout) -> NDArray[Any]:
    """The way back."""
    return encode(_mixed(keys) if mixes(kind, layout) else keys, kind)


def mixes(kind: Kind, layout: Layout) -> bool:
    """Whether keys and values are mixed in a cache of that kind."""
    if kind == "f16" or layout.width % MIXED or os.environ.get(OFF, "0") not in ("", "0"):
        return False
    if layout.width != MIXED:
        raise ModelError(
            f"keys {layout.width} wide in a Q8_0 cache cannot be changed: only {MIXED} is known",
            hint="keep keys and values as F16",
        )
    return True


def _mixed(keys: NDArray[np.float32]) -> NDArray[np.float32]:
    found: NDArray[np.float32] = keys @ _hadamard()
    return found


@cache
def _hadamard() -> NDArray[np.float32]:
    matrix = np.ones((1, 1), dtype=np.float32)
    while len(matrix) < MIXED:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return matrix / np.float32(MIXED**0.5)
