"""Which runs there were, and how they ended."""

from __future__ import annotations

__all__ = ["RunRecord", "Runs"]

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

import polars as pl

from storage.database import Database
from storage.records import Records

_MOMENT: Final = pl.Datetime("us", "UTC")
_SCHEMA: Final = {
    "run_id": pl.String(),
    "started": _MOMENT,
    "ended": _MOMENT,
    "outcome": pl.String(),
    "cells": pl.String(),  # JSON
}


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run of a notebook."""

    run_id: str
    started: datetime
    """In UTC, as all times here."""
    ended: datetime | None
    """None while it runs, and for ever when it was killed."""
    outcome: str
    """running, ok, failed or cancelled."""
    cells: tuple[Mapping[str, Any], ...]
    """What each cell did, in values that JSON can hold."""


class Runs:
    """The runs of one notebook."""

    def __init__(self, database: Database, notebook: str) -> None:
        self._records = Records(database, f"{notebook}._runs", _SCHEMA, "run_id")

    def put(self, run: RunRecord) -> None:
        """Write a run over what was known of it."""
        row = {field.name: getattr(run, field.name) for field in fields(run)}
        row["cells"] = json.dumps([dict(cell) for cell in run.cells], sort_keys=True)
        self._records.upsert(pl.DataFrame([row], schema=_SCHEMA))

    def newest(self, limit: int) -> list[RunRecord]:
        """The last runs, newest first."""
        rows = self._records.read().sort("started", "run_id", descending=True).head(limit)
        return [
            RunRecord(**{**row, "cells": tuple(json.loads(row["cells"]))})
            for row in rows.iter_rows(named=True)
        ]
