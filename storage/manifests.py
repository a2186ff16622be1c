"""Which versions of which tables make up a whole state that readers may see."""

from __future__ import annotations

__all__ = ["Manifest", "Manifests"]

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import polars as pl

from ops.errors import LeaseError
from storage.database import Database
from storage.filters import any_of, equals
from storage.records import Records

_SCHEMA: Final = {
    "key": pl.String(),  # the number, twelve digits wide
    "run_id": pl.String(),
    "at": pl.Datetime("us", "UTC"),
    "held": pl.Boolean(),
    "state": pl.String(),  # JSON
}


@dataclass(frozen=True, slots=True)
class Manifest:
    """One published state; the one with the highest number is what readers see."""

    number: int
    run_id: str
    """The run that made these tables."""
    at: datetime
    """When it was published, in UTC."""
    tables: Mapping[str, int]
    """Table → version."""
    cells: Mapping[str, Mapping[str, str]]
    """Cell → frame → table."""
    collections: Mapping[str, str]
    """Index cell → the table it publishes for search."""
    held: bool = False
    """It was rolled back to, and the schedule waits until it is released."""
    extra: Mapping[str, Any] = field(default_factory=dict)


class Manifests:
    """The published states of one notebook."""

    def __init__(self, database: Database, notebook: str) -> None:
        self.notebook = notebook
        self._records = Records(database, f"{notebook}._manifests", _SCHEMA, "key")

    def all(self) -> list[Manifest]:
        """Every state that can still be read, oldest first."""
        return [_manifest(row) for row in self._records.read().iter_rows(named=True)]

    def latest(self) -> Manifest | None:
        """The state that readers see; None before the first."""
        number = self.latest_number()
        if not number:
            return None
        rows = self._records.read(equals("key", f"{number:012}"))
        return _manifest(rows.row(0, named=True))

    def latest_number(self) -> int:
        """Number of the newest state; 0 before the first."""
        keys = self._records.read(columns=["key"])
        return int(keys["key"][-1]) if len(keys) else 0

    def add(self, manifest: Manifest) -> None:
        """Publish: one row, in one commit.

        Raises:
            LeaseError: another process published the same number meanwhile.
        """
        state = {
            "tables": dict(manifest.tables),
            "cells": {cell: dict(frames) for cell, frames in manifest.cells.items()},
            "collections": dict(manifest.collections),
            "extra": dict(manifest.extra),
        }
        row = {
            "key": f"{manifest.number:012}",
            "run_id": manifest.run_id,
            "at": manifest.at,
            "held": manifest.held,
            "state": json.dumps(state, sort_keys=True),
        }
        if not self._records.insert(pl.DataFrame([row], schema=_SCHEMA)):
            raise LeaseError(
                f"another process published notebook {self.notebook!r} at the same time",
                hint="run again to publish what this run made",
            )

    def remove(self, manifests: Sequence[Manifest]) -> None:
        """Forget these states."""
        if manifests:
            self._records.delete(any_of("key", (f"{m.number:012}" for m in manifests)))


def versions_of(manifests: Iterable[Manifest], table: str) -> set[int]:
    """The versions of a table that these states need."""
    return {m.tables[table] for m in manifests if table in m.tables}


def _manifest(row: Mapping[str, Any]) -> Manifest:
    state = json.loads(row["state"])
    return Manifest(
        int(row["key"]),
        row["run_id"],
        row["at"],
        state["tables"],
        state["cells"],
        state["collections"],
        row["held"],
        state["extra"],
    )
