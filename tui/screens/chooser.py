"""Which notebook to open, where there are several; where there is none, a first one is made."""

from __future__ import annotations

__all__ = ["ChooserScreen"]

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen

from tui.screens.first import FirstScreen
from tui.widgets.keybar import KeyBar
from tui.widgets.table import Column, PageTable, Row


class ChooserScreen(Screen[None]):
    """The notebook files found."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", id="chooser.open"),
        Binding("n", "new", "New notebook", id="chooser.new", tooltip="Over a folder of documents"),
    ]

    class Chosen(Message):
        """A notebook is to be opened."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    def __init__(self, folder: Path, paths: Sequence[Path]) -> None:
        super().__init__()
        self.folder = folder
        self.paths = paths

    def compose(self) -> ComposeResult:
        with Vertical(id="chooser", classes="panel") as panel:
            panel.border_title = "Open a notebook"
            yield PageTable(Column("File"))
        yield KeyBar()

    def on_mount(self) -> None:
        rows = [Row(str(path), (self._shown(path),)) for path in self.paths]
        table = self.query_one(PageTable)
        table.reset(len(rows), rows)
        table.focus()
        if not self.paths:
            self.action_new()

    def _shown(self, path: Path) -> str:
        return str(path.relative_to(self.folder)) if self.folder in path.parents else str(path)

    def action_new(self) -> None:
        """A first notebook, or another."""
        self.app.push_screen(FirstScreen(self.folder, can_leave=bool(self.paths)))

    def action_open(self) -> None:
        self.query_one(PageTable).action_choose()

    def on_page_table_chosen(self, message: PageTable.Chosen) -> None:
        self.post_message(self.Chosen(Path(message.row.key)))
