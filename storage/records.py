"""Small keyed tables of the store's own: ledger, runs, manifests, leases."""

from __future__ import annotations

__all__ = ["Records"]

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from ops.frames import Schema
from storage.arrow import from_arrow, scan, stored_schema, to_arrow
from storage.database import Database, talking


class Records:
    """Rows by one text key; every write is one commit, and safe beside other writers."""

    def __init__(self, database: Database, name: str, schema: Schema, key: str) -> None:
        self.database = database
        self.name = name
        self.schema = dict(schema)
        self.key = key

    def read(self, where: str | None = None, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The rows, in the order of their keys; none when the table was never written."""
        names = list(self.schema) if columns is None else list(columns)
        handle = self.database.find(self.name)
        if handle is None:
            return pl.DataFrame(schema={name: self.schema[name] for name in names})
        with talking(self.database.uri, f"reading {self.name}"):
            query = handle.search().select(list(dict.fromkeys([*names, self.key])))
            table = scan(query.where(where) if where else query)
        return from_arrow(table).sort(self.key).select(names)

    def upsert(self, rows: pl.DataFrame) -> None:
        """Write these rows over those with the same key; of a key given twice the last holds."""
        rows = rows.unique(self.key, keep="last", maintain_order=True)
        if not rows.is_empty():
            self._merge(rows, update=True)

    def insert(self, rows: pl.DataFrame) -> bool:
        """Write rows whose keys are new; False when a key was there already."""
        return bool(self._merge(rows, update=False).num_inserted_rows == len(rows))

    def replace_if(self, row: pl.DataFrame, column: str, value: str) -> None:
        """Write one row over the one with its key, if that still has this value in the column."""
        quoted = value.replace("'", "''")
        self._merge(row, update=True, where=f"target.{column} = '{quoted}'")

    def update(self, where: str, values: Mapping[str, object]) -> None:
        """Set these columns of some rows; no commit when there are none."""
        handle = self.database.find(self.name)
        if handle is not None:
            with talking(self.database.uri, f"writing {self.name}"):
                if handle.count_rows(where):
                    handle.update(where=where, values=dict(values))

    def delete(self, where: str) -> None:
        """Remove rows; no commit when there are none."""
        handle = self.database.find(self.name)
        if handle is not None:
            with talking(self.database.uri, f"removing from {self.name}"):
                if handle.count_rows(where):
                    handle.delete(where)

    def _merge(self, rows: pl.DataFrame, *, update: bool, where: str | None = None) -> Any:
        schema = stored_schema(self.schema, self.key)
        handle = self.database.find(self.name) or self.database.create(self.name, schema)
        with talking(self.database.uri, f"writing {self.name}"):
            merge = handle.merge_insert(self.key).when_not_matched_insert_all()
            if update:
                merge = merge.when_matched_update_all(where=where)
            return merge.execute(to_arrow(rows, schema))
