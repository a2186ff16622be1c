"""Cuts text at the coarsest separator that keeps every chunk within its budget."""

from __future__ import annotations

__all__ = ["Recursive"]

from collections.abc import Iterator
from itertools import pairwise, starmap
from typing import ClassVar, Literal

from ops.op import parameter
from ops.segment.budgeted import Budgeted
from ops.segment.levels import Level, auto_levels, heading_gaps, listed_levels
from ops.segment.piece import Document, Piece
from ops.segment.ruler import Ruler
from ops.segment.spaces import strip
from ops.segment.split import Part, split
from ops.segment.windows import overlap_start
from ops.segment.zones import Zones, zones_of


class Recursive(Budgeted):
    """Cut at the coarsest separator that keeps every chunk within `size`.

    What is too long at one separator is cut at the next finer one; neighbours that fit together are
    joined. `auto` takes the document's headings (by depth), then blank lines and the edges of
    paragraphs, tables and code, list items, lines, sentences, wrapped lines and words. A heading
    stays with what follows it; code blocks, tables and table rows stay whole where they fit. Chunks
    have no white space at their edges, and every other character lies in at least one chunk.

    Source: the recursive splitters of LangChain and of Smith and Troynikov, "Evaluating Chunking
    Strategies for Retrieval" (Chroma, 2024), with structure and exact tokens.
    """

    name: ClassVar[str] = "segment.recursive"

    separators: Literal["auto"] | tuple[str, ...] = parameter(
        "auto", "strings to cut after, from coarse to fine, or auto: by the document's structure"
    )
    split_at_headings: bool = parameter(False, "no chunk goes on past a heading")

    def plan(self, document: Document, ruler: Ruler) -> Iterator[Piece]:
        text = document.text
        whole = strip(text, 0, len(text))
        if whole[0] == whole[1]:
            return
        zones = zones_of(document, ruler, self.size)
        levels = self._levels(document)
        sections = [whole]
        if self.split_at_headings:
            lefts, rights = zones.outer(heading_gaps(document)(*whole))
            sections = list(zip([whole[0], *rights], [*lefts, whole[1]], strict=True))
        # One chunk needs no room for an overlap.
        room = self.size - self.overlap
        if len(sections) == 1 and ruler.count(*whole) <= self.size:
            room = self.size
        parts: list[Part] = []
        for section in sections:
            if parts:
                parts[-1] = parts[-1]._replace(boundary="heading")
            parts += split(text, ruler, section, levels, zones, room, self.size)
        yield from self._repeated(text, ruler, zones, parts)

    def _levels(self, document: Document) -> list[Level]:
        if self.separators == "auto":
            return auto_levels(document)
        return listed_levels(document.text, self.separators)

    def _repeated(
        self, text: str, ruler: Ruler, zones: Zones, parts: list[Part]
    ) -> Iterator[Piece]:
        """The parts with what they repeat from the one before."""
        if not self.overlap:
            yield from starmap(Piece, parts)
            return
        if parts:
            yield Piece(*parts[0])
        for before, part in pairwise(parts):
            start = part.start
            room = min(self.overlap, self.size - ruler.count(part.start, part.end))
            if self.split_at_headings and before.boundary == "heading":
                room = 0
            if room > 0:
                again = overlap_start(text, ruler, before.start, start, room)
                start = min(start, zones.outside(text, again))
            yield Piece(start if start < before.end else part.start, part.end, part.boundary)
