"""Changing a notebook's cells and notes: parameters, order, wires, names; leaving them out."""

from __future__ import annotations

__all__ = ["BuilderScreen"]

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from ops.errors import UsageError
from pipelines.draft import CellEntry, FaultEntry, NoteEntry, check, edit
from tui.screens.ask import Answer, AskScreen
from tui.screens.inserting import InsertScreen
from tui.screens.naming import NameScreen
from tui.screens.noting import NoteScreen
from tui.screens.rewire import RewireScreen
from tui.widgets.form import ParameterForm
from tui.widgets.plain import one_line, plain


class BuilderScreen(InsertScreen):
    """A notebook that is changed by keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "e", "edit", "Edit", id="build.edit", tooltip="Parameters of a cell, or a note's text"
        ),
        Binding("m", "note", "Note", show=False, id="build.note", tooltip="A note below"),
        Binding(
            "D",
            "duplicate",
            "Duplicate",
            show=False,
            id="build.duplicate",
            tooltip="A copy with the same input",
        ),
        Binding(
            "shift+up,K",
            "move_entry(-1)",
            "Move up",
            show=False,
            id="build.up",
            tooltip="In the reading order; wires stay",
        ),
        Binding(
            "shift+down,J",
            "move_entry(1)",
            "Move down",
            show=False,
            id="build.down",
            tooltip="In the reading order; wires stay",
        ),
        Binding("w", "rewire", "Rewire", show=False, id="build.rewire", tooltip="Choose its input"),
        Binding(
            "x,delete",
            "delete",
            "Delete",
            show=False,
            id="build.delete",
            tooltip="Says first what depends on it",
        ),
        Binding("f2", "rename", "Rename", show=False, id="build.rename", tooltip="Another id"),
    ]

    def action_duplicate(self) -> None:
        place = self.list.place
        if self.list.entry is not None:
            self.attempt(lambda: edit.duplicate(self.draft, place), "duplicate", place + 1)

    def action_move_entry(self, by: int) -> None:
        place = self.list.place
        there = min(max(place + by, 0), len(self.draft.entries) - 1)
        if self.list.entry is not None and there != place:
            self.attempt(lambda: edit.move(self.draft, place, by), "move", there)

    def action_rewire(self) -> None:
        place, cell = self.list.place, self.list.chosen
        if cell is None:
            return

        def chosen(inputs: tuple[str, ...] | None) -> None:
            if inputs is not None:
                self.attempt(lambda: edit.rewire(self.draft, place, inputs), f"rewire {cell.id}")

        self.app.push_screen(RewireScreen(self.book.checked, place), chosen)

    def action_rename(self) -> None:
        place, cell = self.list.place, self.list.chosen
        if cell is None:
            return

        def wrong(name: str) -> str:
            try:
                edit.rename(self.draft, place, name)
            except UsageError as error:
                return f"{error.message} ({error.hint})"
            return ""

        def chosen(name: str | None) -> None:
            if name and name != cell.id:
                self.attempt(lambda: edit.rename(self.draft, place, name), "rename", place)

        self.app.push_screen(NameScreen(f"Another id for {cell.id}", cell.id, wrong), chosen)

    def action_delete(self) -> None:
        place, entry = self.list.place, self.list.entry
        if entry is None:
            return
        readers = self.draft.readers(entry.id) if isinstance(entry, CellEntry) else ()
        if not readers:
            name = entry.id if isinstance(entry, CellEntry) else "it"
            self.attempt(lambda: edit.delete(self.draft, place), "delete", max(place - 1, 0))
            self.notify(f"Deleted {one_line(name, 60)}; u undoes", markup=False)
            return
        assert isinstance(entry, CellEntry)

        def answered(answer: str | None) -> None:
            if answer == "delete":
                self.attempt(lambda: edit.delete(self.draft, place), "delete", max(place - 1, 0))

        answers = [Answer("delete", "Delete", "y"), Answer("keep", "Keep", "n")]
        said = self._depends(entry, place, readers)
        self.app.push_screen(AskScreen(f"Delete {entry.id}?", said, answers), answered)

    def _depends(self, entry: CellEntry, place: int, readers: tuple[str, ...]) -> Content:
        """What would become of the cells below."""
        below = self.book.checked.wiring
        all_below = below.below(entry.id) if entry.id in below.cells else readers
        inputs = self.draft.inputs[place]
        then = f"They will read {', '.join(inputs)}." if inputs else "They will have no input."
        lines = [plain(f"{', '.join(readers)} read from it. {then}")]
        if len(all_below) > len(readers):
            lines.append(plain(f"Below it stand {', '.join(all_below)}.", "$quiet"))
        made = check(edit.delete(self.draft, place))
        problems = made.new_problems(self.book.checked)
        lines += [plain(one_line(f"▲ {problem.message}", 300), "$error") for problem in problems]
        return Content("\n").join(lines)

    def action_edit(self) -> None:
        """The parameters of a cell, or the text of a note."""
        match self.list.entry:
            case CellEntry():
                self.open_form()
            case NoteEntry(text):
                self._write_note(text)
            case FaultEntry():
                self.notify("This block must be mended in the file: E opens it", markup=False)
            case None:
                self.action_insert()

    def on_cell_list_opened(self) -> None:
        self.action_edit()

    def open_form(self) -> None:
        """Show the parameters of the chosen cell."""

    def on_parameter_form_changed(self, message: ParameterForm.Changed) -> None:
        place = self.draft.cells.get(message.cell)
        if place is None or message.faults:
            return
        cell = message.cell
        draft = edit.set_params(self.draft, place, message.params)
        self.do(draft, f"parameters of {cell}", key=f"form {cell}")

    def action_note(self) -> None:
        self._write_note(None)

    def _write_note(self, text: str | None) -> None:
        place = self.list.place
        title = "A new note" if text is None else "Note"

        def written(said: str | None) -> None:
            if said is None or (text is None and not said.strip()):
                return
            if text is None:
                there = min(place + 1, len(self.draft.entries))
                self.attempt(lambda: edit.insert_note(self.draft, there, said), "note", there)
            else:
                self.attempt(lambda: edit.set_note(self.draft, place, said), "note", place)

        self.app.push_screen(NoteScreen(text or "", title), written)
