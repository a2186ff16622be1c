"""Small tables for people, on stdout."""

from __future__ import annotations

__all__ = ["print_table", "printable", "shorten"]

import sys
from collections.abc import Sequence
from typing import Final

PIPE_WIDTH: Final = 140


def print_table(
    head: Sequence[str], rows: Sequence[Sequence[object]], *, title: str = "", numbers: int = -1
) -> None:
    """Print rows under a head; columns from `numbers` on are aligned right.

    Cells are plain text: nothing in them is read as markup, and control characters are shown as
    replacement characters.
    """
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE, title=title or None, title_justify="left", pad_edge=False)
    for place, name in enumerate(head):
        right = 0 <= numbers <= place
        table.add_column(Text(name), justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    # Rich takes a pipe for 80 columns wide; whoever reads one can scroll.
    Console(highlight=False, width=None if sys.stdout.isatty() else PIPE_WIDTH).print(table)


def shorten(text: str, width: int) -> str:
    """One line of at most `width` characters."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"


def printable(cell: object) -> str:
    """A value as plain text, control characters as replacement characters."""
    text = f"{cell:.2f}" if isinstance(cell, float) else "" if cell is None else str(cell)
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in text)
