"""A short text: the new id of a cell."""

from __future__ import annotations

__all__ = ["NameScreen"]

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.widgets.plain import plain


class NameScreen(ModalScreen[str]):
    """Gives a name that `wrong` finds no fault with; "" for escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss('')", "Not now", key_display="esc", id="name.no"),
    ]

    def __init__(self, title: str, name: str, wrong: Callable[[str], str]) -> None:
        super().__init__()
        self.heading = title
        self.old = name
        self.wrong = wrong

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = plain(self.heading)
            yield Input(self.old, compact=True, id="name-input")
            yield Static("", id="name-fault")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_changed(self, message: Input.Changed) -> None:
        fault = self.wrong(message.value) if message.value != self.old else ""
        said = plain(f"▲ {fault}", "$error") if fault else plain("enter accepts", "$quiet")
        self.query_one("#name-fault", Static).update(said)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        if message.value == self.old or not self.wrong(message.value):
            self.dismiss(message.value)
