"""Which chunks cover which part of a text, for painting them over it."""

from __future__ import annotations

__all__ = ["Segment", "paint"]

from bisect import insort
from collections.abc import Iterable
from typing import NamedTuple


class Segment(NamedTuple):
    """A part of a text that the same chunks cover from end to end."""

    start: int
    end: int
    chunks: tuple[int, ...]
    """Indices of those chunks, ascending: none in a gap, several where chunks overlap."""


def paint(length: int, spans: Iterable[tuple[int, int]]) -> list[Segment]:
    """Cuts a text of this length wherever a chunk starts or ends.

    The segments are in order, do not overlap, are not empty and cover the whole text. Spans may be
    in any order; what lies outside the text is cut off. One sweep over sorted edges: time grows
    with the number of spans times how many lie over one another.
    """
    edges: list[tuple[int, bool, int]] = []
    for index, (start, end) in enumerate(spans):
        start, end = max(0, start), min(end, length)
        if start < end:
            edges += [(start, True, index), (end, False, index)]
    edges.sort()
    segments = []
    covering: list[int] = []
    at = 0
    for place, begins, index in edges:
        if place > at:
            segments.append(Segment(at, place, tuple(covering)))
            at = place
        if begins:
            insort(covering, index)
        else:
            covering.remove(index)
    if at < length:
        segments.append(Segment(at, length, tuple(covering)))
    return segments
