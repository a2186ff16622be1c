"""Cuts between the rows of tables, and gives every part its header."""

from __future__ import annotations

__all__ = ["Table"]

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

from ops.op import parameter
from ops.segment.breaks import Breaks, breaks_of
from ops.segment.budgeted import Budgeted
from ops.segment.levels import auto_levels
from ops.segment.piece import Document, Piece, Structure
from ops.segment.ruler import Ruler
from ops.segment.spaces import strip
from ops.segment.split import split
from ops.segment.zones import Zones, zones_of

Spans = list[tuple[int, int]]


class Table(Budgeted):
    """Cut tables between rows; the rest of the text is cut as `segment.recursive` does.

    Rows are kept whole where they fit. The header (the first row) goes before the rows of every
    later part in `derived_text`, which is what gets embedded, and counts towards `size`; a header
    that takes more than half of `size` is not repeated. A table never shares a chunk with text,
    unless both fit into one and `apart` is off.
    """

    name: ClassVar[str] = "segment.table"

    overlap: int = parameter(0, "tables repeat their header only", unit="tokens", ge=0, le=0)
    rows: int = parameter(0, "most rows of a chunk; 0: as many as fit", unit="rows", ge=0)
    apart: bool = parameter(True, "a table is a chunk of its own, also where it is small")

    def plan(self, document: Document, ruler: Ruler) -> Iterator[Piece]:
        text = document.text
        start, end = strip(text, 0, len(text))
        if start == end:
            return
        breaks = breaks_of(text)
        zones = zones_of(document, ruler, self.size)
        at = start
        pieces: list[Piece] = []
        for table in self._tables(document, ruler):
            pieces += self._prose(document, ruler, zones, at, table.start)
            pieces += self._parts(document, ruler, zones, table, breaks)
            at = strip(text, table.end, end)[0]
        pieces += self._prose(document, ruler, zones, at, end)
        pieces[-1] = pieces[-1]._replace(boundary="end")
        yield from pieces

    def _tables(self, document: Document, ruler: Ruler) -> Iterator[Structure]:
        """Outer tables that are to be cut out, without white space at their edges."""
        reached = 0
        for span in document.structure:
            if span.kind != "table" or span.start < reached:
                continue
            start, end = strip(document.text, span.start, span.end)
            if start < end and (self.apart or self.rows or ruler.count(start, end) > self.size):
                yield span._replace(start=start, end=end)
                reached = end

    def _prose(
        self, document: Document, ruler: Ruler, zones: Zones, start: int, end: int
    ) -> list[Piece]:
        start, end = strip(document.text, start, end)
        if start >= end:
            return []
        levels = auto_levels(document)
        parts = list(split(document.text, ruler, (start, end), levels, zones, self.size, self.size))
        pieces = [Piece(part.start, part.end, part.boundary) for part in parts]
        return [*pieces[:-1], pieces[-1]._replace(boundary="table")]

    def _parts(
        self, document: Document, ruler: Ruler, zones: Zones, table: Structure, breaks: Breaks
    ) -> Iterator[Piece]:
        text = document.text
        rows = _rows(document, table, breaks)
        header = rows[0]
        cost = ruler.count(*header)
        lead = (header,) if len(rows) > 1 and 2 * cost <= self.size else ()
        first = 0
        while first < len(rows):
            own = lead if first else ()
            room = self.size - (cost if own else 0)
            after = first + 1
            limit = first + self.rows + (0 if first else 1) if self.rows else len(rows)
            while after < min(limit, len(rows)):
                if ruler.count(rows[first][0], rows[after][1]) > room:
                    break
                after += 1
            start, end = rows[first][0], rows[after - 1][1]
            why = "table" if after == len(rows) else "row"
            if ruler.count(start, end) <= room:
                yield Piece(start, end, why, lead=own)
            else:  # one row that is too long
                levels = auto_levels(document)
                parts = list(split(text, ruler, (start, end), levels, zones, room, room))
                for part in parts:
                    last = part is parts[-1]
                    yield Piece(part.start, part.end, why if last else part.boundary, lead=own)
            first = after


def _rows(document: Document, table: Structure, breaks: Breaks) -> Spans:
    """Spans that cover the table; what lies between two rows (a line of dashes) goes with the
    row above it."""
    text = document.text
    starts = sorted(
        {
            strip(text, span.start, span.end)[0]
            for span in document.structure
            if span.kind == "row" and table.start <= span.start and span.end <= table.end
        }
    )
    if len(starts) < 2:
        lefts, rights = breaks.lines
        pairs = zip(lefts, rights, strict=True)
        starts = [right for left, right in pairs if table.start < left and right < table.end]
    edges = [table.start, *(at for at in starts if table.start < at < table.end), table.end]
    return [
        (first, strip(text, first, after)[1])
        for first, after in pairwise(edges)
        if not text[first:after].isspace()
    ]
