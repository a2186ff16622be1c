"""Tables of HTML: which hold data, and their rows."""

from __future__ import annotations

__all__ = ["is_layout", "rows"]

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ops.load.formats.html_nodes import children, flat, number, shows

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

WIDEST = 1000
"""Columns that one cell may take (HTML Standard, 4.9.11)."""


def is_layout(table: LexborNode) -> bool:
    """Whether a table lays out a page's blocks: it says so, holds such, or is one frame."""
    if table.attributes.get("role") in ("presentation", "none"):
        return True
    if any(inner.mem_id != table.mem_id for inner in table.css("table")):
        return True
    if table.css_first("th") is None and table.css_first("h1, h2, h3, h4, h5, h6") is not None:
        return True
    return len(table.css("td, th")) < 2


def rows(table: LexborNode) -> Iterator[list[str]]:
    """The cells of each row, each in one line.

    Where a cell goes on from the left or from above there is an empty one, so that columns stay.
    """
    above: dict[int, int] = {}
    for row in table.css("tr"):
        if not shows(row):
            continue
        cells: list[str] = []
        for cell in children(row):
            if cell.tag in ("td", "th"):
                _skip(cells, above)
                wide = min(max(number(cell, "colspan", 1), 1), WIDEST)
                high = number(cell, "rowspan", 1) - 1
                if high > 0:
                    above.update(dict.fromkeys(range(len(cells), len(cells) + wide), high))
                cells += [flat(cell), *[""] * (wide - 1)]
        _skip(cells, above)
        yield cells


def _skip(cells: list[str], above: dict[int, int]) -> None:
    """Pass over the columns that cells of earlier rows still take."""
    while (column := len(cells)) in above:
        cells.append("")
        above[column] -= 1
        if not above[column]:
            del above[column]
