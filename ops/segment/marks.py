"""From what is known of the gaps between sentences to groups of them. Pure."""

from __future__ import annotations

__all__ = ["Bools", "Floats", "Ints", "Marks", "groups"]

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """What a model makes of each gap of a document; gap i lies after sentence i."""

    chosen: Bools
    """Which gaps are boundaries."""
    scores: Floats
    """How strongly the text parts there; NaN where that was not measured."""
    thresholds: Floats
    """What the scores were compared with; NaN where they were not."""
    names: dict[int, str] = field(default_factory=dict)
    """Why a chunk ends at a gap, where that is neither the model's choice nor the sentence's."""


def groups(
    before: Ints, until: Ints, marks: Marks, hard: Bools, size: int, least: int
) -> list[tuple[int, int]]:
    """Groups of sentences (first, one past the last) that cover them all, in order.

    They end at the chosen gaps. Those over `size` are parted at their strongest gaps, and those
    under `least` join a neighbour, over the weakest gap first, where both fit together. Only a
    sentence that alone is over `size` makes a group over it.

    Args:
        before: tokens before each sentence.
        until: tokens up to the end of each sentence.
        hard: gaps that no group reaches across.
    """
    edges = [0, *(np.flatnonzero(marks.chosen | hard) + 1).tolist(), len(before)]
    parted = list(_parted(before, until, np.nan_to_num(marks.scores), edges, size))
    return _joined(before, until, marks.scores, hard, parted, size, least) if least else parted


def _parted(
    before: Ints, until: Ints, scores: Floats, edges: list[int], size: int
) -> Iterator[tuple[int, int]]:
    stack = list(pairwise(edges))[::-1]
    while stack:
        first, after = stack.pop()
        if after - first < 2 or until[after - 1] - before[first] <= size:
            yield first, after
            continue
        gap = _strongest(before, until, scores, first, after)
        stack += [(gap + 1, after), (first, gap + 1)]


def _strongest(before: Ints, until: Ints, scores: Floats, first: int, after: int) -> int:
    """The gap with the highest score; of equals the one nearest the middle, by tokens."""
    own = scores[first : after - 1]
    best = first + np.flatnonzero(own == own.max())
    middle = (int(before[first]) + int(until[after - 1])) / 2
    return int(best[np.argmin(np.abs(until[best] - middle))])


def _joined(
    before: Ints,
    until: Ints,
    scores: Floats,
    hard: Bools,
    parted: list[tuple[int, int]],
    size: int,
    least: int,
) -> list[tuple[int, int]]:
    """The groups, of which small ones have joined a neighbour."""
    ends = dict(parted)
    starts = {after: first for first, after in parted}
    weak = np.nan_to_num(scores)
    waiting: list[tuple[float, int]] = []

    def tokens(first: int, after: int) -> int:
        return int(until[after - 1] - before[first])

    def look(first: int) -> None:
        """Offer both edges of a group that is too small."""
        after = ends[first]
        if tokens(first, after) < least:
            for edge in (first, after):
                if 0 < edge < len(before) and not hard[edge - 1]:
                    heapq.heappush(waiting, (float(weak[edge - 1]), edge))

    for first, _ in parted:
        look(first)
    while waiting:
        _, edge = heapq.heappop(waiting)
        if edge not in ends:
            continue  # joined before
        first, after = starts[edge], ends[edge]
        small = min(tokens(first, edge), tokens(edge, after)) < least
        if small and tokens(first, after) <= size:
            del ends[edge], starts[edge]
            ends[first], starts[after] = after, first
            look(first)
    return sorted(ends.items())
