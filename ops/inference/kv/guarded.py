"""Importance first: what matters is kept exactly, and only the rest is clustered."""

from __future__ import annotations

__all__ = ["GUARDED", "guarded"]

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.inference.kv.budget import RECENT, SINKS, split
from ops.inference.kv.cluster import CHUNK, clusters
from ops.inference.kv.entries import Entries, interleaved
from ops.inference.kv.layout import Layout
from ops.inference.kv.select import pool

GUARDED: Final = "guarded 1"
"""Names what is done here; raised when the same entries leave others."""
EXACT: Final = 0.7
"""Share of the room for what is kept exactly; by measurement, see docs/kv.md."""
POOLED: Final = 25


def guarded(
    entries: Entries,
    layout: Layout,
    losses: NDArray[np.float32],
    size: int,
    *,
    exact: float = EXACT,
    pooled: int = POOLED,
    chunk: int = CHUNK,
    sinks: int = SINKS,
    recent: int = RECENT,
) -> Entries:
    """At most `size` entries: the most surprising ones exactly, centroids of the others.

    Args:
        losses: -ln p of each entry's token given those before it.
        exact: share of the room that the surprising ones take.
        pooled: neighbours whose surprise is averaged.
    """
    start, end, room = split(len(entries), size, sinks, recent)
    if room >= end - start:
        return entries
    count = int(room * exact)
    scores = pool(losses[None, None], pooled)[0, 0, start:end]
    chosen = np.zeros(len(entries), dtype=bool)
    chosen[:start] = chosen[end:] = True
    chosen[start + np.argsort(-scores, kind="stable")[:count]] = True
    kept, rest = entries.where(chosen), entries.where(~chosen)
    left = room - count
    if not left:
        return kept
    others = clusters(rest, layout, left, chunk=chunk, sinks=0, recent=0).centroids
    return interleaved(kept, others)
