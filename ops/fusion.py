"""One ranking out of two: by meaning and by words."""

from __future__ import annotations

__all__ = ["WEIGHT", "depth", "fused"]

from collections.abc import Hashable, Mapping
from typing import Final, TypeVar

Found = TypeVar("Found", bound=Hashable)

WEIGHT: Final = 0.2
"""Of words."""
LEAST: Final = 64


def depth(k: int) -> int:
    """How many of the best of each kind are looked at for `k`."""
    return max(4 * k, LEAST)


def fused(
    alike: Mapping[Found, float], worded: Mapping[Found, float], weight: float = WEIGHT
) -> dict[Found, float]:
    """A weighted sum of both scores, each brought to at most 1 by its theoretical least and the
    best that was found; from 0 to 1.

    What has no score by words has none of the words. What has no vector score is not among the best
    by meaning, and counts as the last of them.

    Source: TM2C2 of Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval"
    (TOIS 2023), which was ahead of reciprocal rank fusion there, and is on our data
    (docs/benchmarks.md, which also says how `WEIGHT` was chosen).

    Args:
        alike: cosines, from -1 to 1, of the best by meaning.
        worded: BM25, above 0, of the best by words.
    """
    near = max(alike.values(), default=0.0) + 1
    last = min(alike.values(), default=-1.0)
    most = max(worded.values(), default=0.0)
    found = {}
    for one in (*alike, *(other for other in worded if other not in alike)):
        meaning = (alike.get(one, last) + 1) / near if near > 0 else 0.0
        words = worded.get(one, 0.0) / most if most > 0 else 0.0
        found[one] = (1 - weight) * max(meaning, 0.0) + weight * words
    return found
