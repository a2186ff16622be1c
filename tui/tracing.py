"""What the lineage screen shows, as tables to be written into files. Pure."""

from __future__ import annotations

__all__ = ["changes_table", "redo_table", "way_table"]

import json
from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from pipelines.diff.changes import Chunk
from pipelines.looking.lineage import Lineage, Step
from pipelines.looking.whatif import Redo
from tui.widgets.changes import Placed

WAY: Final[dict[str, pl.DataType]] = {
    "kind": pl.String(),
    "name": pl.String(),
    "op": pl.String(),
    "version": pl.Int64(),
    "parameters": pl.String(),
    "models": pl.String(),
    "fingerprint": pl.String(),
    "run_id": pl.String(),
    "at": pl.String(),
    "seconds": pl.Float64(),
    "rows": pl.Int64(),
    "tables": pl.String(),
    "found": pl.String(),
}
"""`parameters`, `models`, `tables` and `found` are JSON; `found` is the chunk in this place."""
SPANS: Final = pl.List(pl.List(pl.Int64()))
CHANGES: Final[dict[str, pl.DataType]] = {
    "kind": pl.String(),
    "uri": pl.String(),
    "doc_id": pl.String(),
    "before_spans": SPANS,
    "before": pl.List(pl.String()),
    "after_spans": SPANS,
    "after": pl.List(pl.String()),
}
REDO: Final[dict[str, pl.DataType]] = {
    "if": pl.String(),
    "cell": pl.String(),
    "op": pl.String(),
    "redo": pl.Int64(),
    "keep": pl.Int64(),
    "seconds": pl.Float64(),
}
"""`seconds` are what the documents to be redone took last."""


def way_table(lineage: Lineage) -> pl.DataFrame:
    """The file, every cell, and what was published, from the file down."""
    place = {
        "start": lineage.start,
        "end": lineage.end,
        "pages": lineage.pages,
        "bytes": lineage.byte_range,
        "document": lineage.document,
    }
    file = {"kind": "file", "name": str(lineage.document.get("uri", "")), "found": _json(place)}
    published = {
        "kind": "published",
        "name": lineage.collection,
        "run_id": lineage.manifest,
        "found": _json(lineage.chunk),
    }
    return _table([file, *map(_step, lineage.steps), published], WAY)


def _step(step: Step) -> dict[str, Any]:
    return {
        "kind": "cell",
        "name": step.cell,
        "op": step.op,
        "version": step.version,
        "parameters": _json(step.parameters),
        "models": _json(step.models),
        "fingerprint": step.fingerprint,
        "run_id": step.run_id,
        "at": step.at.isoformat() if step.at is not None else None,
        "seconds": step.seconds,
        "rows": step.rows,
        "tables": _json(step.tables),
        "found": _json(step.found),
    }


def changes_table(changes: Sequence[Placed]) -> pl.DataFrame:
    """Every change between two runs, with the texts and spans of its chunks on both sides."""
    rows = [
        {
            "kind": change.kind,
            "uri": document.uri,
            "doc_id": document.doc_id,
            "before_spans": _spans(change.before),
            "before": [chunk.text for chunk in change.before],
            "after_spans": _spans(change.after),
            "after": [chunk.text for chunk in change.after],
        }
        for document, change in changes
    ]
    return _table(rows, CHANGES)


def _spans(chunks: Sequence[Chunk]) -> list[list[int]]:
    return [[chunk.start, chunk.end] for chunk in chunks]


def redo_table(said: str, redo: Sequence[Redo]) -> pl.DataFrame:
    """What would be done again in every cell, if a parameter were another."""
    rows = [
        {
            "if": said,
            "cell": one.cell,
            "op": one.op,
            "redo": one.documents,
            "keep": one.kept,
            "seconds": one.seconds,
        }
        for one in redo
    ]
    return _table(rows, REDO)


def _table(rows: Sequence[dict[str, Any]], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema, orient="row")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
