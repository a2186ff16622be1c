"""Writing a note."""

from __future__ import annotations

__all__ = ["NoteScreen"]

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button

from tui.widgets.area import Area
from tui.widgets.plain import plain


class NoteScreen(ModalScreen[str | None]):
    """Gives the text; None for escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", "Keep", id="note.keep", priority=True),
        Binding("escape", "leave", "Not now", key_display="esc", id="note.no", priority=True),
    ]

    def __init__(self, text: str, title: str) -> None:
        super().__init__()
        self.text = text
        self.heading = title

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = plain(self.heading)
            dialog.border_subtitle = "ctrl+s keeps · esc leaves"
            yield Area(self.text, soft_wrap=True, id="note-text")
            with Horizontal(classes="buttons"):
                yield Button("Keep", id="note-keep")
                yield Button("Not now", id="note-leave")

    def on_mount(self) -> None:
        area = self.query_one(Area)
        area.move_cursor(area.document.end)
        area.focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "note-keep":
            self.action_keep()
        else:
            self.action_leave()

    def action_keep(self) -> None:
        self.dismiss(self.query_one(Area).text)

    def action_leave(self) -> None:
        self.dismiss(None)
