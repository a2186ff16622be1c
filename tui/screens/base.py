"""What the screens of an open notebook share."""

from __future__ import annotations

__all__ = ["BookScreen"]

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Input, TextArea
from textual.worker import Worker

from tui.book import Book
from tui.messages import report_crash

if TYPE_CHECKING:
    from tui.app import ChunkbookApp


class BookScreen(Screen[None]):
    """A screen over an open notebook; the errors of its workers are shown, and end nothing."""

    CALL_OFF: ClassVar[frozenset[str]] = frozenset()
    """Keys that are not held for what is about to open, but say that it is not wanted."""
    BINDINGS: ClassVar[list[BindingType]] = [
        # The app's own, and first in every footer: a narrow one has room for a few keys only.
        Binding(
            "question_mark",
            "app.help",
            "Help",
            key_display="?",
            id="help",
            tooltip="Keys and signs",
        ),
        Binding("tab", "app.focus_next", "Next pane", show=False, id="focus.next"),
        Binding("shift+tab", "app.focus_previous", "Pane before", show=False, id="focus.previous"),
    ]

    def __init__(self, book: Book) -> None:
        super().__init__()
        self.book = book
        self._left = False

    @property
    def chunkbook(self) -> ChunkbookApp:
        return cast("ChunkbookApp", self.app)

    @property
    def typing(self) -> bool:
        """Whether keys are letters of a text now."""
        return isinstance(self.focused, (Input, TextArea))

    @property
    def opening(self) -> bool:
        """Whether something is about to open; keys are held for it (`tui.ahead`).

        Who says so tells the app to `go_on` once it is open, or not wanted any more.
        """
        return False

    def call_off(self) -> None:
        """Do not open it: a key of `CALL_OFF` came."""

    def _on_screen_suspend(self) -> None:
        self._left = True

    def _on_screen_resume(self, event: events.ScreenResume) -> None:
        """Before Textual's own, which gives new styles also to what was mounted just now."""
        event.refresh_styles = self._left
        self._left = False

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        report_crash(self, event)
        if event.worker.is_finished:
            self.chunkbook.go_on()  # it may be what the screen was about to open
