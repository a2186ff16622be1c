"""A table of rows as a file: JSON lines, Parquet or Markdown."""

from __future__ import annotations

__all__ = ["FORMATS", "as_markdown", "write_table"]

import re
from pathlib import Path
from typing import Any, Final

import polars as pl

from ops.errors import UsageError

FORMATS: Final = {".jsonl": "JSON lines", ".parquet": "Parquet", ".md": "Markdown"}
LONGEST: Final = 2_000
"""Characters of a cell in Markdown; the other formats hold everything."""
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>#|~])")


def write_table(table: pl.DataFrame, path: Path) -> None:
    """Write a table in the format that the file's suffix names; over what is there.

    Raises:
        UsageError: there is no such format, or the file cannot be written.
    """
    suffix = path.suffix.lower()
    try:
        match suffix:
            case ".jsonl":
                table.write_ndjson(path)
            case ".parquet":
                table.write_parquet(path)
            case ".md":
                path.write_text(as_markdown(table), encoding="utf-8", errors="replace")
            case _:
                hint = "name a file that ends in " + ", ".join(FORMATS)
                raise UsageError(f"{path.name!r} names no format", hint=hint)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from None


def as_markdown(table: pl.DataFrame) -> str:
    """A Markdown table. Text stands as it is: nothing in it is markup, line ends become ↵."""
    head = "| " + " | ".join(map(_cell, table.columns)) + " |"
    kinds = ["---:" if kind.is_numeric() else "---" for kind in table.dtypes]
    lines = [head, "| " + " | ".join(kinds) + " |"]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in table.iter_rows()]
    return "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_cell, value))
    if isinstance(value, dict):
        return ", ".join(f"{_cell(name)}: {_cell(part)}" for name, part in value.items())
    text = str(value)
    if len(text) > LONGEST:
        text = text[: LONGEST - 1] + "…"
    shown = "".join(c if c.isprintable() or c in "\n\t" else "�" for c in text)
    lines = _SPECIAL.sub(r"\\\1", shown).replace("\t", " ").splitlines()
    return "↵".join(line.strip() for line in lines).strip("↵")
