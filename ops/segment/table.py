"""Cuts between the rows of tables, and gives every part its header."""

from __future__ import annotations

__all__ = ["Table"]

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from operator import itemgetter
from typing import ClassVar

import numpy as np

from ops.op import parameter
from ops.segment.breaks import breaks_of
from ops.segment.budgeted import Budgeted
from ops.segment.levels import Level, auto_levels
from ops.segment.piece import Document, Piece, Structure
from ops.segment.ruler import Ruler
from ops.segment.spaces import strip
from ops.segment.split import Parts, split
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
        zones = zones_of(document, ruler, self.size)
        levels = auto_levels(document)
        rows = _Rows(document)
        at = start
        pieces: list[Piece] = []
        prose: list[tuple[int, int]] = []
        for table in self._tables(document, ruler):
            prose.append(strip(text, at, table.start))
            pieces += self._parts(text, ruler, zones, levels, rows.of(table))
            at = strip(text, table.end, end)[0]
        prose.append((at, end))
        spans = Parts.of([(one, two) for one, two in prose if one < two], "table")
        parts = split(text, ruler, spans, levels, zones, self.size, self.size)
        pieces = sorted([*pieces, *(Piece(*part) for part in parts)], key=itemgetter(0))
        yield from pieces[:-1]
        yield pieces[-1]._replace(boundary="end")

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

    def _parts(
        self, text: str, ruler: Ruler, zones: Zones, levels: list[Level], rows: Spans
    ) -> Iterator[Piece]:
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
                for part in split(
                    text, ruler, Parts.of([(start, end)], why), levels, zones, room, room
                ):
                    yield Piece(*part, lead=own)
            first = after


class _Rows:
    """Where the rows of the tables of a document begin."""

    def __init__(self, document: Document) -> None:
        self.text = document.text
        self.rows = sorted(
            (strip(self.text, span.start, span.end)[0], span.end)
            for span in document.structure
            if span.kind == "row"
        )
        self.breaks = breaks_of(self.text)

    def of(self, table: Structure) -> Spans:
        """Spans that cover a table; what lies between two rows (a line of dashes) goes with the
        row above it."""
        first = bisect_left(self.rows, (table.start, 0))
        last = bisect_left(self.rows, (table.end, 0))
        starts = sorted({start for start, end in self.rows[first:last] if end <= table.end})
        if len(starts) < 2:
            starts = self.breaks.lines(np.array([table.start]), np.array([table.end]))[1].tolist()
        edges = [table.start, *(at for at in starts if table.start < at < table.end), table.end]
        return [
            (first, strip(self.text, first, after)[1])
            for first, after in pairwise(edges)
            if not self.text[first:after].isspace()
        ]
