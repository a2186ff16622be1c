"""By which column a table is sorted."""

from __future__ import annotations

__all__ = ["SortScreen"]

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from tui.widgets.plain import one_line
from tui.widgets.table import Column, PageTable, Row


class SortScreen(ModalScreen[str | None]):
    """Gives a column, "-column" for its largest first, "" for the order of the documents."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Not now", key_display="esc", id="sort.no"),
    ]

    def __init__(self, columns: Sequence[str], now: str) -> None:
        super().__init__()
        names = ["", *(f"{sign}{name}" for name in columns for sign in ("", "-"))]
        self.names = names
        self.now = now

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="sort-dialog") as dialog:
            dialog.border_title = "Sort by"
            dialog.border_subtitle = "enter sorts · esc leaves"
            yield PageTable(Column("Column"), Column("First", 10, quiet=True), tag="sorts")

    def on_mount(self) -> None:
        table = self.query_one(PageTable)
        rows = [Row(name, _told(name)) for name in self.names]
        here = self.names.index(self.now) if self.now in self.names else 0
        table.reset(len(rows), rows, cursor=here)
        table.focus()

    def on_page_table_highlighted(self, message: PageTable.Highlighted) -> None:
        message.stop()

    def on_page_table_chosen(self, message: PageTable.Chosen) -> None:
        message.stop()
        self.dismiss(message.row.key)


def _told(name: str) -> tuple[str, str]:
    if not name:
        return "document and place", ""
    return one_line(name.removeprefix("-").replace("_", " ")), (
        "largest" if name.startswith("-") else "smallest"
    )
