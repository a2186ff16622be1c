"""A document made ready to be shown; done in a worker, for it may be large."""

from __future__ import annotations

__all__ = ["FRAMES", "Shown"]

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from pipelines.looking.view import Document
from tui.widgets.canvas import Canvas, Span, apart
from tui.widgets.facts import told
from tui.widgets.table import Column, Row

FRAMES: Final = {
    "entities": (
        ("name", Column("Entity")),
        ("label", Column("Label", 10, quiet=True)),
        ("mentions", Column("Mentions", 8, right=True)),
        ("aliases", Column("Also", spare=True)),
    ),
    "relations": (
        ("subject", Column("Subject")),
        ("predicate", Column("Relation", 12, quiet=True)),
        ("object", Column("Object")),
        ("weight", Column("Weight", 6, right=True)),
    ),
    "questions": (
        ("question", Column("Question")),
        ("answers", Column("Answer", spare=True)),
        ("refused", Column("Refused", 24, quiet=True)),
    ),
    "measures": (
        ("measure", Column("Measure", 18)),
        ("value", Column("Value", 8, right=True)),
        ("subject", Column("Question", spare=True)),
    ),
}
"""Frames that are shown as tables of their own, with the columns shown."""
FIRST: Final = {"entities": "mentions", "relations": "weight"}
"""What some are sorted by, largest first."""
KEPT_FIRST: Final = {"questions": "refused"}
"""Where a reason stands for a row that is not used: those without come first."""


@dataclass(frozen=True)
class Shown:
    """A document, its leaf chunks in order, its text ready for drawing, its tables as rows."""

    document: Document
    chunks: pl.DataFrame | None
    canvas: Canvas
    tables: Mapping[str, Sequence[Row]]

    @classmethod
    def of(cls, document: Document) -> Shown:
        """Everything that takes time."""
        chunks = document.chunks
        spans: list[tuple[int, int]] = []
        if chunks is not None:
            chunks = chunks.filter(pl.col("level") == 0).sort("start", "end")
            spans = list(chunks.select("start", "end").iter_rows())
        headings, pages = _marked(document, "heading"), _marked(document, "page")
        layers = {"keywords": _keywords(chunks), "entities": _entities(document)}
        canvas = Canvas(
            document.text,
            spans,
            apart((start, end) for start, end, _ in headings),
            layers,
            [(start, label) for start, _, label in pages],
        ).prepare()
        tables = {f: _rows(f, document.frames[f]) for f in FRAMES if f in document.frames}
        return cls(document, chunks, canvas, tables)

    def place_of(self, chunk: Mapping[str, Any]) -> int | None:
        """The place of a chunk; where it is not among these, of the one at its beginning."""
        if self.chunks is None or self.chunks.is_empty():
            return None
        ids = self.chunks["chunk_id"].to_list()
        if chunk["chunk_id"] in ids:
            return ids.index(chunk["chunk_id"])
        return max(bisect_right(self.chunks["start"].to_list(), chunk["start"]) - 1, 0)


def _marked(document: Document, kind: str) -> list[tuple[int, int, str]]:
    """The spans of one kind of structure with their labels, in order."""
    rows = document.frames["documents"]
    spans = rows["structure"][0] if len(rows) else None
    found = spans if spans is not None else ()
    return sorted((s["start"], s["end"], s["label"]) for s in found if s["kind"] == kind)


def _keywords(chunks: pl.DataFrame | None) -> list[Span]:
    """Every occurrence of a chunk's keywords inside that chunk."""
    if chunks is None or "keywords" not in chunks.columns:
        return []
    if not isinstance(chunks.schema["keywords"], pl.List):
        return []
    return apart(
        (span["start"], span["end"])
        for start, end, words in chunks.select("start", "end", "keywords").iter_rows()
        for word in words or ()
        for span in word["spans"] or ()
        if start <= span["start"] and span["end"] <= end
    )


def _entities(document: Document) -> list[Span]:
    if "mentions" not in document.frames:
        return []
    return apart(document.frames["mentions"].select("start", "end").iter_rows())


def _rows(frame: str, table: pl.DataFrame) -> list[Row]:
    if frame in FIRST:
        table = table.sort(FIRST[frame], descending=True, maintain_order=True)
    elif frame in KEPT_FIRST:
        table = table.sort(KEPT_FIRST[frame], maintain_order=True, nulls_last=False)
    fields = [field for field, _ in FRAMES[frame]]
    return [
        Row(str(place), tuple(told(values[field]) for field in fields))
        for place, values in enumerate(table.iter_rows(named=True))
    ]
