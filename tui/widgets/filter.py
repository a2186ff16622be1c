"""Where a filter is typed; tells it once typing rests, and what is wrong with it."""

from __future__ import annotations

__all__ = ["FilterBar"]

from collections.abc import Mapping
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import Suggester
from textual.timer import Timer
from textual.widgets import Input, Static

from ops.errors import UsageError
from tui.filters import NAMES, parse_filter
from tui.widgets.plain import one_line, plain

PAUSE: Final = 0.15
"""Seconds without a key before the filter is applied."""
EXAMPLE: Final = 'language:en  length>200  heading:"sick leave"  edits:  pinned:yes'


class ColumnSuggester(Suggester):
    """Completes the column that is being typed."""

    def __init__(self, bar: FilterBar) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.bar = bar

    async def get_suggestion(self, value: str) -> str | None:
        before, space, begun = value.rpartition(" ")
        if not begun:
            return None
        for name in (*NAMES, *self.bar.kinds):
            if name.startswith(begun) and name != begun:
                return before + space + name
        return None


class FilterBar(Horizontal):
    """An input for `column:value` terms; hidden while it is empty and not in use."""

    class Changed(Message):
        """The filter is another, and can be read; an empty one passes everything."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__()
        self.kinds: Mapping[str, str] = {}
        """Of the collection's columns."""
        self.text = ""
        self._later: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static("▽", id="filter-mark")
        yield Input(
            placeholder=f"Filter: {EXAMPLE}",
            compact=True,
            id="filter-input",
            suggester=ColumnSuggester(self),
        )
        yield Static(id="filter-fault")

    def open(self) -> None:
        """Show it and type into it."""
        self.add_class("-open")
        self.screen.set_focus(self.query_one(Input))

    def clear(self) -> None:
        """Filter nothing."""
        self.query_one(Input).value = ""
        self._apply("")
        self.remove_class("-open")

    def refuse(self) -> None:
        """Say what is wrong with it for the collection as it is now, and filter nothing."""
        self.text = ""
        self.add_class("-open")
        self._apply(self.query_one(Input).value.strip())

    def on_input_changed(self, message: Input.Changed) -> None:
        message.stop()
        text = message.value.strip()
        if self._later is not None:
            self._later.stop()
        self._later = self.set_timer(PAUSE, lambda: self._apply(text), name="filter")

    def on_input_submitted(self, message: Input.Submitted) -> None:
        message.stop()
        if self._later is not None:
            self._later.stop()
        if self._apply(message.value.strip()):
            self.set_class(bool(self.text), "-open")
            self.screen.query_one("#chunks").focus()

    def _apply(self, text: str) -> bool:
        """Tell the filter, if it can be read; else say why it cannot."""
        fault = self.query_one("#filter-fault", Static)
        try:
            parse_filter(text, self.kinds)
        except UsageError as error:
            fault.update(plain(one_line(f"▲ {error.message}", 80), "$error"))
            return False
        fault.update("")
        if text != self.text:
            self.text = text
            self.post_message(self.Changed(text))
        return True
