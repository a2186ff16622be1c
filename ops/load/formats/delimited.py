"""CSV and TSV, kept as they are, with the place of each row."""

from __future__ import annotations

__all__ = ["parse_csv", "parse_tsv"]

import csv
import re
from contextlib import suppress
from itertools import accumulate, chain
from typing import Final

from ops.errors import DocumentError
from ops.load.formats.decode import decode
from ops.load.parsed import Blob, Parsed, Span

LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
DELIMITERS: Final = ",;\t|"
SAMPLE: Final = 8_192
"""Characters from which the delimiter is told."""
LARGEST: Final = 2**31 - 1
"""Characters of a cell; `csv` itself stops at 131,072, which a long letter in a cell passes."""


def parse_csv(blob: Blob) -> list[Parsed]:
    """Comma-separated values (RFC 4180), or with semicolons, tabs or bars: one table.

    Raises:
        DocumentError: a quote is never closed.
    """
    text = decode(blob)
    rows, wrong = _rows(text, _delimiter(text[:SAMPLE]))
    if wrong:
        raise DocumentError(
            f"{blob.name} opens a quote in line {wrong:,} that is never closed",
            hint="close the quote, or give the file the suffix .txt",
        )
    return [_parsed(text, "csv", rows)]


def parse_tsv(blob: Blob) -> list[Parsed]:
    """Tab-separated values: one table.

    Quotes that do not pair off are characters as any other, which is all that the type's
    registration with IANA knows.
    """
    text = decode(blob)
    rows, wrong = _rows(text, "\t")
    if wrong:
        rows, _ = _rows(text, "\t", quotes=False)
    return [_parsed(text, "tsv", rows)]


def _parsed(text: str, format_: str, rows: list[Span]) -> Parsed:
    table = [Span("table", rows[0].start, rows[-1].end)] if rows else []
    return Parsed(text, format_, spans=[*table, *rows])


def _rows(text: str, delimiter: str, *, quotes: bool = True) -> tuple[list[Span], int]:
    """Rows with a word in them, without their line ends, and the line of a quote left open, or 0.

    A row whose cells hold line ends within quotes takes several lines.
    """
    csv.field_size_limit(LARGEST)
    lines = [match.group() for match in LINE.finditer(text) if match.group()]
    edges = list(accumulate(map(len, lines), initial=0))
    # The last line ends a row, unless that is within quotes and takes the line as its own.
    read = chain(lines, ["end"])
    if quotes:
        reader = csv.reader(read, delimiter=delimiter)
    else:
        reader = csv.reader(read, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    rows, done, wrong = list[Span](), 0, 0
    for cells in reader:
        first, done = done, reader.line_num
        if done > len(lines):
            wrong = 0 if first == len(lines) else first + 1
        elif any(cell.strip() for cell in cells):
            line = text[edges[first] : edges[done]].rstrip("\r\n")
            rows.append(Span("row", edges[first], edges[first] + len(line)))
    return rows, wrong


def _delimiter(sample: str) -> str:
    """The sign that parts most rows into the same number of cells, more than one; else a comma."""
    lines = [match.group() for match in LINE.finditer(sample) if match.group().strip()]
    best, found = (0, 0), ","
    for sign in DELIMITERS:
        widths = _widths(lines, sign)
        common = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
        if common > 1 and (widths.count(common), common) > best:
            best, found = (widths.count(common), common), sign
    return found


def _widths(lines: list[str], sign: str) -> list[int]:
    """Cells of each row, up to where a quote is out of place, as it is by the wrong sign."""
    widths = list[int]()
    with suppress(csv.Error):
        widths.extend(len(cells) for cells in csv.reader(lines, delimiter=sign, strict=True))
    return widths
