"""Undoing, saving, and what another program wrote into the file."""

from __future__ import annotations

__all__ = ["SavingScreen"]

from collections.abc import Callable
from typing import ClassVar, Final

from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer

from ops.errors import UsageError
from pipelines.draft import Draft
from pipelines.draft.file import Outside
from tui.book import Book
from tui.messages import Crashed
from tui.screens.builder import BuilderScreen
from tui.screens.changed import ChangedScreen
from tui.screens.editing import edit_in_terminal
from tui.widgets.plain import one_line

WATCH: Final = 1.5
"""Seconds between two looks at the file."""


class SavingScreen(BuilderScreen):
    """Every change can be undone, and none is lost to another program."""

    BINDINGS: ClassVar[list[BindingType]] = [
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

    def on_mount(self) -> None:
        self._watch = self.set_interval(WATCH, self._look_outside)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "undo":
            return True if self.book.history.past else None
        if action == "redo":
            return True if self.book.history.future else None
        if action == "save":
            return True if self.book.dirty else None
        return super().check_action(action, parameters)

    def action_undo(self) -> None:
        said = self.book.history.now.said
        self.take(self.book.history.undo())
        self.notify(f"Undone: {one_line(said, 80)}", timeout=2, markup=False)

    def action_redo(self) -> None:
        history = self.book.history.redo()
        self.take(history)
        self.notify(f"Done again: {one_line(history.now.said, 80)}", timeout=2, markup=False)

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

    def on_saving_screen_saved(self, message: Saved) -> None:
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

    def on_saving_screen_changed(self, message: Changed) -> None:
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
