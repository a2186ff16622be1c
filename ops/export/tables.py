"""A table of rows as a file: JSON lines, Parquet or Markdown."""

from __future__ import annotations

__all__ = ["FORMATS", "as_markdown", "write_pages", "write_table"]

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

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
    write_pages((table,), path)


def write_pages(pages: Iterable[pl.DataFrame], path: Path) -> None:
    """Write the pages of a table as one, each before the next is asked for; over what is there.

    The file appears when all of it is written. Pages have the columns of the first.

    Raises:
        UsageError: there is no such format, or the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        hint = "name a file that ends in " + ", ".join(FORMATS)
        raise UsageError(f"{path.name!r} names no format", hint=hint)
    try:
        with _in_its_place(path) as file:
            match suffix:
                case ".jsonl":
                    for page in pages:
                        page.write_ndjson(file)
                case ".parquet":
                    _write_parquet(pages, file)
                case _:
                    for number, page in enumerate(pages):
                        head = number == 0
                        file.write(as_markdown(page, head=head).encode("utf-8", "replace"))
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from None


@contextmanager
def _in_its_place(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of another once it is whole."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _write_parquet(pages: Iterable[pl.DataFrame], file: BinaryIO) -> None:
    import pyarrow.parquet as pq

    writer: pq.ParquetWriter | None = None
    try:
        for page in pages:
            table = page.to_arrow()
            if writer is None:
                writer = pq.ParquetWriter(file, table.schema, compression="zstd")
            writer.write_table(table.cast(writer.schema))
    finally:
        if writer is not None:
            writer.close()


def as_markdown(table: pl.DataFrame, *, head: bool = True) -> str:
    """A Markdown table; its rows only without `head`.

    Text stands as it is: nothing in it is markup, line ends become ↵.
    """
    lines = []
    if head:
        kinds = ["---:" if kind.is_numeric() else "---" for kind in table.dtypes]
        lines.append("| " + " | ".join(map(_cell, table.columns)) + " |")
        lines.append("| " + " | ".join(kinds) + " |")
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in table.iter_rows()]
    return "".join(line + "\n" for line in lines)


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
