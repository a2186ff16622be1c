"""Where a chunk is to be split: its text with a cursor."""

from __future__ import annotations

__all__ = ["CutScreen"]

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from tui.widgets.area import Area
from tui.widgets.plain import one_line, plain, visible


class CutScreen(ModalScreen[int | None]):
    """Gives how many characters come before the cut; None for escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "cut", "Cut here", id="cut.here", priority=True),
        Binding("escape", "leave", "Not now", key_display="esc", id="cut.no", priority=True),
        Binding("ctrl+right,w", "word(1)", "Next word", show=False, id="cut.next", priority=True),
        Binding("ctrl+left,b", "word(-1)", "Word before", show=False, id="cut.last", priority=True),
    ]

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        # Some characters are not shown at all, so places on the screen are counted.
        self._shown = visible(text)
        self._places: Sequence[int] = range(len(text) + 1)
        if len(self._shown) != len(text):
            signs = (len(visible(character)) for character in text)
            self._places = [n for n, shown in enumerate(signs) for _ in range(shown)] + [len(text)]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Split before the cursor"
            dialog.border_subtitle = "enter cuts · w and b go by words · esc leaves"
            yield Area(self._shown, read_only=True, soft_wrap=True, id="cut-text")
            yield Static(id="cut-said")
            with Horizontal(classes="buttons"):
                yield Button("Cut here", id="cut-here")
                yield Button("Not now", id="cut-leave")

    def on_mount(self) -> None:
        area = self.query_one(Area)
        area.show_line_numbers = False
        middle = self._shown.find(" ", len(self._shown) // 2) + 1
        before = self._shown[:middle]
        area.move_cursor((before.count("\n"), len(before) - before.rfind("\n") - 1))
        area.focus()

    @property
    def place(self) -> int:
        """Characters of the chunk before the cursor."""
        area = self.query_one(Area)
        return self._places[len(area.get_text_range((0, 0), area.cursor_location))]

    def on_text_area_selection_changed(self) -> None:
        left, right = self.text[: self.place].strip(), self.text[self.place :].strip()
        said = f"… {one_line(left[-40:])} ┃ {one_line(right[:40])} …"
        self.query_one("#cut-said", Static).update(plain(said, "$quiet"))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "cut-here":
            self.action_cut()
        else:
            self.action_leave()

    def action_word(self, by: int) -> None:
        area = self.query_one(Area)
        if by > 0:
            area.action_cursor_word_right()
        else:
            area.action_cursor_word_left()

    def action_cut(self) -> None:
        self.dismiss(self.place)

    def action_leave(self) -> None:
        self.dismiss(None)
