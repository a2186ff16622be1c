"""The tables of cells: rows that belong to documents and are replaced with them."""

from __future__ import annotations

__all__ = ["CellTables", "cell_of", "check_name", "frame_of"]

import re
from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from ops.errors import StoreError
from ops.frames import ORDER, PRIMARY, Schema, in_order
from storage.arrow import VECTOR, from_arrow, scan, stored_schema, to_arrow
from storage.database import Database, talking
from storage.filters import any_of

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LONGEST: Final = 200
"""Characters of a table's name; file systems allow 255 bytes, and Lance adds to it."""


def check_name(kind: str, name: str) -> str:
    """The name, if a table's name can hold it.

    Raises:
        StoreError: it cannot.
    """
    if not _NAME.fullmatch(name) or len(name) > 80:
        raise StoreError(
            f"the {kind} name {name!r} cannot be kept in the store",
            hint="use at most 80 letters, digits, hyphens and underscores, a letter or digit first",
        )
    return name


def cell_of(table: str) -> str:
    """The cell that writes a table."""
    return table.split(".")[1]


def frame_of(table: str) -> str:
    """The frame whose rows a table holds."""
    return table.split(".")[2]


ONE_COMMIT: Final = 128 << 20
"""Bytes of a table up to which documents are replaced by one merge. A merge that also deletes
reads the whole table: of a million rows with vectors 2 GB, where two commits read the keys only."""


class CellTables:
    """Reads and writes the newest version of a notebook's tables."""

    def __init__(self, database: Database, notebook: str) -> None:
        self.database = database
        self.notebook = check_name("notebook", notebook)

    def table_name(self, cell: str, frame: str, schema_key: str) -> str:
        """notebook.cell.frame.key; another key is another table, so the older stays readable."""
        if frame not in PRIMARY:
            raise StoreError(f"there is no frame {frame!r}")
        name = f"{self.notebook}.{check_name('cell', cell)}.{frame}.{schema_key}"
        if len(name) > _LONGEST:
            raise StoreError(
                f"the name of the table {name} is too long", hint="shorten the notebook's name"
            )
        return name

    def names(self) -> list[str]:
        """The notebook's tables of cells, sorted."""
        start = f"{self.notebook}."
        names = [n for n in self.database.names() if n.startswith(start) and n.count(".") == 3]
        return [name for name in names if self.exists(name)]

    def exists(self, table: str) -> bool:
        """Whether there is such a table."""
        return self.database.find(table) is not None

    def version(self, table: str) -> int:
        """Number of the newest commit."""
        handle = self.database.table(table)
        with talking(self.database.uri, f"reading {table}"):
            return int(handle.version)

    def count(self, table: str) -> int:
        """Number of rows."""
        handle = self.database.table(table)
        with talking(self.database.uri, f"counting {table}"):
            return int(handle.count_rows())

    def ensure(self, table: str, frame: str, schema: Schema, width: int | None = None) -> None:
        """Make an empty table if there is none yet."""
        if not self.exists(table):
            self.database.create(table, stored_schema(schema, PRIMARY[frame], width))

    def read(
        self,
        table: str,
        *,
        documents: Sequence[str] | None = None,
        columns: Sequence[str] | None = None,
    ) -> pl.DataFrame:
        """Rows in the frame's order, of these documents or of all."""
        return read_ordered(self.database, self.database.table(table), table, documents, columns)

    def replace(self, table: str, frame: str, rows: pl.DataFrame, documents: Sequence[str]) -> None:
        """Make `rows` all that these documents own in the table, in one commit.

        The table is made at its first rows. Nothing is committed when nothing would change because
        the documents own nothing and get nothing. In a table larger than `ONE_COMMIT`, what is
        replaced goes in a commit of its own first.

        Raises:
            StoreError: two rows have one key, a row belongs to none of the documents, or columns,
                types or the length of vectors differ from the table's.
        """
        key = PRIMARY[frame]
        _check_rows(table, key, rows, documents)
        handle = self.database.find(table)
        if handle is None:
            if rows.is_empty() and VECTOR in rows.columns:
                return
            handle = self.database.create(table, stored_schema(rows.schema, key, _width(rows)))
        with talking(self.database.uri, f"writing {table}"):
            empty = not handle.count_rows()
            if empty and _fits_after_remake(handle.schema, rows):
                schema = stored_schema(rows.schema, key, _width(rows))
                handle = self.database.create(table, schema, overwrite=True)
            batch = to_arrow(in_order(frame, rows), handle.schema)
            owned = "" if empty else any_of("doc_id", dict.fromkeys(documents))
            # A merge reads the whole key column: only when there is something to replace.
            if empty or not handle.count_rows(owned):
                if batch.num_rows:
                    handle.add(batch)
                return
            if not batch.num_rows:
                handle.delete(owned)
            elif handle.stats()["total_bytes"] > ONE_COMMIT:
                handle.delete(owned)
                handle.add(batch)
            else:
                merge = handle.merge_insert(key).when_matched_update_all()
                merge = merge.when_not_matched_insert_all()
                merge.when_not_matched_by_source_delete(owned).execute(batch)

    def clear(self, table: str) -> None:
        """Remove every row, in one commit."""
        handle = self.database.find(table)
        if handle is not None:
            with talking(self.database.uri, f"clearing {table}"):
                if handle.count_rows():
                    handle.delete("true")

    def drop(self, table: str) -> None:
        """Remove the table and all its versions."""
        self.database.drop(table)


