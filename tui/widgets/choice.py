"""One of a few values, in one line."""

from __future__ import annotations

__all__ = ["Choice"]

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from pipelines.draft.fields import to_text
from tui.widgets.plain import one_line


class Choice(Widget, can_focus=True):
    """The value between arrows; left and right, space or a click go on to another."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "Value before", show=False, id="choice.before"),
        Binding("right,space", "turn(1)", "Next value", show=False, id="choice.next"),
    ]

    class Changed(Message):
        """Another value was chosen."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    place: reactive[int] = reactive(0)

    def __init__(self, values: Sequence[Any], value: Any) -> None:
        super().__init__()
        self.values = [*values]
        if value not in self.values:
            self.values.append(value)
        self.set_reactive(Choice.place, self.values.index(value))

    @property
    def value(self) -> Any:
        return self.values[self.place]

    def set(self, value: Any) -> None:
        """Show a value, without telling."""
        if value not in self.values:
            self.values.append(value)
        self.place = self.values.index(value)

    def action_turn(self, by: int) -> None:
        self.place = (self.place + by) % len(self.values)
        self.post_message(self.Changed(self))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.action_turn(-1 if event.x < 2 else 1)

    def render(self) -> Content:
        said = one_line(to_text(self.value), 60) or "none"
        left, right = ("◂ ", " ▸") if len(self.values) > 1 else ("  ", "")
        return Content.assemble((left, "$primary"), said, (right, "$primary")).truncate(
            self.content_size.width, ellipsis=True
        )
