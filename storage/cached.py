"""What was computed once, by key, until it is old: the table under the vectors and the answers."""

from __future__ import annotations

__all__ = ["PREFIXES", "Cached", "forget_before"]

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

import polars as pl

from ops.frames import Schema
from storage.arrow import scan, stored_schema, to_arrow
from storage.database import Database, talking
from storage.filters import any_of

PREFIXES: Final = ("_answers", "_vectors.")
"""How the names of such tables begin; all notebooks of a store share them."""

_DAY: Final = "kept_on"
_ASKED: Final = 10_000
"""Keys asked for in one query."""


class Cached:
    """One table, made at the first write. Safe with several writers: who comes first, stays."""

    def __init__(self, database: Database, name: str, columns: Schema, key: str) -> None:
        self._database = database
        self._name = name
        self._schema = {**columns, _DAY: pl.Date()}
        self._key = key

    def get(self, keys: Sequence[str]) -> Iterator[Any]:
        """The rows that are known, as `pyarrow.Table`s; a key asked for twice comes once."""
        handle = self._database.find(self._name)
        if handle is None:
            return
        wanted = list(dict.fromkeys(keys))
        for start in range(0, len(wanted), _ASKED):
            where = any_of(self._key, wanted[start : start + _ASKED])
            with talking(self._database.uri, f"reading {self._name}"):
                yield scan(handle.search().where(where))

    def put(self, rows: pl.DataFrame, width: int | None = None) -> None:
        """Keep these, in one commit; those already known stay as they are.

        Args:
            width: length of the vectors, if rows have one.
        """
        self._database.check_writable()
        handle = self._database.find(self._name)
        if handle is None:
            schema = stored_schema(self._schema, self._key, width)
            handle = self._database.create(self._name, schema)
        today = datetime.now(UTC).date()
        with talking(self._database.uri, f"writing {self._name}"):
            batch = to_arrow(rows.with_columns(pl.lit(today).alias(_DAY)), handle.schema)
            handle.merge_insert(self._key).when_not_matched_insert_all().execute(batch)


def forget_before(handle: Any, day: date) -> None:
    """Remove what was kept before this day; no commit when there is nothing."""
    where = f"{_DAY} < DATE '{day.isoformat()}'"
    if handle.count_rows(where):
        handle.delete(where)
