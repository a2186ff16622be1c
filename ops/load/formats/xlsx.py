"""Excel workbooks (XLSX): a heading a sheet, and its tables."""

from __future__ import annotations

__all__ = ["parse_xlsx"]

import io
import re
import string
from collections.abc import Iterator
from functools import cache
from itertools import chain, groupby
from typing import Any, Final

from ops.errors import DocumentError
from ops.load.formats.layout import CELL, Layout
from ops.load.formats.office import declared, opened, reading, related
from ops.load.formats.office_extras import cell_comments
from ops.load.formats.xlsx_names import R, S
from ops.load.formats.xlsx_values import Values
from ops.load.parsed import Blob, Parsed, one_line

Row = dict[int, str]
"""Column → what the cell shows; empty cells are left out."""

LETTERS: Final = re.compile("[A-Z]{1,3}")
COLUMNS: Final = 16_384


def parse_xlsx(blob: Blob) -> list[Parsed]:
    """The sheets that are shown, in their order, each under its name as a heading.

    Rows that follow each other without an empty one between are a table: a line a row, with the
    cells apart by ` | `; columns that are empty in all of them are left out. Rows with one cell
    that stand before the others are titles, and read as paragraphs, as does a column that stands
    alone. Formulas show the value last calculated, dates are in ISO 8601. Comments come last, after
    `Comments:`, each with its cell. Charts and hidden sheets are left out.

    Raises:
        DocumentError: it is damaged, or unpacks to more than the limit.
    """
    from docx.opc.package import OpcPackage
    from docx.oxml.parser import parse_xml

    with reading(blob, "a workbook"):
        package = OpcPackage.open(opened(blob))
        part = package.main_document_part
        book = parse_xml(part.blob)
        settings = book.find(S + "workbookPr")
        since_1904 = settings is not None and settings.get("date1904") in ("1", "true")
        texts, styles = (
            next((parse_xml(each.blob) for each in related(part, kind)), None)
            for kind in ("sharedStrings", "styles")
        )
        values = Values(texts, styles, since_1904=since_1904)
        layout, seen = Layout(), set[str]()
        for sheet in book.iterfind(f"{S}sheets/{S}sheet"):
            relation = part.rels[sheet.get(R + "id")]
            if sheet.get("state", "visible") == "visible" and _has_cells(relation):
                rows = _rows(relation.target_part.blob, values)
                comments = list(cell_comments(relation.target_part, seen))
                _lay_out(layout, blob, sheet.get("name", ""), rows, comments)
        text = layout.text()
        properties = declared(package)
    title = one_line(properties.pop("title", ""))
    return [Parsed(text, "xlsx", title, layout.spans, list(properties.items()))]


def _has_cells(relation: Any) -> bool:
    """A chart may be a sheet too."""
    return str(relation.reltype).endswith("/worksheet")


def _rows(sheet: bytes, values: Values) -> Iterator[tuple[int, Row]]:
    """The number and cells of each row that is not empty.

    The sheet is read a row at a time, since it may be large, and whatever lies between the cells
    that are there costs nothing.
    """
    from lxml.etree import iterparse

    number = 0
    source = io.BytesIO(sheet)
    for _, element in iterparse(source, tag=S + "row", resolve_entities=False, no_network=True):
        number = int(element.get("r", number + 1))
        row: Row = {}
        column = 0
        for cell in element.iterfind(S + "c"):
            column = _column(cell.get("r")) or column + 1
            if shown := values.of(cell):
                row[column] = shown
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
        if row:
            yield number, row


def _column(place: str | None) -> int:
    """From 1; 0 where a cell does not say where it is."""
    return _number(place.rstrip(string.digits)) if place else 0


@cache
def _number(letters: str) -> int:
    number = 0
    for letter in letters if LETTERS.fullmatch(letters) else "":
        number = 26 * number + ord(letter) - ord("A") + 1
    if not 0 < number <= COLUMNS:
        raise ValueError(f"there is no column {letters!r}")
    return number


def _lay_out(
    layout: Layout, blob: Blob, name: str, rows: Iterator[tuple[int, Row]], comments: list[str]
) -> None:
    """A sheet; one without cells and comments leaves no trace."""
    # Neighbours have the same difference between their number and their place in the list.
    runs = groupby(enumerate(rows), lambda each: each[1][0] - each[0])
    blocks = ([row for _, (_, row) in run] for _, run in runs)
    remarks = [{1: said} for said in ("Comments:", *comments)] if comments else []
    for count, block in enumerate(chain(blocks, filter(None, [remarks]))):
        if not count:
            layout.block()
            layout.open("heading", 1)
            layout.words(name)
            layout.close()
        layout.block()
        _block(layout, blob, block)


def _block(layout: Layout, blob: Blob, rows: list[Row]) -> None:
    columns = sorted(set().union(*rows))
    if len(CELL) * len(columns) * len(rows) > max(blob.limit, len(blob.raw)):
        raise DocumentError(
            f"{blob.name} has a table of {len(rows):,} rows and {len(columns):,} columns, most of "
            "them empty",
            hint="raise `max_megabytes`, or leave it out with `exclude`",
        )
    first = next((number for number, row in enumerate(rows) if len(row) > 1), len(rows))
    for row in rows[:first]:
        layout.line()
        layout.words(" ".join(row.values()))
    if first == len(rows):
        return
    layout.block()
    layout.open("table")
    for row in rows[first:]:
        layout.row([row.get(column, "") for column in columns])
    layout.close()
