"""Cuts at sections, and keeps the sections themselves as parents."""

from __future__ import annotations

__all__ = ["Section"]

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import ClassVar

import polars as pl

from ops.context import Context
from ops.frames import CHUNKS, Frames, Schema, conform
from ops.op import parameter
from ops.segment.budgeted import Budgeted
from ops.segment.levels import auto_levels
from ops.segment.outline import Section as Part
from ops.segment.outline import references, sections_of
from ops.segment.parents import Parents, with_parents
from ops.segment.piece import Document, Piece, documents_of
from ops.segment.ruler import Ruler
from ops.segment.spaces import strip
from ops.segment.split import Parts, split
from ops.segment.zones import zones_of

REFERENCES = pl.List(
    pl.Struct(
        {"start": pl.Int64(), "end": pl.Int64(), "number": pl.String(), "target": pl.String()}
    )
)


class Section(Budgeted):
    """Cut at the document's sections; those over `size` are cut on as `segment.recursive` does.

    Sections are what headings head, and lines that begin with a name and number of law and
    contracts ("Chapter IV", "Article 5", "§ 3") or an outline number ("4.2.1 Notice"). No chunk
    reaches past the end of its section. With `parents` every section that holds more than one chunk
    is a chunk of a higher level (small-to-big: search the small, read the big), without a budget.
    Places that name another section are kept with the chunk that begins it in `references`.
    """

    name: ClassVar[str] = "segment.section"
    writes: ClassVar[Mapping[str, Schema]] = {
        "chunks": {**Budgeted.writes["chunks"], "references": REFERENCES}
    }

    overlap: int = parameter(0, "sections repeat nothing", unit="tokens", ge=0, le=0)
    numbers: bool = parameter(True, "numbered lines begin sections too, not headings alone")
    depth: int = parameter(6, "deepest level of sections that is cut at", unit="levels", ge=1)
    parents: Parents = parameter(
        "nearest", "sections kept as parents: none, the innermost ones, or the whole tree"
    )

    def plan(self, document: Document, ruler: Ruler) -> Iterator[Piece]:
        text = document.text
        start, end = strip(text, 0, len(text))
        if start == end:
            return
        sections = self._sections(document)
        zones = zones_of(document, ruler, self.size)
        levels = auto_levels(document)
        cuts = sorted({start, *(section.start for section in sections), end})
        spans = [(first, strip(text, first, after)[1]) for first, after in pairwise(cuts)]
        whole = Parts.of(spans, "heading")
        whole.whys[-1] = "end"
        parts = split(text, ruler, whole, levels, zones, self.size, self.size)
        leaves = [Piece(*part) for part in parts]
        yield from with_parents(leaves, sections, self.parents)

    def _sections(self, document: Document) -> list[Part]:
        found = sections_of(document, self.numbers)
        depths = sorted({section.depth for section in found})[: self.depth]
        return [section for section in found if section.depth in depths]

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        chunks = super().apply(frames, ctx)["chunks"]
        rows: dict[str, list[dict[str, object]]] = {}
        for document in documents_of(frames["documents"]):
            ctx.check()
            document = document.spoken()
            of_document = chunks.filter(doc_id=document.doc_id)
            sections = self._sections(document)
            found = references(document.text, sections)
            if not found or of_document.is_empty():
                continue
            titles = _titles(of_document, sections)
            leaves = of_document.filter(level=0)
            starts, names = leaves["start"].to_list(), leaves["chunk_id"].to_list()
            for one in found:
                name = names[max(bisect_right(starts, one.start) - 1, 0)]
                target = titles.get(one.number.lower())
                rows.setdefault(name, []).append({**one._asdict(), "target": target})
        column = [rows.get(name, []) for name in chunks["chunk_id"]]
        table = chunks.with_columns(references=pl.Series(column, dtype=REFERENCES))
        return Frames({"chunks": conform("chunks", table, {**CHUNKS, "references": REFERENCES})})


def _titles(chunks: pl.DataFrame, sections: list[Part]) -> dict[str, str]:
    """By number in lower case the chunk that a section begins with: its parent if that is kept."""
    begins: dict[int, str] = {}
    ordered = chunks.sort("level", "start", descending=[True, False])
    for start, name in ordered.select("start", "chunk_id").iter_rows():
        begins.setdefault(start, name)
    found: dict[str, str] = {}
    for one in sections:
        if one.number and one.start in begins:
            found.setdefault(one.number.lower(), begins[one.start])
    return found
