"""Cuts text at the coarsest separator that keeps every chunk within its budget."""

from __future__ import annotations

__all__ = ["Recursive"]

from typing import ClassVar, Literal

import numpy as np
import polars as pl

from ops.context import Tokenizer
from ops.op import parameter
from ops.segment.breaks import inside
from ops.segment.joined import Joined
from ops.segment.levels import Level, auto_levels, heading_gaps, listed_levels
from ops.segment.piece import Document
from ops.segment.plain import Bools, Plain
from ops.segment.spaces import strip
from ops.segment.split import Parts, counted, cut, ordered, split
from ops.segment.units import Characters
from ops.segment.windows import overlap_start
from ops.segment.zones import Zones, zones_of


class Recursive(Plain):
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

    def searched(self, table: pl.DataFrame, tokenizer: Tokenizer) -> Bools:
        # Otherwise gaps are many, or looked at more than once: as arrays they take less.
        if self.separators != "auto" or self.overlap or not isinstance(tokenizer, Characters):
            return super().searched(table, tokenizer)
        if "structure" not in table.columns:
            return np.ones(len(table), dtype=np.bool_)
        return ~np.asarray(table["structure"].list.len().to_numpy() > 0)  # null: no number

    def parts(self, some: Joined) -> Parts:
        whole, ruler = some.whole, some.ruler
        edges = zip(some.starts.tolist(), some.ends.tolist(), strict=True)
        found = (strip(whole.text, *edge) for edge in edges)
        texts = Parts.of([span for span in found if span[0] < span[1]])
        zones = zones_of(whole, ruler, self.size)
        spans = texts
        if self.split_at_headings:
            gaps = inside(heading_gaps(whole), texts.starts, texts.ends)
            spans = cut(texts, zones.outer(gaps), "heading")
        levels = self._levels(whole)
        if not self.overlap:
            return split(whole.text, ruler, spans, levels, zones, self.size, self.size)
        # A document of one chunk needs no room for an overlap.
        alone = np.isin(spans.starts, texts.starts) & np.isin(spans.ends, texts.ends)
        alone &= counted(ruler, spans) <= self.size
        room = self.size - self.overlap
        parts = split(whole.text, ruler, spans[~alone], levels, zones, room, self.size)
        return self._repeated(some, zones, ordered([spans[alone], parts]), spans)

    def _levels(self, document: Document) -> list[Level]:
        if self.separators == "auto":
            return auto_levels(document)
        return listed_levels(document.text, self.separators)

    def _repeated(self, some: Joined, zones: Zones, parts: Parts, spans: Parts) -> Parts:
        """The parts with what they repeat from the one before in their span."""
        text, ruler = some.whole.text, some.ruler
        rooms = np.minimum(self.overlap, self.size - counted(ruler, parts))
        rooms[np.isin(parts.starts, spans.starts)] = 0
        starts = parts.starts.copy()
        for at in np.flatnonzero(rooms > 0).tolist():
            start, before = int(parts.starts[at]), at - 1
            again = overlap_start(text, ruler, int(parts.starts[before]), start, int(rooms[at]))
            again = zones.outside(text, again)
            if again < min(start, parts.ends[before]):
                starts[at] = again
        return Parts(starts, parts.ends, parts.whys)
