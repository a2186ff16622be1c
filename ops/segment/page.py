"""Cuts at pages."""

from __future__ import annotations

__all__ = ["Page"]

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar, Final

from ops.op import parameter
from ops.segment.budgeted import Budgeted
from ops.segment.levels import auto_levels
from ops.segment.piece import Document, Piece
from ops.segment.ruler import Ruler
from ops.segment.spaces import skip, strip
from ops.segment.split import pack, split
from ops.segment.zones import zones_of

FEED: Final = re.compile("\f")


class Page(Budgeted):
    """Make each page a chunk, as its loader marked it or form feeds do.

    A page over `size` is cut as `segment.recursive` does. Nothing reaches over the end of a page,
    unless `join` puts small pages together. Useful where answers must name a page.
    """

    name: ClassVar[str] = "segment.page"

    overlap: int = parameter(0, "pages repeat nothing", unit="tokens", ge=0, le=0)
    join: bool = parameter(False, "put neighbouring pages together up to size")

    def plan(self, document: Document, ruler: Ruler) -> Iterator[Piece]:
        text = document.text
        start, end = strip(text, 0, len(text))
        if start == end:
            return
        places = {skip(text, s.start, end) for s in document.structure if s.kind == "page"}
        places |= {skip(text, match.end(), end) for match in FEED.finditer(text)}
        edges = sorted({start, end, *(place for place in places if start < place < end)})
        pages = [(first, strip(text, first, after)[1]) for first, after in pairwise(edges)]
        zones = zones_of(document, ruler, self.size)
        levels = auto_levels(document)
        for first, last in self._joined(ruler, pages):
            why = "end" if last == end else "page"
            parts = list(split(text, ruler, (first, last), levels, zones, self.size, self.size))
            for part in parts[:-1]:
                yield Piece(part.start, part.end, part.boundary)
            yield Piece(parts[-1].start, parts[-1].end, why)

    def _joined(self, ruler: Ruler, pages: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        if not self.join:
            yield from pages
            return
        firsts, lasts = [page[0] for page in pages], [page[1] for page in pages]
        for first, after, _ in pack(ruler, firsts, lasts, self.size):
            yield firsts[first], lasts[after - 1]
