"""Opens a store: a folder, or any place that LanceDB reads."""

from __future__ import annotations

__all__ = ["MIGRATIONS", "SCHEMA_VERSION", "Store"]

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from ops.context import VectorCache
from ops.errors import StoreError
from ops.generation import AnswerCache
from storage.answers import Answers
from storage.cached import PREFIXES
from storage.cells import check_name
from storage.database import Database
from storage.lease import Lease
from storage.reader import Reader
from storage.records import Records
from storage.tables import Tables
from storage.vectors import Vectors

SCHEMA_VERSION: Final = 2
"""Of the store's own tables; raised with a step in `MIGRATIONS`."""


def _drop_cached(database: Database) -> None:
    for name in database.names():
        if name.startswith(PREFIXES):
            database.drop(name)


MIGRATIONS: Final[Mapping[int, Callable[[Database], None]]] = {
    1: _drop_cached  # their rows tell since when they are kept
}
"""Version → what brings a store of that version to the next. A step may be repeated."""

_META: Final = "_store"
_SCHEMA: Final = {"name": pl.String(), "value": pl.String()}


class Store:
    """Everything that the notebooks of one place have made."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @classmethod
    def open(cls, uri: str | Path, *, read_only: bool = False) -> Store:
        """Open a store; for writing it is made where there is none.

        Raises:
            StoreError: it is not there, cannot be written, or is of another version.
        """
        database = Database(uri, read_only=read_only)
        database.prepare()
        _check_version(database)
        return cls(database)

    @property
    def uri(self) -> str:
        """Where it is."""
        return self.database.uri

    def tables(self, notebook: str) -> Tables:
        """A notebook's tables, for its writer."""
        return Tables(self.database, notebook)

    def reader(self, notebook: str) -> Reader | None:
        """What a notebook published last; None when nothing was."""
        return Reader.newest(self.database, check_name("notebook", notebook))

    def vector_cache(self) -> VectorCache:
        """Vectors that were computed before."""
        return Vectors(self.database)

    def answer_cache(self) -> AnswerCache:
        """What language models answered before."""
        return Answers(self.database)

    def notebooks(self) -> list[str]:
        """The notebooks that have anything here, sorted."""
        names = {name.partition(".")[0] for name in self.database.names() if name[0] != "_"}
        return sorted(names)


def _check_version(database: Database) -> None:
    meta = Records(database, _META, _SCHEMA, "name")
    rows = meta.read("name = 'schema'")
    found = int(rows["value"][0]) if len(rows) else None
    if found is None:
        if not database.read_only:
            meta.insert(_row(SCHEMA_VERSION))
        return
    if found > SCHEMA_VERSION:
        raise StoreError(
            f"the store {database.uri} was written by a newer Chunkbook "
            f"(its version is {found}, this one knows {SCHEMA_VERSION})",
            hint="update Chunkbook, or choose another store",
        )
    if found < SCHEMA_VERSION:
        if database.read_only:
            raise StoreError(
                f"the store {database.uri} is of the older version {found}",
                hint="run a notebook once to bring it up to date",
            )
        _migrate(database, meta, found)


def _migrate(database: Database, meta: Records, found: int) -> None:
    with Lease(database, _META, "bringing the store up to date"):
        for version in range(found, SCHEMA_VERSION):
            MIGRATIONS[version](database)
            meta.upsert(_row(version + 1))


def _row(version: int) -> pl.DataFrame:
    return pl.DataFrame({"name": ["schema"], "value": [str(version)]}, schema=_SCHEMA)
