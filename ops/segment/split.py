"""Splits a span at the coarsest separator that is enough, and joins neighbours up to the size."""

from __future__ import annotations

__all__ = ["Part", "pack", "split"]

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ops.segment.breaks import Gaps
from ops.segment.levels import Find, Last, Level
from ops.segment.ruler import Ruler
from ops.segment.windows import windows
from ops.segment.zones import Zones


class Part(NamedTuple):
    """A span with the reason why it ends there."""

    start: int
    end: int
    boundary: str


def pack(
    ruler: Ruler, firsts: list[int], lasts: list[int], size: int
) -> Iterator[tuple[int, int, bool]]:
    """Joins neighbouring parts greedily: (first part, one past the last, whether that fits).

    Only a single part may fail to fit.
    """
    before, until = ruler.ranks(firsts, lasts)
    at = 0
    while at < len(before):
        after = bisect_right(until, before[at] + size, at)
        yield at, max(after, at + 1), after > at
        at = max(after, at + 1)


def split(
    text: str,
    ruler: Ruler,
    span: tuple[int, int],
    levels: Sequence[Level],
    zones: Zones,
    size: int,
    most: int,
) -> Iterator[Part]:
    """The parts of a span that has no white space at its edges, in order.

    Args:
        size: tokens up to which parts are joined.
        most: tokens that a part may have rather than be cut inside a word, sentence or table.
    """
    stack = [(Part(*span, "end"), 0, False)]
    while stack:
        part, depth, fits = stack.pop()
        if fits or ruler.count(part.start, part.end) <= size:
            yield part
            continue
        gaps: Gaps = ([], [])
        while depth < len(levels) and not gaps[0]:
            level = levels[depth]
            if level.last is None:
                gaps = zones.outer(level.find(part.start, part.end))
            else:
                gaps = _needed(ruler, part, level.find, level.last, zones, size)
            depth += 1
        if gaps[0]:
            name = levels[depth - 1].name
            stack += reversed(list(_joined(ruler, part, gaps, name, depth, size)))
        elif ruler.count(part.start, part.end) <= most:
            yield part
        else:
            for start, end, why in windows(text, ruler, part.start, part.end, size):
                yield Part(start, end, part.boundary if why == "end" else why)


def _needed(ruler: Ruler, part: Part, find: Find, last: Last, zones: Zones, size: int) -> Gaps:
    """Of all the gaps of a level those that `pack` would cut at."""
    lefts: list[int] = []
    rights: list[int] = []
    start = part.start
    while ruler.count(start, part.end) > size:
        found = _allowed(last, start, ruler.reach(start, size), part.end, zones)
        if found is None:
            # What ends next is too long: it needs all the gaps there are.
            rest_lefts, rest_rights = zones.outer(find(start, part.end))
            return lefts + rest_lefts, rights + rest_rights
        lefts.append(found[0])
        rights.append(found[1])
        start = found[1]
    return lefts, rights


def _allowed(last: Last, start: int, limit: int, end: int, zones: Zones) -> tuple[int, int] | None:
    found = last(start, limit, end)
    while found and not zones.outer(([found[0]], [found[1]]))[0]:
        found = last(start, found[0] - 1, end)
    return found


def _joined(
    ruler: Ruler, part: Part, gaps: Gaps, name: str, depth: int, size: int
) -> Iterator[tuple[Part, int, bool]]:
    firsts, lasts = [part.start, *gaps[1]], [*gaps[0], part.end]
    for first, after, fits in pack(ruler, firsts, lasts, size):
        why = name if after < len(lasts) else part.boundary
        yield Part(firsts[first], lasts[after - 1], why), depth, fits
