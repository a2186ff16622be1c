"""Splits spans at the coarsest separator that is enough, and joins neighbours up to the size.

All spans go through a level together, as arrays: however many documents there are, a level costs a
few passes over its gaps, and one step for each part that comes out.
"""

from __future__ import annotations

__all__ = ["Parts", "counted", "cut", "ordered", "pack", "split"]

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ops.segment.breaks import Gaps
from ops.segment.codes import Ints
from ops.segment.levels import Holds, Level
from ops.segment.ruler import Ruler
from ops.segment.windows import windows
from ops.segment.zones import Zones

Names = NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Spans in order that do not overlap, each with why it ends where it ends."""

    starts: Ints
    ends: Ints
    whys: Names

    @classmethod
    def of(cls, spans: Sequence[tuple[int, int]], why: str = "end") -> Parts:
        """Spans that all end for one reason."""
        table = np.array(spans, dtype=np.int64).reshape(-1, 2)
        return cls(table[:, 0].copy(), table[:, 1].copy(), named(why, len(table)))

    @classmethod
    def listed(cls, starts: list[int], ends: list[int], whys: list[str]) -> Parts:
        """Spans in three lists."""
        names = np.empty(len(whys), dtype=object)
        names[:] = whys
        return cls(np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64), names)

    def __len__(self) -> int:
        return len(self.starts)

    def __iter__(self) -> Iterator[tuple[int, int, str]]:
        return zip(self.starts.tolist(), self.ends.tolist(), self.whys.tolist(), strict=True)

    @classmethod
    def joined(cls, some: Sequence[Parts]) -> Parts:
        """All of them, one after the other."""
        return cls(
            np.concatenate([parts.starts for parts in some]),
            np.concatenate([parts.ends for parts in some]),
            np.concatenate([parts.whys for parts in some]),
        )

    def moved(self, by: Ints) -> Parts:
        """Each at another place."""
        return Parts(self.starts + by, self.ends + by, self.whys)

    def __getitem__(self, which: Any) -> Parts:
        return Parts(self.starts[which], self.ends[which], self.whys[which])


def named(why: str, count: int) -> Names:
    """The same reason so many times."""
    found = np.empty(count, dtype=object)
    found.fill(why)
    return found


def pack(ruler: Ruler, pieces: Parts, size: int) -> Parts:
    """Neighbours joined greedily; only one that stands alone may have more tokens."""
    heads, tails = _groups(_reach(ruler, pieces, np.full(len(pieces), len(pieces) - 1), size), None)
    return Parts(pieces.starts[heads], pieces.ends[tails], pieces.whys[tails])


def split(
    text: str,
    ruler: Ruler,
    spans: Parts,
    levels: Sequence[Level],
    zones: Zones,
    size: int,
    most: int,
) -> Parts:
    """The parts of spans that have no white space at their edges, in order.

    The last part of a span ends for the span's reason.

    Args:
        size: tokens up to which parts are joined.
        most: tokens that a part may have rather than be cut inside a word, sentence or table.
    """
    done: list[Parts] = []
    for level in levels:
        fits = counted(ruler, spans) <= size
        done.append(spans[fits])
        spans = spans[~fits]
        if not len(spans):
            break
        gaps = zones.outer(level.find(spans.starts, spans.ends))
        if len(gaps[0]):
            spans = _joined(ruler, spans, gaps, level, size)
    tokens = counted(ruler, spans)
    fits = (tokens <= size) | (tokens <= most)
    done.append(spans[fits])
    done.append(_windows(text, ruler, spans[~fits], size))
    return ordered(done)


def counted(ruler: Ruler, spans: Parts) -> Ints:
    """The tokens of each, as the ruler measures them."""
    return ruler.until(spans.ends) - ruler.before(spans.starts)


def ordered(some: Sequence[Parts]) -> Parts:
    """All of them in order of start."""
    parts = Parts.joined(some)
    return parts[np.argsort(parts.starts, kind="stable")]


def _windows(text: str, ruler: Ruler, spans: Parts, size: int) -> Parts:
    """The spans cut between words."""
    found = [
        (start, end, last if why == "end" else why)
        for first, after, last in spans
        for start, end, why in windows(text, ruler, first, after, size)
    ]
    return Parts.listed(*(list(each) for each in zip(*found, strict=True))) if found else spans


def cut(spans: Parts, gaps: Gaps, why: str) -> Parts:
    """The spans cut at all of these gaps, which lie inside them."""
    starts = np.sort(np.concatenate([spans.starts, gaps[1]]), kind="stable")
    ends = np.sort(np.concatenate([gaps[0], spans.ends]), kind="stable")
    whys = named(why, len(starts))
    whys[ends.searchsorted(spans.ends)] = spans.whys
    return Parts(starts, ends, whys)


def _joined(ruler: Ruler, spans: Parts, gaps: Gaps, level: Level, size: int) -> Parts:
    """The spans cut at gaps, as few as will do."""
    pieces = cut(spans, gaps, level.name)
    finals = pieces.ends.searchsorted(spans.ends)  # the last piece of each span
    owners = np.repeat(np.arange(len(spans)), np.diff(finals, prepend=-1))
    after = _reach(ruler, pieces, finals[owners], size)
    holds = _Checked(level.holds, pieces, spans, owners) if level.holds else None
    heads, tails = _groups(after, holds)
    return Parts(pieces.starts[heads], pieces.ends[tails], pieces.whys[tails])


def _reach(ruler: Ruler, pieces: Parts, finals: Ints, size: int) -> Ints:
    """For each piece one past the last that fits into a chunk with it, at least the next.

    Args:
        finals: for each piece the last one that it may share a chunk with.
    """
    after = ruler.until(pieces.ends).searchsorted(ruler.before(pieces.starts) + size, "right")
    return np.minimum(np.maximum(after, np.arange(1, len(after) + 1)), finals + 1)


class _Checked:
    """Tells of each piece whether a chunk may end with it."""

    def __init__(self, holds: Holds, pieces: Parts, spans: Parts, owners: Ints) -> None:
        self.holds, self.ends, self.spans, self.owners = holds, pieces.ends, spans, owners
        self.known: dict[int, bool] = {}

    def __call__(self, piece: int) -> bool:
        found = self.known.get(piece)
        if found is None:
            owner, last = self.owners.item(piece), self.ends.item(piece)
            start, end = self.spans.starts.item(owner), self.spans.ends.item(owner)
            found = self.known[piece] = last == end or self.holds(last, start, end)
        return found


def _groups(after: Ints, holds: Callable[[int], bool] | None) -> tuple[Ints, Ints]:
    """The first and the last piece of each group, each group as long as it may be."""
    reach = after.tolist()
    heads: list[int] = []
    tails: list[int] = []
    at = 0
    if holds is None:
        while at < len(reach):
            heads.append(at)
            at = reach[at]
        found = np.array(heads, dtype=np.int64)
        return found, after[found] - 1
    while at < len(reach):
        last = reach[at] - 1
        if not holds(last):
            last = _checked(at, last, holds)
        heads.append(at)
        tails.append(last)
        at = last + 1
    return np.array(heads, dtype=np.int64), np.array(tails, dtype=np.int64)


def _checked(first: int, last: int, holds: Callable[[int], bool]) -> int:
    """The last piece up to `last` that a group may end with, else the first one beyond it."""
    for piece in range(last - 1, first - 1, -1):
        if holds(piece):
            return piece
    while not holds(last):
        last += 1
    return last
