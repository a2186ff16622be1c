"""What a run would do, before it does it."""

from __future__ import annotations

__all__ = ["PlanScreen"]

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from pipelines.file.model import Model
from pipelines.looking.view import Overview
from tui.widgets.figures import count
from tui.widgets.plain import plain
from tui.widgets.table import Column, PageTable, Row


class PlanScreen(ModalScreen[bool]):
    """A line a cell; says True to run."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "answer(False)", "Not now", key_display="esc", id="plan.no"),
        Binding("y", "answer(True)", "Run", show=False, id="plan.yes"),
    ]

    def __init__(
        self,
        model: Model,
        overview: Overview,
        cells: Sequence[str] | None = None,
        *,
        title: str = "Run all",
        saves: bool = False,
    ) -> None:
        super().__init__()
        self.model = model
        self.overview = overview
        self.cells = [cell.id for cell in model.cells if cells is None or cell.id in cells]
        self.heading = title
        self.saves = saves

    def compose(self) -> ComposeResult:
        number = [Column(n, 9, right=True) for n in ("Add", "Change", "Delete", "Keep", "Failed")]
        with Vertical(id="plan", classes="dialog") as dialog:
            dialog.border_title = plain(self.heading)
            yield PageTable(Column("Cell"), *number, tag="plan-table")
            yield Static(self._said(), id="plan-said")
            with Horizontal(classes="buttons"):
                yield Button("Run", variant="primary", id="plan-run")
                yield Button("Not now", id="plan-not")

    def on_mount(self) -> None:
        rows = []
        for cell in self.cells:
            work = self.overview.cells[cell].work
            numbers = (work.added, work.changed, work.deleted, work.unchanged, work.failed)
            rows.append(Row(cell, (cell, *(count(len(n)) if n else "·" for n in numbers))))
        table = self.query_one(PageTable)
        table.reset(len(rows), rows)
        table.styles.height = len(rows) + 1
        self.query_one("#plan-run").focus()

    def _said(self) -> str:
        works = [self.overview.cells[cell].work for cell in self.cells]
        saves = "The notebook is saved first. " if self.saves else ""
        if not any(work.unchanged or work.failed or not work.is_empty for work in works):
            return f"{saves}There is nothing to work on: the notebook's sources list no documents."
        if all(work.is_empty for work in works):
            return f"{saves}Everything is up to date. A run would only look for changes."
        return saves + (
            "Documents, cell by cell. A document whose text turns out unchanged stops the work "
            "below it early, so it may be less. Failed ones are not tried again."
        )

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "plan-run")

    def action_answer(self, run: bool) -> None:
        self.dismiss(run)
