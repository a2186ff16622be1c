"""A question with a few answers."""

from __future__ import annotations

__all__ = ["Answer", "AskScreen"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from tui.widgets.plain import plain


@dataclass(frozen=True, slots=True)
class Answer:
    """What can be answered: by its button, or by its key."""

    name: str
    said: str
    key: str


class AskScreen(ModalScreen[str]):
    """Gives the name of the answer; "" for escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "answer('')", "Not now", key_display="esc", id="ask.no"),
        Binding("left,up", "app.focus_previous", "Before", show=False),
        Binding("right,down", "app.focus_next", "Next", show=False),
    ]

    def __init__(
        self, title: str, said: Content, answers: Sequence[Answer], more: Content | None = None
    ) -> None:
        super().__init__()
        self.heading = title
        self.said = said
        self.answers = answers
        self.more = more

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = plain(self.heading)
            yield Static(self.said, id="ask-said")
            if self.more is not None:
                with VerticalScroll(id="ask-more"):
                    yield Static(self.more)
            with Horizontal(classes="buttons"):
                for answer in self.answers:
                    yield Button(answer.said, id=f"ask-{answer.name}")

    def on_mount(self) -> None:
        for answer in self.answers:
            self._bindings.bind(answer.key, f"answer('{answer.name}')", answer.said, show=True)
        self.query(Button).first().focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss((event.button.id or "").removeprefix("ask-"))

    def action_answer(self, name: str) -> None:
        self.dismiss(name)
