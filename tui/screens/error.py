"""An error: what happened, and what to do next; for a fault of ours its traceback too."""

from __future__ import annotations

__all__ = ["ErrorScreen"]

import traceback
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from ops.errors import ChunkbookError
from tui.widgets.plain import plain


class ErrorScreen(ModalScreen[None]):
    """Closes by escape; the program goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", id="error.close"),
        Binding("c", "copy", "Copy", id="error.copy", tooltip="Copy the whole error"),
    ]

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    @property
    def text(self) -> str:
        """All of it, for copying."""
        return "".join(traceback.format_exception(self.error))

    def compose(self) -> ComposeResult:
        known = isinstance(self.error, ChunkbookError)
        with Vertical(id="error", classes="dialog") as dialog:
            dialog.border_title = _title(self.error)
            if isinstance(self.error, ChunkbookError):
                yield Static(plain(self.error.message), id="error-message")
                if self.error.hint:
                    yield Static(plain(self.error.hint), id="error-hint")
            else:
                yield Static(plain(str(self.error) or type(self.error).__name__))
            if not known:
                with VerticalScroll(id="error-trace"):
                    yield Static(plain(self.text))
            with Horizontal(classes="buttons"):
                yield Button("Copy", id="error-copy")
                yield Button("Close", variant="primary", id="error-close")

    def on_mount(self) -> None:
        self.query_one("#error-close").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "error-copy":
            self.action_copy()
        else:
            self.action_close()

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self.text)
        self.notify("Copied", markup=False)

    def action_close(self) -> None:
        self.dismiss()


def _title(error: BaseException) -> str:
    names = {
        "NotebookError": "The notebook has faults",
        "SourceError": "A source cannot be listed",
        "ModelError": "A model cannot be used",
        "StoreError": "The store cannot be used",
        "LeaseError": "Another run is going on",
        "ChecksFailed": "A check failed; nothing was published",
        "UsageError": "That cannot be done",
    }
    return names.get(type(error).__name__, "Something went wrong")
