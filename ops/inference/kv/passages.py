"""A prompt put together from chunks that were read before (EPIC, arXiv:2410.15332).

Each chunk was read on its own and its keys are rotated to where it comes to lie. A chunk's first
tokens took the attention that the first tokens of any text take, which misleads a reader who sees
several chunks; so the first k of each can be computed anew, with all that comes before in sight.
Where we differ: chunks are read after the prompt's own beginning instead of after nothing, whose
entries are not kept, so that most of this harm is not done in the first place.
"""

from __future__ import annotations

__all__ = ["RECOMPUTED", "assemble", "moved", "read_alone"]

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.inference.kv.entries import Entries
from ops.inference.kv.layout import Layout
from ops.inference.kv.mixing import decode_keys, encode_keys
from ops.inference.kv.reader import BATCH, Reader
from ops.inference.kv.rope import rotate, turns

RECOMPUTED: Final = 0
"""First tokens of each chunk that are computed anew; by measurement, see docs/kv.md."""


def moved(entries: Entries, by: int, layout: Layout) -> Entries:
    """The same tokens `by` positions later."""
    factors = turns(np.array([by], dtype=np.int32), layout)
    keys = decode_keys(entries.keys, entries.kind, layout)
    keys = encode_keys(rotate(keys, factors, layout), entries.kind, layout)
    return replace(entries, positions=entries.positions + np.int32(by), keys=keys)


def read_alone(reader: Reader, tokens: NDArray[np.int32], prefix: NDArray[np.int32]) -> Entries:
    """What a chunk leaves when it is read right after the prefix, as from position 0."""
    memory = reader.context.memory
    memory.clear()
    both = np.concatenate([prefix, tokens])
    for start in range(0, len(both), BATCH):
        reader.feed(both[start : start + BATCH], start)
    found = reader.entries().part(len(prefix), len(both))
    return moved(found, -len(prefix), reader.layout)


def assemble(
    reader: Reader,
    prefix: NDArray[np.int32],
    chunks: Sequence[NDArray[np.int32]],
    cached: Callable[[NDArray[np.int32]], Entries],
    *,
    recomputed: int = RECOMPUTED,
) -> int:
    """Sequence 0 holds the prefix and the chunks, as good as read; returns the next position.

    Args:
        cached: gives a chunk's entries from position 0.
        recomputed: first tokens of each chunk that are computed anew.
    """
    memory = reader.context.memory
    memory.clear()
    at = 0
    for start in range(0, len(prefix), BATCH):
        reader.feed(prefix[start : start + BATCH], start)
        at = len(prefix)
    for tokens in chunks:
        entries = cached(tokens)
        anew = min(recomputed, len(tokens))
        if anew:
            reader.feed(tokens[:anew], at)
        if anew < len(tokens):
            reader.put(moved(entries.part(anew, len(tokens)), at, reader.layout), 1)
            memory.copy(1, 0)
            memory.remove(1)
        at += len(tokens)
    return at
