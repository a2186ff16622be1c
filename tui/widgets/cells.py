"""The cells and notes of a notebook in reading order, with one of the cells chosen."""

from __future__ import annotations

__all__ = ["CellList"]

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message

from pipelines.model import Cell, Model
from pipelines.view import CellStatus
from tui.widgets.cell import CellCard, Progress
from tui.widgets.note import NoteCard


class CellList(VerticalScroll, can_focus=True, can_focus_children=False):
    """Cards, one above the other; up and down choose."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Cell above", show=False, id="cells.up"),
        Binding("down,j", "move(1)", "Cell below", show=False, id="cells.down"),
        Binding("home,g", "choose(0)", "First cell", show=False, id="cells.first"),
        Binding("end,G", "choose(-1)", "Last cell", show=False, id="cells.last"),
    ]

    class Chosen(Message):
        """Another cell was chosen."""

        def __init__(self, cell: Cell) -> None:
            super().__init__()
            self.cell = cell

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model
        self.place = -1

    def compose(self) -> ComposeResult:
        for entry in self.model.entries:
            yield CellCard(entry) if isinstance(entry, Cell) else NoteCard(entry)

    @property
    def chosen(self) -> Cell | None:
        return self.model.cells[self.place] if 0 <= self.place < len(self.model.cells) else None

    def choose(self, place: int) -> None:
        """Choose a cell by its place among the cells; negative places count from the last."""
        cells = self.model.cells
        if not cells:
            return
        place = min(max(place, 0), len(cells) - 1) if place >= 0 else len(cells) - 1
        if place == self.place:
            return
        self.place = place
        for card in self.query(CellCard):
            card.chosen = card.cell is cells[place]
            if card.chosen:
                self.scroll_to_widget(card, animate=False)
        if place == 0:
            self.scroll_home(animate=False)
        self.post_message(self.Chosen(cells[place]))

    def choose_id(self, cell_id: str) -> None:
        """Choose a cell by its id."""
        names = [cell.id for cell in self.model.cells]
        if cell_id in names:
            self.choose(names.index(cell_id))

    def action_move(self, by: int) -> None:
        self.choose(max(self.place + by, 0))

    def action_choose(self, place: int) -> None:
        self.choose(place)

    def on_cell_card_picked(self, message: CellCard.Picked) -> None:
        message.stop()
        self.focus()
        self.choose_id(message.cell)

    def show(self, statuses: Mapping[str, CellStatus]) -> None:
        """Set the state of every cell."""
        for card in self.query(CellCard):
            card.status = statuses.get(card.cell.id)

    def progress(self, cell: str, progress: Progress | None) -> None:
        """Set how far a run is with a cell."""
        for card in self.query(CellCard):
            if card.cell.id == cell:
                card.progress = progress
