"""A document made ready to be shown; done in a worker, for it may be large."""

from __future__ import annotations

__all__ = ["FRAMES", "Shown"]

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from pipelines.view import Document
from tui.widgets.canvas import Canvas
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
}
"""Frames that are shown as tables of their own, with the columns shown."""
FIRST: Final = {"entities": "mentions", "relations": "weight"}
"""What each is sorted by, largest first."""


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
        canvas = Canvas(document.text, spans, _headings(document)).prepare()
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


def _headings(document: Document) -> list[tuple[int, int]]:
    rows = document.frames["documents"]
    spans = rows["structure"][0] if len(rows) else ()
    return sorted((s["start"], s["end"]) for s in spans if s["kind"] == "heading")


def _rows(frame: str, table: pl.DataFrame) -> list[Row]:
    ordered = table.sort(FIRST[frame], descending=True, maintain_order=True)
    fields = [field for field, _ in FRAMES[frame]]
    return [
        Row(str(place), tuple(told(values[field]) for field in fields))
        for place, values in enumerate(ordered.iter_rows(named=True))
    ]