def read_ordered(
    database: Database,
    handle: Any,
    table: str,
    documents: Sequence[str] | None,
    columns: Sequence[str] | None,
) -> pl.DataFrame:
    """Rows of an open table in the order of its frame."""
    frame = frame_of(table)
    with talking(database.uri, f"reading {table}"):
        stored = handle.schema.names
        names = stored if columns is None else list(columns)
        missing = [name for name in names if name not in stored]
        if missing:
            raise StoreError(f"the table {table} has no column {missing[0]}")
        by = [name for name in ORDER[frame] if name in stored]
        query = handle.search().select(list(dict.fromkeys([*names, *by])))
        if documents is not None:
            query = query.where(any_of("doc_id", dict.fromkeys(documents)))
        found = from_arrow(scan(query))
    return in_order(frame, found).select(names)


def _check_rows(table: str, key: str, rows: pl.DataFrame, documents: Sequence[str]) -> None:
    if rows.is_empty():
        return
    for column in {key, "doc_id"}:
        if column not in rows.columns or rows[column].null_count():
            raise StoreError(f"rows for {table} lack their {column}")
    twice = rows.filter(pl.col(key).is_duplicated())
    if len(twice):
        owners = ", ".join(twice["doc_id"].unique().sort().head(2))
        raise StoreError(
            f"two rows for {table} have the {key} {twice[key][0]!r} (documents {owners})",
            hint="this is a fault of the op that made them: keys must be unique",
        )
    strangers = rows.filter(~pl.col("doc_id").is_in(pl.Series(list(documents), dtype=pl.String)))
    if len(strangers):
        raise StoreError(
            f"rows for {table} belong to the document {strangers['doc_id'][0]!r}, "
            "which is not in the batch",
            hint="this is a fault of the op that made them",
        )


def _width(rows: pl.DataFrame) -> int | None:
    if VECTOR not in rows.columns:
        return None
    dtype = rows.schema[VECTOR]
    if isinstance(dtype, pl.Array):
        return int(dtype.shape[0])
    lengths = rows[VECTOR].drop_nulls().list.len()
    return int(lengths[0]) if len(lengths) else None


def _fits_after_remake(schema: Any, rows: pl.DataFrame) -> bool:
    """Whether an empty table only has to take the length of its first vectors."""
    width = _width(rows)
    return (
        width is not None
        and VECTOR in schema.names
        and set(schema.names) == set(rows.columns)
        and schema.field(VECTOR).type.list_size != width
    )
