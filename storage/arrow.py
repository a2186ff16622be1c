"""Between Polars frames and the Arrow tables that Lance keeps."""

from __future__ import annotations

__all__ = ["AT_ONCE", "VECTOR", "bare_type", "from_arrow", "scan", "stored_schema", "to_arrow"]

from typing import Any, Final, cast

import numpy as np
import polars as pl

from ops.errors import StoreError
from ops.frames import Schema

VECTOR: Final = "vector"
"""The column whose lists of floats all have one length and can be searched."""

AT_ONCE: Final = 1 << 16
"""Rows read at once. Lance gives a thousand unasked, and each batch waits for another thread: over
a million rows that takes six times as long as reading them."""

_PRIMARY_KEY: Final = {"lance-schema:unenforced-primary-key": "true"}


def bare_type(name: str, dtype: pl.DataType) -> pl.DataType:
    """The type a column has when read back: a vector of fixed width is a plain list again."""
    return pl.List(pl.Float32()) if name == VECTOR and isinstance(dtype, pl.Array) else dtype


def stored_schema(schema: Schema, key: str, width: int | None = None) -> Any:
    """The Arrow schema (`pyarrow.Schema`) of a table with these columns.

    The key carries the primary-key mark and cannot be null: without both, two writers that merge
    the same key would each insert it. Columns named `…text` hold passages and get 64-bit offsets;
    the other strings are labels and get 32-bit ones, which B-tree indexes need.

    Args:
        width: length of the vectors; of a vector column without rows yet, 1.
    """
    import pyarrow as pa

    empty = pl.DataFrame(schema=dict(schema)).to_arrow(compat_level=pl.CompatLevel.oldest())
    fields = []
    for field in empty.schema:
        name, kind = field.name, field.type
        if name == VECTOR and schema[name] == pl.List(pl.Float32()):
            kind = pa.list_(pa.float32(), width or 1)
        elif kind == pa.large_string() and not name.endswith("text"):
            kind = pa.string()
        if name == key:
            fields.append(pa.field(name, kind, nullable=False, metadata=_PRIMARY_KEY))
        else:
            fields.append(pa.field(name, kind))
    return pa.schema(fields)


def to_arrow(rows: pl.DataFrame, schema: Any) -> Any:
    """The rows as a `pyarrow.Table` of exactly this stored schema.

    Raises:
        StoreError: other columns, another vector width, or a vector that is not finite.
    """
    import pyarrow as pa

    if set(rows.columns) != set(schema.names):
        ours, theirs = ", ".join(sorted(rows.columns)), ", ".join(sorted(schema.names))
        raise StoreError(
            f"rows with the columns {ours} do not fit a table with {theirs}",
            hint="other columns belong in a table with another schema key",
        )
    rows = rows.select(schema.names)
    if VECTOR in rows.columns and pa.types.is_fixed_size_list(schema.field(VECTOR).type):
        rows = _fixed_width(rows, schema.field(VECTOR).type.list_size)
    try:
        return rows.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema)
    except (pa.ArrowException, ValueError) as error:
        raise StoreError(
            f"rows do not fit their table: {error}",
            hint="other types belong in a table with another schema key",
        ) from error


def scan(query: Any) -> Any:
    """All rows of a query without search, as one `pyarrow.Table`."""
    return query.to_batches(AT_ONCE).read_all()


def from_arrow(table: Any) -> pl.DataFrame:
    """The frame of a `pyarrow.Table` that Lance gave."""
    frame = cast(pl.DataFrame, pl.from_arrow(table))
    changed = {
        name: bare_type(name, dtype)
        for name, dtype in frame.schema.items()
        if bare_type(name, dtype) != dtype
    }
    return frame.cast(changed) if changed else frame  # type: ignore[arg-type]


def _fixed_width(rows: pl.DataFrame, width: int) -> pl.DataFrame:
    try:
        rows = rows.with_columns(pl.col(VECTOR).cast(pl.Array(pl.Float32(), width)))
    except pl.exceptions.PolarsError as error:
        raise StoreError(
            f"vectors of another length than {width} do not fit their table",
            hint="vectors of another model belong in a table with another schema key",
        ) from error
    values = rows[VECTOR].drop_nulls()
    if len(values) and not bool(np.isfinite(values.to_numpy()).all()):
        raise StoreError("a vector holds a number that is not finite")
    return rows
