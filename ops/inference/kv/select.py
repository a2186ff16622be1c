"""Entries chosen by a score and kept exactly as they are."""

from __future__ import annotations

__all__ = ["Scores", "pool", "ranks", "select"]

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ops.inference.kv.budget import RECENT, SINKS, places, split
from ops.inference.kv.entries import Entries, gather

Scores: TypeAlias = NDArray[np.float32]
"""(layers or 1, heads or 1, entries): one choice for all, for each layer, or for each head."""


def select(
    entries: Entries, scores: Scores, size: int, *, sinks: int = SINKS, recent: int = RECENT
) -> Entries:
    """`size` entries: first and last ones, and those of the highest scores; earlier ones win ties.

    Where layers or heads choose for themselves, one place holds keys of different tokens.
    """
    start, end, room = split(len(entries), size, sinks, recent)
    best = np.argsort(-scores[..., start:end], axis=-1, kind="stable")[..., :room] + start
    edges = np.concatenate([np.arange(start), np.arange(end, len(entries))])
    edges = np.broadcast_to(edges, (*best.shape[:2], len(edges)))
    chosen = np.sort(np.concatenate([best, edges], axis=-1), axis=-1)
    same = chosen.shape[:2] == (1, 1)
    at = entries.positions[chosen[0, 0]] if same else places(entries.positions, size)
    return gather(entries, chosen, at)


def pool(scores: Scores, width: int) -> Scores:
    """Means over `width` neighbouring entries (odd); at the ends over those that there are.

    A fact is a run of tokens, of which each needs the others: pooling keeps runs together, and
    matters more than how many entries are kept.
    """
    sums = np.cumsum(scores, axis=-1, dtype=np.float64)
    sums = np.concatenate([np.zeros_like(sums[..., :1]), sums], axis=-1)
    count = scores.shape[-1]
    high = np.minimum(np.arange(count) + width // 2 + 1, count)
    low = np.maximum(np.arange(count) - width // 2, 0)
    means: Scores = ((sums[..., high] - sums[..., low]) / (high - low)).astype(np.float32)
    return means


def ranks(scores: Scores) -> Scores:
    """Places in ascending order along the last axis, from 0 to 1; earlier ones win ties."""
    order = np.argsort(-scores, axis=-1, kind="stable")
    descending = np.linspace(1, 0, scores.shape[-1], dtype=np.float32)
    found = np.empty(scores.shape, dtype=np.float32)
    np.put_along_axis(found, order, np.broadcast_to(descending, scores.shape), axis=-1)
    return found
