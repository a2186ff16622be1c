"""Conditions on rows, as the SQL that Lance reads, with every value quoted."""

from __future__ import annotations

__all__ = ["Test", "Where", "any_of", "condition", "equals", "literal", "quoted"]

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from ops.errors import UsageError

Where: TypeAlias = Mapping[str, object]
"""Column → the value it must have; a list means any of these, None means null.

In a column of lists a row counts when its list holds the value. A `Test`, or a tuple of nothing
but tests that must all pass, compares in another way.
"""

Sign: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">=", "~"]
SIGNS: Final[tuple[Sign, ...]] = ("=", "!=", "<", "<=", ">", ">=", "~")


@dataclass(frozen=True, slots=True)
class Test:
    """A comparison with a value; `~` is: contains this text, in whatever case."""

    __test__ = False  # not one of pytest's

    sign: Sign
    value: object


def literal(value: object) -> str:
    """A value as SQL."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return repr(value)
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    raise UsageError(
        f"cannot filter by {value!r}", hint="filter by text, numbers, true, false or null"
    )


def quoted(column: str) -> str:
    """A column's name as SQL."""
    if "`" in column:
        raise UsageError(f"no column can be named {column!r}")
    return f"`{column}`"


def equals(column: str, value: object) -> str:
    """Rows with this value in the column."""
    return f"{quoted(column)} = {literal(value)}"


def any_of(column: str, values: Iterable[object]) -> str:
    """Rows with one of these values in the column."""
    listed = ",".join(literal(value) for value in values)
    return f"{quoted(column)} IN ({listed})" if listed else "false"


def condition(where: Where | None, schema: Any) -> str | None:
    """The SQL of a filter over a table with this Arrow schema; None when everything passes.

    Raises:
        UsageError: the table has no such column, or a value cannot be compared.
    """
    import pyarrow as pa

    parts = []
    for column, wanted in (where or {}).items():
        if column not in schema.names:
            raise UsageError(
                f"cannot filter by {column!r}: there is no such column",
                hint="columns: " + ", ".join(schema.names),
            )
        tests = wanted if isinstance(wanted, tuple) and wanted else (wanted,)
        if all(isinstance(test, Test) for test in tests):
            kind = schema.field(column).type
            parts += [_passes(column, kind, test) for test in tests if isinstance(test, Test)]
            continue
        many = isinstance(wanted, list | tuple | set | frozenset)
        values = sorted(wanted, key=repr) if isinstance(wanted, set | frozenset) else wanted
        kind = schema.field(column).type
        if wanted is None:
            parts.append(f"{quoted(column)} IS NULL")
        elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
            listed = ",".join(literal(v) for v in (values if many else [wanted]))  # type: ignore[attr-defined]
            parts.append(f"array_has_any({quoted(column)}, [{listed}])" if listed else "false")
        elif many:
            parts.append(any_of(column, values))  # type: ignore[arg-type]
        else:
            parts.append(equals(column, wanted))
    return " AND ".join(f"({part})" for part in parts) or None


def _passes(column: str, kind: Any, test: Test) -> str:
    import pyarrow as pa

    name = quoted(column)
    if test.sign not in SIGNS:
        raise UsageError(f"cannot compare by {test.sign!r}", hint="use one of " + " ".join(SIGNS))
    listed = pa.types.is_list(kind) or pa.types.is_large_list(kind)
    if test.sign == "~":
        told = f"array_to_string({name}, ' ')" if listed else name
        return f"strpos(lower(CAST({told} AS string)), {literal(str(test.value).lower())}) > 0"
    if listed:
        if test.sign not in ("=", "!="):
            raise UsageError(f"{column} holds lists, which have no order", hint=f"use {column}:…")
        held = f"array_has_any({name}, [{literal(test.value)}])"
        return held if test.sign == "=" else f"{name} IS NULL OR NOT {held}"
    if test.sign == "!=":
        return f"{name} IS NULL OR {name} != {literal(test.value)}"
    return f"{name} {test.sign} {literal(test.value)}"
