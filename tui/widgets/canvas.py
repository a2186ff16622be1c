"""A text with its spans, prepared for drawing. Pure; made in a worker, for it may be large."""

from __future__ import annotations

__all__ = ["Canvas"]

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from ops.export.spans import Segment, paint

Span = tuple[int, int]


@dataclass(frozen=True)
class Canvas:
    """What a view draws.

    `spans` are the half-open characters of each chunk, by start; they may overlap. `headings` are
    those of what stands out, in order and apart.
    """

    text: str = ""
    spans: Sequence[Span] = ()
    headings: Sequence[Span] = ()

    def prepare(self) -> Canvas:
        """Itself, with everything computed that drawing needs."""
        _ = self.pieces, self._starts, self._edges, self._begins
        return self

    @cached_property
    def pieces(self) -> Sequence[Segment]:
        """The whole text in stretches that the same chunks cover."""
        return paint(len(self.text), self.spans) if self.spans else ()

    @cached_property
    def _starts(self) -> list[int]:
        return [piece.start for piece in self.pieces]

    @cached_property
    def _begins(self) -> list[int]:
        return [start for start, _ in self.spans]

    @cached_property
    def _edges(self) -> list[int]:
        """Every offset where the style may change."""
        edges = set(self._starts)
        edges.update(edge for heading in self.headings for edge in heading)
        return sorted(edges)

    def piece_at(self, offset: int) -> Segment | None:
        """The stretch that a character lies in."""
        place = bisect_right(self._starts, offset) - 1
        piece = self.pieces[place] if place >= 0 else None
        return piece if piece and offset < piece.end else None

    def is_heading(self, offset: int) -> bool:
        """Whether a character belongs to a heading."""
        place = bisect_right(self.headings, (offset, len(self.text) + 1)) - 1
        return place >= 0 and offset < self.headings[place][1]

    def parts(self, start: int, end: int) -> Iterator[Span]:
        """The characters from start to end, cut wherever the style may change."""
        inside = self._edges[bisect_right(self._edges, start) : bisect_left(self._edges, end)]
        yield from (part for part in pairwise([start, *inside, end]) if part[0] < part[1])

    def beginning(self, start: int, end: int) -> int | None:
        """The first chunk, by its place, that begins between start and end."""
        first = bisect_left(self._begins, start)
        begins = first < len(self._begins) and self._begins[first] < end
        return first if begins else None
