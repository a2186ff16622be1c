"""Writes what the screen shows into a file."""

from __future__ import annotations

__all__ = ["ExportScreen", "View"]

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static
from textual.worker import Worker

from ops.errors import ChunkbookError, UsageError
from tui.messages import report_crash
from tui.widgets.plain import plain

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class View:
    """What a screen shows, for writing: a name for the file, and its rows, read in a worker."""

    name: str
    rows: Callable[[], pl.DataFrame | Iterator[pl.DataFrame]] | None
    """All rows, or their pages. None where there are no rows; a picture can be had of every
    screen."""
    picture: str
    """The screen as SVG."""


class ExportScreen(ModalScreen[None]):
    """Asks for a file; its suffix names the format."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", id="export.close"),
    ]

    class Written(Message):
        """The file is there; or it is not, and why."""

        def __init__(self, path: Path, error: ChunkbookError | None = None) -> None:
            super().__init__()
            self.path = path
            self.error = error

    def __init__(self, view: View, folder: Path) -> None:
        super().__init__()
        self.view = view
        self.folder = folder
        self._over: Path | None = None

    def compose(self) -> ComposeResult:
        suffix = ".jsonl" if self.view.rows is not None else ".svg"
        known = ".jsonl, .parquet or .md for the rows; " if self.view.rows is not None else ""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Export this view"
            yield Static(plain(f"{known}.svg for a picture", "$quiet"))
            yield Input(str(self.folder / f"{self.view.name}{suffix}"), id="export-path")
            yield Static(id="export-said")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="export-cancel")
                yield Button("Write", variant="primary", id="export-write")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_submitted(self) -> None:
        self.write()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "export-write":
            self.write()
        else:
            self.action_close()

    def action_close(self) -> None:
        self.dismiss()

    def write(self) -> None:
        """Write the file; one that is there only when asked twice."""
        path = Path(self.query_one(Input).value).expanduser()
        if path.exists() and self._over != path:
            self._over = path
            self._say(f"{path.name} is there already; once more writes over it", "$warning")
            return
        self._write(path)

    @work(thread=True, exclusive=True, exit_on_error=False, group="export")
    def _write(self, path: Path) -> None:
        from ops.export.tables import write_pages, write_table

        try:
            if path.suffix.lower() == ".svg":
                path.write_text(self.view.picture, encoding="utf-8")
            elif self.view.rows is None:
                raise UsageError("this screen has no rows to write", hint="name a .svg file")
            else:
                found = self.view.rows()
                if isinstance(found, Iterator):
                    write_pages(found, path)
                else:
                    write_table(found, path)
        except ChunkbookError as error:
            self.post_message(self.Written(path, error))
        except OSError as error:
            said = f"{path} cannot be written: {error.strerror or error}"
            self.post_message(self.Written(path, UsageError(said)))
        else:
            self.post_message(self.Written(path))

    def on_export_screen_written(self, message: Written) -> None:
        if message.error is None:
            self.app.notify(f"Wrote {message.path}", markup=False)
            self.dismiss()
        else:
            self._say(str(message.error), "$error")

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        report_crash(self, event)

    def _say(self, said: str, style: str) -> None:
        self.query_one("#export-said", Static).update(plain(said, style))
