"""Writing a title, a wording or a note for a chunk."""

from __future__ import annotations

__all__ = ["WordingScreen"]

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input

from tui.widgets.area import Area
from tui.widgets.plain import one_line, plain, visible


class WordingScreen(ModalScreen[str | None]):
    """Gives the text; None for escape.

    Args:
        lines: whether it may have several lines; else enter accepts.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", "Keep", id="wording.keep", priority=True),
        Binding("escape", "leave", "Not now", key_display="esc", id="wording.no", priority=True),
    ]

    def __init__(self, title: str, text: str, *, lines: bool) -> None:
        super().__init__()
        self.heading = title
        self.text = text
        self.lines = lines

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = plain(self.heading)
            keep = "ctrl+s" if self.lines else "enter"
            dialog.border_subtitle = f"{keep} keeps · esc leaves"
            if self.lines:
                yield Area(visible(self.text), soft_wrap=True, id="wording")
            else:
                yield Input(one_line(self.text), compact=True, id="wording")
            with Horizontal(classes="buttons"):
                yield Button("Keep", id="wording-keep")
                yield Button("Not now", id="wording-leave")

    def on_mount(self) -> None:
        self.query_one("#wording").focus()

    def on_input_submitted(self) -> None:
        self.action_keep()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "wording-keep":
            self.action_keep()
        else:
            self.action_leave()

    def action_keep(self) -> None:
        if self.lines:
            self.dismiss(self.query_one(Area).text)
        else:
            self.dismiss(self.query_one(Input).value)

    def action_leave(self) -> None:
        self.dismiss(None)
