"""Where a document must not be cut: inside what belongs together, and after a heading."""

from __future__ import annotations

__all__ = ["Zones", "zones_of"]

from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.segment.breaks import Gaps
from ops.segment.piece import Document
from ops.segment.ruler import Places, Ruler
from ops.segment.spaces import skip, strip

WHOLE: Final = frozenset({"code", "table", "row"})
"""Kinds of structure that are kept in one chunk where they fit."""


class Intervals:
    """Open intervals, which may overlap; asked which of many gaps lie inside one."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        spans.sort()
        self.starts: NDArray[np.int64] = np.array([0, *(s for s, _ in spans)], dtype=np.int64)
        ends = np.array([0, *(e for _, e in spans)], dtype=np.int64)
        # The furthest end so far tells whether any interval that began before is still open.
        self.ends: NDArray[np.int64] = np.maximum.accumulate(ends)

    def hold(self, ends: Places, starts: Places) -> NDArray[np.bool_]:
        """Which gaps [end of the left, start of the right] lie inside an interval."""
        last = self.starts[1:].searchsorted(ends, "left")
        held: NDArray[np.bool_] = self.ends[last] > np.asarray(starts, dtype=np.int64)
        return held

    def outer(self, gaps: Gaps) -> Gaps:
        """The gaps that lie inside none of them."""
        if len(self.starts) == 1:
            return gaps
        free = ~self.hold(*gaps)
        return gaps[0][free], gaps[1][free]

    def cover(self, start: int, end: int) -> bool:
        """Whether a span lies in one of them, edges included."""
        last = int(self.starts[1:].searchsorted(start, "right"))
        return start < end <= int(self.ends[last])

    def outside(self, place: int) -> int:
        """The place, or the end of the intervals that it lies inside of."""
        last = int(self.starts[1:].searchsorted(place, "left"))
        return max(place, int(self.ends[last]))


@dataclass(frozen=True, slots=True, eq=False)
class Zones:
    """No cut inside `whole`; none in `glue`, which reaches from a heading to what it heads."""

    whole: Intervals
    glue: Intervals

    def outer(self, gaps: Gaps) -> Gaps:
        """The gaps that may be cut at."""
        return self.glue.outer(self.whole.outer(gaps))

    def outside(self, text: str, place: int) -> int:
        """The first place from here on that is inside nothing whole, and no white space."""
        return skip(text, self.whole.outside(place), len(text))


def zones_of(document: Document, ruler: Ruler, size: int) -> Zones:
    """The zones for chunks of at most `size` tokens; what does not fit is no zone."""
    text = document.text
    whole = [strip(text, span.start, span.end) for span in document.structure if span.kind in WHOLE]
    counts = ruler.until([end for _, end in whole]) - ruler.before([start for start, _ in whole])
    fitting = [span for span, tokens in zip(whole, counts.tolist(), strict=True) if tokens <= size]
    ends: dict[int, int] = {}
    for start, end in fitting:
        ends[start] = max(end, ends.get(start, 0))
    return Zones(Intervals(fitting), Intervals(_glue(document, ends, ruler, size)))


def _glue(
    document: Document, whole: dict[int, int], ruler: Ruler, size: int
) -> list[tuple[int, int]]:
    """From each heading past the start of what follows it, as long as both fit one chunk.

    Headings in a row, and a heading before a table, hold together as a group.
    """
    found = []
    text = document.text
    edges = document.edges or (len(text),)
    groups = dict(whole)  # start of something held together → its end
    headings = [span for span in document.structure if span.kind == "heading"]
    for heading in reversed(headings):
        edge = edges[bisect_left(edges, heading.end)]
        body = skip(text, heading.end, edge)
        end = groups.get(body, min(body + 1, edge))
        if body < edge and ruler.count(heading.start, end) <= size:
            found.append((heading.start, body + 1))
            groups[heading.start] = end
    return found
