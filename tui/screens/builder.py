"""Changing a notebook: insert, branch, move, rewire, delete, undo; saving it."""

from __future__ import annotations

__all__ = ["BuilderScreen"]

from collections.abc import Callable
from typing import ClassVar, Final

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.timer import Timer

from ops.errors import UsageError
from ops.registry import op_class
from pipelines.draft import CellEntry, Draft, FaultEntry, History, NoteEntry, check, edit
from pipelines.draft.file import Outside
from pipelines.draft.propose import Proposal, Way, proposals
from tui.book import Book
from tui.messages import Crashed
from tui.screens.ask import Answer, AskScreen
from tui.screens.changed import ChangedScreen
from tui.screens.editing import edit_in_terminal
from tui.screens.naming import NameScreen
from tui.screens.noting import NoteScreen
from tui.screens.ops import OpScreen
from tui.screens.rewire import RewireScreen
from tui.screens.runs import RunScreen
from tui.widgets.cells import CellList
from tui.widgets.form import ParameterForm
from tui.widgets.plain import one_line, plain

WATCH: Final = 1.5
"""Seconds between two looks at the file."""


class BuilderScreen(RunScreen):
    """A notebook that is changed by keys; every change can be undone."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "insert", "Insert", id="build.insert", tooltip="A cell below the chosen one"),
        Binding(
            "b",
            "branch",
            "Branch",
            id="build.branch",
            tooltip="A cell beside the chosen one, with the same input",
        ),
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
        Binding("u,ctrl+z", "undo", "Undo", id="build.undo", tooltip="Take the last change back"),
        Binding("U,ctrl+y", "redo", "Redo", show=False, id="build.redo", tooltip="And again"),
        Binding("ctrl+s", "save", "Save", id="build.save", tooltip="Write the file"),
        Binding(
            "E",
            "editor",
            "Open in $EDITOR",
            show=False,
            id="build.editor",
            tooltip="Saves, and opens the file at the chosen cell",
        ),
    ]

    class Proposed(Message):
        """The ops that can stand at a place were looked up."""

        def __init__(self, found: tuple[Proposal, ...], screen: OpScreen) -> None:
            super().__init__()
            self.found = found
            self.screen = screen

    class Saved(Message):
        """The file was written, or was found to be another's."""

        def __init__(self, outside: Outside | None, then: Callable[[], object] | None) -> None:
            super().__init__()
            self.outside = outside
            self.then = then

    class Changed(Message):
        """Another wrote the file."""

        def __init__(self, outside: Outside) -> None:
            super().__init__()
            self.outside = outside

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self._asking = False
        self._refused: Outside | None = None
        """What another wrote, and the person put off."""
        self._watch: Timer | None = None
        self._can: tuple[bool, ...] = ()
        """What the footer said could be done."""

    def on_mount(self) -> None:
        self._watch = self.set_interval(WATCH, self._look_outside)

    @property
    def list(self) -> CellList:
        return self.query_one(CellList)

    @property
    def draft(self) -> Draft:
        return self.book.history.draft

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "undo":
            return True if self.book.history.past else None
        if action == "redo":
            return True if self.book.history.future else None
        if action == "save":
            return True if self.book.dirty else None
        return super().check_action(action, parameters)

    # Changing

    def do(self, draft: Draft, said: str, choose: int | None = None, key: str = "") -> None:
        """Go on with another draft, as one step that can be undone."""
        history = self.book.history.do(draft, said, key)
        if history is not self.book.history:
            self.take(history, choose)

    def take(self, history: History, choose: int | None = None) -> None:
        """Show the draft of a history."""
        checked = self.book.revise(history)
        self.list.set_draft(checked, choose)
        self.refresh_footer()
        self.draft_changed()

    def refresh_footer(self) -> None:
        """Draw the footer anew if something else can be done now; it is slow to draw."""
        history = self.book.history
        can = (bool(history.past), bool(history.future), self.book.dirty)
        if can != self._can:
            self._can = can
            self.refresh_bindings()

    def draft_changed(self) -> None:
        """The draft is another."""

    def attempt(self, change: Callable[[], Draft], said: str, choose: int | None = None) -> None:
        """Make a change, or say why it cannot be made."""
        try:
            draft = change()
        except UsageError as error:
            self.notify(one_line(f"{error.message}. {error.hint}"), severity="error", markup=False)
        else:
            self.do(draft, said, choose)

    def action_insert(self) -> None:
        self._propose(Way.AFTER)

    def action_branch(self) -> None:
        if self.list.chosen is None:
            self.notify("Choose a cell to branch from", markup=False)
        else:
            self._propose(Way.BESIDE)

    def _propose(self, way: Way) -> None:
        if not self.draft.whole:
            self.notify("This file must be mended first: E opens it", markup=False)
            return
        place = self.list.place + 1
        chosen = self.list.chosen
        cell = chosen.id if chosen is not None else self.draft.above(place)
        title, first = "Insert the first cell", "load"
        if cell is not None:
            title = f"Insert below {cell}"
            if way is Way.BESIDE:
                title = f"Branch beside {cell}"
                first = self.draft.cell(self.draft.cells[cell]).op.partition(".")[0]
            else:
                first = ""

        def taken(proposal: Proposal | None) -> None:
            if proposal is not None:
                self._insert(proposal)

        screen = OpScreen(title, first)
        self.app.push_screen(screen, taken)
        self._look_up(way, cell, screen)

    @work(thread=True, exclusive=True, exit_on_error=False, group="propose")
    def _look_up(self, way: Way, cell: str | None, screen: OpScreen) -> None:
        # The modules of ops are imported here, not in the event loop.
        self.post_message(self.Proposed(proposals(self.book.checked, cell, way), screen))

    def on_builder_screen_proposed(self, message: Proposed) -> None:
        if message.screen in self.app.screen_stack:
            message.screen.offer(message.found)

    def _insert(self, proposal: Proposal) -> None:
        place = min(self.list.place + 1, len(self.draft.entries))

        def change() -> Draft:
            return edit.insert_cell(
                self.draft,
                place,
                proposal.kind.name,
                proposal.inputs,
                params=proposal.params,
                readers=proposal.readers,
            )

        self.attempt(change, f"insert {proposal.kind.name}", place)
        if proposal.readers:
            readers = ", ".join(proposal.readers)
            self.notify(f"{readers} reads the new cell now; u undoes", markup=False)

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

    def action_undo(self) -> None:
        said = self.book.history.now.said
        self.take(self.book.history.undo())
        self.notify(f"Undone: {one_line(said, 80)}", timeout=2, markup=False)

    def action_redo(self) -> None:
        history = self.book.history.redo()
        self.take(history)
        self.notify(f"Done again: {one_line(history.now.said, 80)}", timeout=2, markup=False)

    # The file

    def action_save(self) -> None:
        self._save(None, over=False)

    def when_saved(self, then: Callable[[], object]) -> None:
        if self.book.dirty:
            self._save(then, over=False)
        else:
            then()

    @work(thread=True, exit_on_error=False, group="save")
    def _save(self, then: Callable[[], object] | None, *, over: bool) -> None:
        self.post_message(self.Saved(self.book.save(over=over), then))

    def on_builder_screen_saved(self, message: Saved) -> None:
        if message.outside is not None:
            self._ask(message.outside, message.then)
            return
        self.refresh_footer()
        self.file_saved()
        if message.then is not None:
            message.then()
            return
        problem = self.book.checked.first_problem
        if problem is not None:
            said = one_line(f"Saved, but it cannot be run yet: {problem.message}", 300)
            self.notify(said, severity="warning", markup=False)
        else:
            self.notify(f"Saved {one_line(self.book.model.path.name, 80)}", timeout=2, markup=False)

    def file_saved(self) -> None:
        """The file is as it is shown here."""

    @work(thread=True, exclusive=True, exit_on_error=False, group="watch")
    def _look_outside(self) -> None:
        outside = self.book.outside()
        if outside is not None:
            self.post_message(self.Changed(outside))

    def on_builder_screen_changed(self, message: Changed) -> None:
        if message.outside != self._refused:
            self._ask(message.outside, None)

    def _ask(self, outside: Outside, then: Callable[[], object] | None) -> None:
        if self._asking:
            return
        self._asking = True
        name = self.book.model.path.name

        def answered(answer: str | None) -> None:
            self._asking = False
            match answer:
                case "theirs":
                    self.take_theirs(outside)
                    if then is not None:
                        self.when_saved(then)
                case "mine":
                    self._save(then, over=True)
                case _:
                    self._refused = outside

        screen = ChangedScreen(name, self.draft.text, outside, dirty=self.book.dirty)
        self.app.push_screen(screen, answered)

    def take_theirs(self, outside: Outside) -> None:
        """Go on with what another wrote; it can be undone as any other change."""
        assert outside.text is not None
        assert outside.stamp is not None
        self.book.stamp, self.book.saved = outside.stamp, outside.text
        self.do(Draft.of(outside.text, self.draft.path), "the file as another wrote it")
        self.file_saved()

    def action_editor(self) -> None:
        self.when_saved(self._open_editor)

    def _open_editor(self) -> None:
        line = 1
        if self.draft.whole and self.list.place >= 0:
            line = self.draft.blocks.line_of(self.list.place)
        try:
            edit_in_terminal(self.app, self.book.model.path, line)
        except UsageError as error:
            self.post_message(Crashed(error))
            return
        outside = self.book.outside()
        if outside is not None and outside.text is not None:
            self.take_theirs(outside)


def needs_model(name: str) -> bool:
    """Whether an op runs a model, beyond counting tokens."""
    try:
        fields = op_class(name).model_fields.values()
    except UsageError:
        return False
    kinds = [
        i.json_schema_extra.get("model") for i in fields if isinstance(i.json_schema_extra, dict)
    ]
    return any(kind and kind != "tokenizer" for kind in kinds)
