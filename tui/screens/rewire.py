"""What a cell reads: other cells to switch on and off, with what would be wrong told at once."""

from __future__ import annotations

__all__ = ["RewireScreen"]

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from pipelines.draft import CellEntry, Checked, check, edit
from tui.widgets.plain import one_line, plain
from tui.widgets.table import Column, PageTable, Row


class RewireScreen(ModalScreen[tuple[str, ...] | None]):
    """Gives the inputs; None for escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "switch", "Switch", id="rewire.switch", priority=True),
        Binding("enter", "accept", "Accept", id="rewire.accept"),
        Binding("escape", "leave", "Not now", key_display="esc", id="rewire.no"),
    ]

    def __init__(self, checked: Checked, place: int) -> None:
        super().__init__()
        self.checked = checked
        self.place = place
        self.cell = checked.draft.cell(place)
        self.inputs = list(checked.draft.inputs[place])
        self.others = [
            (entry.id, entry.op)
            for at, entry in enumerate(checked.draft.entries)
            if isinstance(entry, CellEntry) and at != place
        ]

    def compose(self) -> ComposeResult:
        with Vertical(id="rewire", classes="dialog") as dialog:
            dialog.border_title = plain(f"{self.cell.id} reads")
            dialog.border_subtitle = "space switches · enter accepts · esc leaves"
            columns = (Column("", 3), Column("Cell"), Column("Op", quiet=True))
            yield PageTable(*columns, empty="there is no other cell", tag="rewire-table")
            yield Static(id="rewire-said")
            with Horizontal(classes="buttons"):
                yield Button("Accept", id="rewire-accept")
                yield Button("Not now", id="rewire-leave")

    def on_mount(self) -> None:
        table = self.query_one("#rewire-table", PageTable)
        table.styles.height = min(len(self.others), 14) + 1
        chosen = [n for n, (name, _) in enumerate(self.others) if name in self.inputs]
        self._show(chosen[0] if chosen else 0)
        table.focus()

    def _show(self, cursor: int) -> None:
        rows = [
            Row(name, ("[x]" if name in self.inputs else "[ ]", name, op))
            for name, op in self.others
        ]
        self.query_one("#rewire-table", PageTable).reset(len(rows), rows, cursor=cursor)
        self.query_one("#rewire-said", Static).update(self._said())

    def _said(self) -> Content:
        if not self.inputs:
            return plain("▲ It would read nothing.", "$warning")
        made = check(edit.rewire(self.checked.draft, self.place, self.inputs))
        problems = made.new_problems(self.checked) or made.problems.get(self.place, ())
        if problems:
            said = [
                one_line(f"▲ {p.message}" + (f" ({p.hint})" if p.hint else ""), 400)
                for p in problems[:3]
            ]
            return plain("\n".join(said), "$error")
        return plain(f"✓ {self.cell.id} ← {', '.join(self.inputs)}", "$success")

    def action_switch(self) -> None:
        table = self.query_one("#rewire-table", PageTable)
        row = table.row(table.cursor)
        if row is None:
            return
        if row.key in self.inputs:
            self.inputs.remove(row.key)
        else:
            order = [name for name, _ in self.others]
            self.inputs = sorted(
                [*self.inputs, row.key], key=lambda n: order.index(n) if n in order else 0
            )
        self._show(table.cursor)

    def on_page_table_chosen(self) -> None:
        self.action_accept()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "rewire-accept":
            self.action_accept()
        else:
            self.action_leave()

    def action_accept(self) -> None:
        if self.inputs:
            self.dismiss(tuple(self.inputs))

    def action_leave(self) -> None:
        self.dismiss(None)
