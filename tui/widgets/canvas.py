"""A text with its spans, prepared for drawing. Pure; made in a worker, for it may be large."""

from __future__ import annotations

__all__ = ["LAYERS", "Canvas", "apart"]

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Final

from ops.export.spans import Segment, paint

Span = tuple[int, int]

LAYERS: Final = ("headings", "keywords", "entities", "differences", "found")
"""What can lie over a text, those above last; `pages` stand in the margin."""


@dataclass(frozen=True)
class Canvas:
    """What a view draws.

    `spans` are the half-open characters of each chunk, by start; they may overlap. `headings` are
    those of what stands out, in order and apart, and so are those of each further layer. `pages`
    are the characters at which pages begin, ascending, with their numbers.
    """

    text: str = ""
    spans: Sequence[Span] = ()
    headings: Sequence[Span] = ()
    layers: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    pages: Sequence[tuple[int, str]] = ()

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
        for spans in self._layers.values():
            edges.update(edge for span in spans for edge in span)
        return sorted(edges)

    @cached_property
    def _layers(self) -> Mapping[str, Sequence[Span]]:
        return {"headings": self.headings, **self.layers}

    @property
    def known(self) -> tuple[str, ...]:
        """The layers that this text has anything on, lowest first."""
        pages = ("pages",) if self.pages else ()
        return (*pages, *(name for name in LAYERS if self._layers.get(name)))

    def piece_at(self, offset: int) -> Segment | None:
        """The stretch that a character lies in."""
        place = bisect_right(self._starts, offset) - 1
        piece = self.pieces[place] if place >= 0 else None
        return piece if piece and offset < piece.end else None

    def layers_at(self, offset: int) -> Iterator[str]:
        """The layers that a character is marked on, lowest first."""
        for name in LAYERS:
            spans = self._layers.get(name, ())
            place = bisect_right(spans, (offset, len(self.text) + 1)) - 1
            if place >= 0 and offset < spans[place][1]:
                yield name

    def page_in(self, start: int, end: int) -> str | None:
        """The number of the last page that begins between start and end."""
        place = bisect_left(self.pages, (end, "")) - 1
        return self.pages[place][1] if place >= 0 and self.pages[place][0] >= start else None

    def with_layer(self, name: str, spans: Sequence[Span]) -> Canvas:
        """The same with other spans on one layer; what was computed is not computed again."""
        canvas = replace(self, layers={**self.layers, name: spans})
        canvas.__dict__["pieces"] = self.pieces
        return canvas.prepare()

    def parts(self, start: int, end: int) -> Iterator[Span]:
        """The characters from start to end, cut wherever the style may change."""
        inside = self._edges[bisect_right(self._edges, start) : bisect_left(self._edges, end)]
        yield from (part for part in pairwise([start, *inside, end]) if part[0] < part[1])

    def beginning(self, start: int, end: int) -> int | None:
        """The first chunk, by its place, that begins between start and end."""
        first = bisect_left(self._begins, start)
        begins = first < len(self._begins) and self._begins[first] < end
        return first if begins else None


def apart(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, those that touch or overlap made one, empty ones left out."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
