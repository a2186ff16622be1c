"""Every edit of the notebook, with what became of it."""

from __future__ import annotations

__all__ = ["Chosen", "EditListScreen"]

from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen

from pipelines.correcting.standing import Standing
from tui.desk import Marks
from tui.widgets.facts import Facts
from tui.widgets.figures import counted, moment
from tui.widgets.keybar import KeyBar
from tui.widgets.plain import one_line
from tui.widgets.table import Column, PageTable, Row

STATES: Final = ("all", "conflict", "pending", "applied", "undone")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be done with an edit: to be taken back, or its document to be looked at."""

    what: Literal["undo", "show"]
    standing: Standing


class EditListScreen(ModalScreen[Chosen | None]):
    """Edits in their order, newest first; conflicts are marked and come with their reason."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", key_display="esc", id="edits.back"),
        Binding("f", "state", "Which", id="edits.state", tooltip="All, conflicts, pending, …"),
        Binding("U", "undo", "Undo", id="edits.undo", tooltip="Take the chosen edit back"),
    ]

    def __init__(self, marks: Marks, state: str = "all") -> None:
        super().__init__()
        self.marks = marks
        self.state = state

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="edits-dialog"):
            yield PageTable(
                Column("#", 4, right=True, quiet=True),
                Column("Edit", 9),
                Column("State", 9),
                Column("Text"),
                Column("By", 10, quiet=True, spare=True),
                tag="edits",
            )
            with VerticalScroll(id="edits-detail"):
                yield Facts()
            yield KeyBar(compact=True)

    def on_mount(self) -> None:
        self._show()
        self.query_one(PageTable).focus()

    def _listed(self) -> list[Standing]:
        found = [one for one in self.marks.all if self.state in ("all", one.state)]
        return found[::-1]

    def _show(self) -> None:
        listed = self._listed()
        rows = [
            Row(
                str(one.edit.number),
                (
                    str(one.edit.number),
                    one.edit.kind,
                    one.state,
                    one_line(one.edit.anchor.text or f"edit {one.edit.value}", 200),
                    one_line(one.edit.author, 30),
                ),
                alarm=one.state == "conflict",
            )
            for one in listed
        ]
        dialog = self.query_one("#edits-dialog")
        said = f"{len(rows)} {self.state}"
        if self.state in ("all", "conflict"):
            said = counted(len(rows), "edit" if self.state == "all" else "conflict")
        dialog.border_title = f"Edits by hand · {said}"
        self.query_one(PageTable).reset(len(rows), rows, empty="no edits like this")

    def _chosen(self) -> Standing | None:
        table = self.query_one(PageTable)
        row = table.row(table.cursor)
        wanted = None if row is None else int(row.key)
        return next((one for one in self.marks.all if one.edit.number == wanted), None)

    def on_page_table_highlighted(self, message: PageTable.Highlighted) -> None:
        message.stop()
        one = self._chosen()
        if one is None:
            self.query_one(Facts).show({})
            return
        edit = one.edit
        self.query_one(Facts).show(
            {
                "why not": one.reason,
                "gives": edit.value if edit.kind != "undo" else "",
                "cut after": str(edit.place) if edit.kind == "split" else "",
                "document": edit.uri,
                "cell": edit.cell,
                "at": moment(edit.at),
                "text": edit.anchor.text,
            }
        )

    def on_page_table_chosen(self, message: PageTable.Chosen) -> None:
        message.stop()
        one = self._chosen()
        if one is not None:
            self.dismiss(Chosen("show", one))

    def action_state(self) -> None:
        self.state = STATES[(STATES.index(self.state) + 1) % len(STATES)]
        self._show()

    def action_undo(self) -> None:
        one = self._chosen()
        if one is not None:
            self.dismiss(Chosen("undo", one))
