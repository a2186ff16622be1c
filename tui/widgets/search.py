"""Where a question is typed, and how it is to be searched."""

from __future__ import annotations

__all__ = ["Question", "SearchBar"]

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final, Literal

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

Mode = Literal["text", "vector", "hybrid"]

MODES: Final[tuple[Mode, ...]] = ("text", "vector", "hybrid")
NO_VECTORS: Final = "This collection has no vectors: add an embed.llama cell above it"
PAUSE: Final = 0.04
"""Seconds without a key before a search starts."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched for, and how; an empty text means all chunks."""

    text: str
    mode: Mode


class ModeSwitch(Static):
    """One mode of search; a click chooses it."""

    def __init__(self, mode: Mode) -> None:
        super().__init__(mode, id=f"mode-{mode}")
        self.mode = mode

    class Picked(Message):
        """It was clicked."""

        def __init__(self, mode: Mode) -> None:
            super().__init__()
            self.mode = mode

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Picked(self.mode))


class SearchBar(Horizontal):
    """An input and the three modes; tells the question once typing rests."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # Letters are the question's while it is typed.
        Binding("ctrl+o", "cycle", "Mode", id="search.mode", tooltip="Text, vector or both"),
    ]
    TIPS: ClassVar = {
        "text": "By words, their forms joined (BM25)",
        "vector": "By nearness of meaning, with the notebook's embedding model",
        "hybrid": "Both, their scores added up",
    }

    class Asked(Message):
        """The question, or the mode, is another."""

        def __init__(self, question: Question) -> None:
            super().__init__()
            self.question = question

    def __init__(self) -> None:
        super().__init__()
        self.question = Question("", "text")
        self.modes = MODES
        """Those that can be chosen."""
        self._later: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static("/", id="search-mark")
        yield Input(placeholder="Search the chunks", compact=True, id="search-input")
        for mode in MODES:
            switch = ModeSwitch(mode)
            switch.tooltip = self.TIPS[mode]
            yield switch

    def on_mount(self) -> None:
        self._show_mode()

    def _show_mode(self) -> None:
        for switch in self.query(ModeSwitch):
            switch.set_class(switch.mode == self.question.mode, "-active")

    def offer(self, modes: Sequence[Mode]) -> None:
        """Let only these modes be chosen."""
        self.modes = tuple(modes)
        for switch in self.query(ModeSwitch):
            switch.disabled = switch.mode not in modes
            switch.tooltip = NO_VECTORS if switch.disabled else self.TIPS[switch.mode]
        if self.question.mode not in modes:
            self.choose(self.modes[0])

    def action_cycle(self) -> None:
        """Go on to the next mode."""
        place = self.modes.index(self.question.mode)
        self.choose(self.modes[(place + 1) % len(self.modes)])

    def choose(self, mode: Mode) -> None:
        """Search in this mode from now on."""
        self._set(replace(self.question, mode=mode))

    def clear(self) -> None:
        """Ask nothing."""
        self.query_one(Input).value = ""

    def _set(self, question: Question) -> None:
        if question != self.question:
            self.question = question
            self._show_mode()
            self.post_message(self.Asked(question))

    def on_mode_switch_picked(self, message: ModeSwitch.Picked) -> None:
        message.stop()
        self.choose(message.mode)

    def on_input_changed(self, message: Input.Changed) -> None:
        message.stop()
        text = message.value.strip()
        if self._later is not None:
            self._later.stop()
        self._later = self.set_timer(
            PAUSE, lambda: self._set(replace(self.question, text=text)), name="search"
        )

    def on_input_submitted(self, message: Input.Submitted) -> None:
        message.stop()
        if self._later is not None:
            self._later.stop()
        self._set(replace(self.question, text=message.value.strip()))
        self.screen.focus_next()
