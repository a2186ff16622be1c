"""Which chunk holds a span."""

from __future__ import annotations

__all__ = ["Chunk", "first_holders"]

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ops.enrich.code import Span


class Chunk(NamedTuple):
    """Where a chunk lies."""

    level: int
    start: int
    end: int
    chunk_id: str


def first_holders(chunks: Sequence[Chunk], spans: Sequence[Span]) -> list[str | None]:
    """For each span the first chunk that holds it whole; None where none does.

    Of several the one of the lowest level, then that with the smallest start. Sorting and
    bisection: linear but for logarithms.
    """
    holders: list[str | None] = [None] * len(spans)
    starts = np.array([start for start, _ in spans], np.int64)
    ends = np.array([end for _, end in spans], np.int64)
    open_places = np.arange(len(spans))
    ordered = sorted(chunks)
    for level in sorted({chunk.level for chunk in ordered}):
        here = [chunk for chunk in ordered if chunk.level == level]
        # The first chunk whose end reaches a span's is where the greatest end so far does. If it
        # begins after the span, so does every later one, and none before it reaches.
        reach = np.maximum.accumulate(np.array([chunk.end for chunk in here], np.int64))
        begin = np.array([chunk.start for chunk in here], np.int64)
        first = np.searchsorted(reach, ends[open_places], side="left")
        known = first < len(here)
        holds = known & (begin[np.minimum(first, len(here) - 1)] <= starts[open_places])
        for place, chunk in zip(open_places[holds], first[holds], strict=True):
            holders[place] = here[chunk].chunk_id
        open_places = open_places[~holds]
    return holders
