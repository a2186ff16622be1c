"""Editing the chosen chunk: each action is recorded, and shown as pending until the next run."""

from __future__ import annotations

__all__ = ["EditingScreen"]

from collections.abc import Callable, Mapping
from threading import Event as Flag
from threading import Lock
from typing import Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message

from ops.errors import Cancelled, ChunkbookError
from pipelines.events import CellAdvanced, Event, RunReport
from storage.edits import Edit
from tui.book import Book
from tui.desk import EditDesk, Marks
from tui.messages import Crashed
from tui.running import Throttle
from tui.screens.base import BookScreen
from tui.screens.cutting import CutScreen
from tui.screens.editlist import Chosen, EditListScreen
from tui.screens.wording import WordingScreen
from tui.widgets.figures import counted
from tui.widgets.plain import one_line, visible

SAID = {
    "merge": "joined with the next",
    "split": "split",
    "retitle": "titled",
    "change": "worded anew",
    "drop": "left out",
    "pin": "pinned",
    "annotate": "noted",
    "undo": "taken back",
}


class EditingScreen(BookScreen):
    """A screen with a chosen chunk; it says what `row` that is, and shows `marks`."""

    # Whoever moves on does not want it any more.
    CALL_OFF: ClassVar[frozenset[str]] = frozenset({"up", "down", "pageup", "pagedown", "escape"})

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "M", "edit('merge')", "Merge", show=False, id="edit.merge", tooltip="With the next"
        ),
        Binding("S", "split", "Split", show=False, id="edit.split", tooltip="At a cursor"),
        Binding("T", "title", "Title", show=False, id="edit.title", tooltip="Give it a title"),
        Binding("E", "wording", "Edit", id="edit.change", tooltip="Give it another wording"),
        Binding("D", "edit('drop')", "Drop", show=False, id="edit.drop", tooltip="Leave it out"),
        Binding("P", "edit('pin')", "Pin", show=False, id="edit.pin", tooltip="Keep its borders"),
        Binding("A", "note", "Annotate", show=False, id="edit.note", tooltip="Note something"),
        Binding("U", "undo", "Undo", show=False, id="edit.undo", tooltip="Take the last edit back"),
        Binding(
            "R",
            "run_document",
            "Run now",
            id="edit.run",
            tooltip="Apply what is pending in the chunk's document",
        ),
        Binding("e", "edits", "Edits", id="edit.list", tooltip="Every edit, and conflicts"),
    ]

    class Marked(Message):
        """The edits as they stand were read; `made` is the one just recorded."""

        def __init__(self, marks: Marks, made: Edit | None = None) -> None:
            super().__init__()
            self.marks = marks
            self.made = made

    class Refused(Message):
        """An edit cannot be made."""

        def __init__(self, error: ChunkbookError) -> None:
            super().__init__()
            self.error = error

    class Advanced(Message):
        """A run of one document goes on."""

        def __init__(self, event: Event) -> None:
            super().__init__()
            self.event = event

    class Applied(Message):
        """A run of one document is over."""

        def __init__(self, report: RunReport | None, error: BaseException | None = None) -> None:
            super().__init__()
            self.report = report
            self.error = error

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.desk = EditDesk(book)
        self.marks = Marks()
        self.row: Mapping[str, Any] | None = None
        self._then: tuple[str, Callable[[Mapping[str, Any]], None]] | None = None
        """What is to be done with which chunk as soon as it is read."""
        self._in_turn = Lock()
        """Edits are recorded one after another, each checked against those before."""
        self._stop: Flag | None = None

    def on_mount(self) -> None:
        self.chunkbook.leaving.subscribe(self, lambda _: self.stop_run())

    def show_marks(self) -> None:
        """The marks are others; show them."""

    def reload(self) -> None:
        """What is published is another; read it anew."""

    def show_progress(self, said: str) -> None:
        """Say how far a run is; "" when it is over."""

    @property
    def chosen(self) -> str | None:
        """The id of the chosen chunk, whether it is read already or not."""
        return None

    def with_row(self, act: Callable[[Mapping[str, Any]], None]) -> None:
        """Act on the chosen chunk; as soon as it is read, where a key was quicker."""
        chosen = self.chosen
        if chosen is None:
            return
        if self.row is not None and self.row["chunk_id"] == chosen:
            act(self.row)
        else:
            self._then = chosen, act

    @property
    def opening(self) -> bool:
        return self._then is not None

    def call_off(self) -> None:
        self._then = None
        self.chunkbook.go_on()

    def on_screen_suspend(self) -> None:
        self.call_off()

    def row_left(self, chosen: str | None) -> None:
        """Another chunk is chosen: no action may meet the one before."""
        if self.row is not None and self.row["chunk_id"] != chosen:
            self.row = None
        if self._then is not None and self._then[0] != chosen:
            self.call_off()

    def row_read(self, row: Mapping[str, Any]) -> None:
        """A chunk was read; do what was asked meanwhile."""
        self.row = row
        self.book.chunk_id = str(row["chunk_id"])
        if self._then is not None and self._then[0] == row["chunk_id"] == self.chosen:
            _, act = self._then
            self._then = None
            if self.is_current:
                act(row)
            self.chunkbook.go_on()

    @work(thread=True, exclusive=True, exit_on_error=False, group="marks")
    def look_for_marks(self) -> None:
        """Read how the edits stand."""
        self.post_message(self.Marked(self.desk.marks()))

    def on_editing_screen_marked(self, message: Marked) -> None:
        self.marks = message.marks
        if message.made is not None:
            said = SAID[message.made.kind]
            self.notify(f"{said}: edit {message.made.number} waits for the next run", timeout=3)
            self.reload()
        self.show_marks()
        self.refresh_bindings()

    def on_editing_screen_refused(self, message: Refused) -> None:
        told = one_line(str(message.error), 400)
        self.notify(told, severity="warning", timeout=6, markup=False)

    @work(thread=True, exit_on_error=False, group="edit")
    def _act(self, kind: str, chunk_id: str, value: str | int | None = None) -> None:
        try:
            with self._in_turn:
                made = self.desk.act(kind, chunk_id, value)
        except ChunkbookError as error:
            self.post_message(self.Refused(error))
            return
        self.post_message(self.Marked(self.desk.marks(), made))

    @work(thread=True, exit_on_error=False, group="edit")
    def _undo(self, number: int | None) -> None:
        try:
            with self._in_turn:
                made = self.desk.undo(number)
        except ChunkbookError as error:
            self.post_message(self.Refused(error))
            return
        self.post_message(self.Marked(self.desk.marks(), made))

    def action_edit(self, kind: str) -> None:
        if self.chosen is not None:
            self._act(kind, self.chosen)

    def action_split(self) -> None:
        self.with_row(self._split)

    def _split(self, row: Mapping[str, Any]) -> None:
        def cut(place: int | None) -> None:
            if place is not None:
                self._act("split", str(row["chunk_id"]), place)

        self.app.push_screen(CutScreen(str(row["text"])), cut)

    def action_title(self) -> None:
        self.with_row(lambda row: self._write(row, "retitle", "Title of the chunk", "chunk_title"))

    def action_note(self) -> None:
        self.with_row(lambda row: self._write(row, "annotate", "Note", "note", lines=True))

    def action_wording(self) -> None:
        def write(row: Mapping[str, Any]) -> None:
            column = "derived_text" if row.get("derived_text") else "text"
            self._write(row, "change", "Wording that stands for the text", column, lines=True)

        self.with_row(write)

    def _write(
        self, row: Mapping[str, Any], kind: str, title: str, column: str, *, lines: bool = False
    ) -> None:
        name, before = str(row["chunk_id"]), str(row.get(column) or "")
        shown = visible(before) if lines else one_line(before)

        def keep(text: str | None) -> None:
            if text is not None and text != shown:
                self._act(kind, name, text)

        self.app.push_screen(WordingScreen(title, before, lines=lines), keep)

    def action_undo(self) -> None:
        self._undo(None)

    def action_edits(self) -> None:
        def chosen(answer: Chosen | None) -> None:
            if answer is None:
                return
            if answer.what == "undo":
                self._undo(answer.standing.edit.number)
            else:
                self.go_to_edit(answer)

        state = "conflict" if self.marks.conflicts else "all"
        self.app.push_screen(EditListScreen(self.marks, state), chosen)

    def go_to_edit(self, answer: Chosen) -> None:
        """Show the document of an edit."""

    @property
    def running(self) -> bool:
        return self._stop is not None

    def stop_run(self) -> None:
        """Ask a run that goes on to stop."""
        if self._stop is not None:
            self._stop.set()

    def action_run_document(self) -> None:
        self.with_row(self._run_document)

    def _run_document(self, row: Mapping[str, Any]) -> None:
        if not self.running:
            self._stop = Flag()
            self.show_progress("running …")
            self._run(str(row["doc_id"]), self._stop)

    @work(thread=True, exit_on_error=False, group="run")
    def _run(self, doc_id: str, stop: Flag) -> None:
        watch = Throttle(lambda event: self.post_message(self.Advanced(event)))
        try:
            report = self.desk.run(doc_id, watch, stop.is_set)
        except Exception as error:
            self.post_message(self.Applied(None, error))
        else:
            self.post_message(self.Applied(report))

    def on_editing_screen_advanced(self, message: Advanced) -> None:
        event = message.event
        if isinstance(event, CellAdvanced) and self.running:
            self.show_progress(f"{event.cell} {event.done} of {event.total}")

    def on_editing_screen_applied(self, message: Applied) -> None:
        self._stop = None
        self.show_progress("")
        self.book.reopen()
        if isinstance(message.error, Cancelled):
            self.notify("stopped; what is done is kept", timeout=4)
        elif message.error is not None:
            self.post_message(Crashed(message.error))
        elif message.report is not None and message.report.published:
            self.notify("applied and published", timeout=3)
        elif message.report is not None:
            self.notify(
                "applied, and not published yet: other documents or cells are stale; "
                "a run of everything shows it",
                severity="warning",
                timeout=8,
            )
        self.reload()

    def said_marks(self) -> str:
        """The pending edits and the conflicts in few words."""
        parts = []
        if self.marks.pending:
            parts.append(f"{self.marks.pending} pending")
        if self.marks.conflicts:
            parts.append(counted(self.marks.conflicts, "conflict"))
        return " · ".join(parts)
