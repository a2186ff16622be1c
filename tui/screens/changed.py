"""The file was changed by another: whose text is to stand?"""

from __future__ import annotations

__all__ = ["ChangedScreen"]

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from pipelines.draft.file import Outside, difference
from tui.widgets.plain import one_line, plain

MOST: Final = 400
"""Lines of a difference that are shown."""


class ChangedScreen(ModalScreen[str]):
    """Says "theirs", "mine", or "" to be asked again at the next saving."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "answer('theirs')", "Take theirs", id="changed.theirs"),
        Binding("m", "answer('mine')", "Keep mine", id="changed.mine"),
        Binding("d", "difference", "Show the difference", id="changed.difference"),
        Binding("escape", "answer('')", "Decide later", key_display="esc", id="changed.later"),
        Binding("left", "app.focus_previous", "Before", show=False),
        Binding("right", "app.focus_next", "Next", show=False),
    ]

    def __init__(self, name: str, mine: str, outside: Outside, *, dirty: bool) -> None:
        super().__init__()
        self.file = name
        self.mine = mine
        self.outside = outside
        self.dirty = dirty

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "The file was changed"
            yield Static(plain(self._said()), id="changed-said")
            with VerticalScroll(id="changed-difference"):
                yield Static(id="changed-lines")
            with Horizontal(classes="buttons"):
                if self.outside.text is not None:
                    yield Button("Take theirs", id="changed-theirs")
                yield Button("Keep mine", id="changed-mine")
                if self.outside.text is not None:
                    yield Button("Show difference", id="changed-show")

    def on_mount(self) -> None:
        first = "#changed-mine" if self.outside.text is None else "#changed-theirs"
        self.query_one(first).focus()

    def _said(self) -> str:
        name = one_line(self.file, 80)
        if self.outside.text is None:
            return f"{name} is gone, or is no text any more. Keep mine writes it again."
        if not self.dirty:
            return f"Another program wrote {name}. There are no unsaved changes here."
        return f"Another program wrote {name}, and there are unsaved changes here."

    def on_button_pressed(self, event: Button.Pressed) -> None:
        match event.button.id:
            case "changed-show":
                self.action_difference()
            case "changed-theirs":
                self.action_answer("theirs")
            case _:
                self.action_answer("mine")

    def action_difference(self) -> None:
        """Show or hide what differs."""
        if self.outside.text is None:
            return
        pane = self.query_one("#changed-difference")
        pane.display = not pane.display
        lines = []
        for number, line in enumerate(difference(self.mine, self.outside.text)):
            if number == MOST:
                lines.append(Content.styled("…", "$quiet"))
                break
            style = {"+": "$success", "-": "$error", "@": "$primary"}.get(line[:1], "")
            lines.append(plain(line, style))
        self.query_one("#changed-lines", Static).update(Content("\n").join(lines))

    def action_answer(self, name: str) -> None:
        if name == "theirs" and self.outside.text is None:
            return
        self.dismiss(name)
