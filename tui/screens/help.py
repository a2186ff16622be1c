"""Every key that works here, and what it does."""

from __future__ import annotations

__all__ = ["HelpScreen"]

from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

PALETTE = "command_palette"

READING = """\
Colours over a text are its chunks, by turns. What two chunks share is underlined in a colour \
of its own; the chosen chunk stands out. The number at the left is that of the chunk which \
begins there.

States of a cell: ● fresh, ◐ stale (its input, parameters or model changed), ▲ some documents \
were put aside, ○ never run, ✗ wrong. Lines at the left join a cell to those that read it."""


class KeyList(Static):
    """What each key does, in columns; what has no room in the last one goes on in it."""

    def __init__(self, bindings: Sequence[ActiveBinding]) -> None:
        super().__init__()
        self.bindings = bindings
        self._drawn = 0

    def on_resize(self) -> None:
        if self.size.width != self._drawn:
            self._drawn = self.size.width
            self.update(self._keys(self._drawn))

    def _keys(self, room: int) -> Content:
        rows: dict[str, tuple[list[str], str]] = {}
        for active in self.bindings:
            binding = active.binding
            # Bindings without an id are those of Textual's own scrolling.
            if not binding.description or not (binding.id or binding.action == PALETTE):
                continue
            keys, _ = rows.setdefault(
                binding.description, ([], active.tooltip if active.tooltip else "")
            )
            shown = self.app.get_key_display(binding)
            if shown not in keys:
                keys.append(shown)
        width = max((len(", ".join(keys)) for keys, _ in rows.values()), default=0)
        name = max(map(len, rows), default=0)
        before = width + name + 4
        lines = []
        for said, (keys, tooltip) in rows.items():
            first, *more = wrap(tooltip, max(room - before, 20)) or [""]
            lines.append(
                Content.assemble(
                    (", ".join(keys).rjust(width) + "  ", "bold $primary"),
                    said.ljust(name) + "  ",
                    (first, "$quiet"),
                )
            )
            lines += [Content.styled(" " * before + rest, "$quiet") for rest in more]
        return Content("\n").join(lines)


class HelpScreen(ModalScreen[None]):
    """Made from the bindings that are active under it, so that it cannot be wrong."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "dismiss", "Close", key_display="esc", id="help.close"),
    ]

    def __init__(self, bindings: Sequence[ActiveBinding]) -> None:
        super().__init__()
        self.bindings = bindings

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Keys"
            dialog.border_subtitle = "esc closes"
            with VerticalScroll():
                yield KeyList(self.bindings)
                yield Static(READING, classes="quiet", id="help-reading")
