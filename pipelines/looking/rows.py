"""The rows that a published chunk has in the tables of a cell."""

from __future__ import annotations

__all__ = ["rows_of"]

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from storage import Reader

MOST: Final = 100
"""Rows of a frame that are given."""
RELATIONS: Final = 5_000
"""Relations of a document that are looked through."""
HEAVY: Final = ("text", "structure", "vector")
"""Columns of documents that are left out; the chunk has its part of them."""


def rows_of(
    reader: Reader, cell: str, chunk: Mapping[str, Any]
) -> dict[str, tuple[dict[str, Any], ...]]:
    """Frame → rows: of the chunk itself, of its document, and of what is mentioned in it."""
    found = {}
    for frame in reader.cells().get(cell, ()):
        table = _rows(reader, cell, frame, chunk)
        if frame == "documents":
            table = table.drop([name for name in HEAVY if name in table.columns])
        found[frame] = tuple(table.head(MOST).to_dicts())
    return found


def _rows(reader: Reader, cell: str, frame: str, chunk: Mapping[str, Any]) -> pl.DataFrame:
    own, document = {"chunk_id": chunk["chunk_id"]}, {"doc_id": chunk["doc_id"]}
    if frame in ("chunks", "mentions", "collection"):
        return reader.rows(cell, frame, own, limit=MOST)
    if frame == "entities" and "mentions" in reader.cells()[cell]:
        mentioned = reader.rows(cell, "mentions", own, limit=RELATIONS)["entity_id"]
        names = mentioned.unique().to_list()
        return reader.rows(cell, frame, {"entity_id": names}, limit=MOST)
    if frame == "relations" and "evidence" in reader.table_columns(cell, frame):
        table = reader.rows(cell, frame, document, limit=RELATIONS)
        start, end = pl.element().struct.field("start"), pl.element().struct.field("end")
        inside = (start < chunk["end"]) & (end > chunk["start"])
        return table.filter(pl.col("evidence").list.eval(inside).list.any())
    return reader.rows(cell, frame, document, limit=MOST)
