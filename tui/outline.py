"""A notebook as a table: a row for each cell and each note."""

from __future__ import annotations

__all__ = ["outline"]

import json
from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from pipelines.draft import CellEntry, Checked, NoteEntry
from pipelines.looking.view import CellStatus

SCHEMA: Final[dict[str, pl.DataType]] = {
    "kind": pl.String(),
    "id": pl.String(),
    "op": pl.String(),
    "inputs": pl.List(pl.String()),
    "params": pl.String(),
    "note": pl.String(),
    "state": pl.String(),
    "documents": pl.Int64(),
    "failed": pl.Int64(),
    "rows": pl.Int64(),
    "seconds": pl.Float64(),
    "fault": pl.String(),
}
"""`params` is JSON."""


def outline(checked: Checked, statuses: Mapping[str, CellStatus]) -> pl.DataFrame:
    """What the draft says and how its cells stand, in reading order.

    Columns that a row has nothing for are null; so are states that were not looked up yet.
    """
    rows = []
    for place, entry in enumerate(checked.draft.entries):
        row: dict[str, Any] = dict.fromkeys(SCHEMA)
        problems = checked.problems.get(place, ())
        row["fault"] = problems[0].message if problems else None
        match entry:
            case NoteEntry(text):
                row |= {"kind": "note", "note": text}
            case CellEntry():
                row |= {"kind": "cell", "id": entry.id, "op": entry.op}
                row["inputs"] = list(checked.draft.inputs[place])
                row["params"] = json.dumps(dict(entry.params), ensure_ascii=False, default=str)
                row |= _told(statuses.get(entry.id))
            case _:
                row["kind"] = "fault"
        rows.append(row)
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _told(status: CellStatus | None) -> dict[str, Any]:
    if status is None:
        return {}
    return {
        "state": status.state.value,
        "documents": status.documents,
        "failed": status.failed,
        "rows": status.rows,
        "seconds": status.seconds,
    }
