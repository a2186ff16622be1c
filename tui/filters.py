"""A filter as people type it: `language:de tokens>200 heading:"sick leave"`. Pure."""

from __future__ import annotations

__all__ = ["NAMES", "parse_filter"]

import re
from collections.abc import Mapping
from typing import Final

from ops.errors import UsageError
from ops.registry import suggest
from storage.filters import Test

NAMES: Final = {
    "document": ("title", "uri", "doc_id"),
    "length": ("tokens",),
    "heading": ("heading_path",),
    "keyword": ("keywords",),
    "entity": ("entities",),
}
"""What people say → the column meant, the first that the collection has."""

_TERM: Final = re.compile(r'([\w.]+)\s*(!=|<=|>=|[:=<>~])\s*("[^"]*"?|\S*)')
_YES: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def parse_filter(said: str, kinds: Mapping[str, str]) -> dict[str, tuple[Test, ...]]:
    """Column → the tests that a row must pass.

    `column:value` looks for a text in whatever case, for an equal number, for a list that holds
    something like it. `=` and `!=` compare exactly, `<`, `<=`, `>` and `>=` numbers. Values with
    spaces are put in quotes.

    Args:
        kinds: column → text, number, flag or list.

    Raises:
        UsageError: it cannot be read; says which part, and why.
    """
    tests: dict[str, tuple[Test, ...]] = {}
    rest = said
    while rest := rest.strip():
        term = _TERM.match(rest)
        if term is None:
            raise UsageError(
                f"{rest.split()[0]!r} is no filter", hint="type column:value, or column>number"
            )
        name, sign, value = term.groups()
        column = _column(name, kinds)
        value = value.strip('"')
        if not value:
            raise UsageError(f"{name}{sign} lacks its value")
        tests[column] = (*tests.get(column, ()), _test(column, kinds[column], sign, value))
        rest = rest[term.end() :]
    return tests


def _column(name: str, kinds: Mapping[str, str]) -> str:
    meant = [column for column in NAMES.get(name, ()) if column in kinds]
    if name in kinds or meant:
        return name if name in kinds else meant[0]
    if name in NAMES:
        hint = f"no cell above it writes {NAMES[name][0]}"
        raise UsageError(f"this collection knows no {name}", hint=hint)
    known = [*kinds, *(alias for alias, columns in NAMES.items() if set(columns) & set(kinds))]
    hint = suggest(name, known) or "columns: " + ", ".join(known)
    raise UsageError(f"there is no column {name!r}", hint=hint)


def _test(column: str, kind: str, sign: str, value: str) -> Test:
    if kind == "flag":
        if value.lower() not in _YES or sign not in (":", "=", "!="):
            raise UsageError(f"{column} is yes or no", hint=f"type {column}:yes")
        wanted = _YES[value.lower()] != (sign == "!=")
        return Test("=" if wanted else "!=", True)
    if kind == "number":
        try:
            number = float(value)
        except ValueError:
            raise UsageError(f"{column} is a number, and {value!r} is none") from None
        exact = int(number) if number.is_integer() else number
        signs = {":": "=", "~": "="}
        return Test(signs.get(sign, sign), exact)  # type: ignore[arg-type]
    return Test("~" if sign == ":" else sign, value)  # type: ignore[arg-type]
