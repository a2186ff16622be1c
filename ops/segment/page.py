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
from ops.segment.split import Parts, pack, split
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
        spans = Parts.of(pages, "page")
        spans.whys[-1] = "end"
        if self.join:
            spans = pack(ruler, spans, self.size)
        for part in split(text, ruler, spans, levels, zones, self.size, self.size):
            yield Piece(*part)
