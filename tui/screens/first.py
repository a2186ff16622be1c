"""A first notebook: choose the folder with the documents, see what is in it, name it."""

from __future__ import annotations

__all__ = ["FirstScreen"]

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Button, Input, Static
from textual.worker import Worker, get_current_worker

from tui.messages import report_crash
from tui.widgets.figures import counted, size
from tui.widgets.keybar import KeyBar
from tui.widgets.plain import one_line, plain
from tui.widgets.table import Column, PageTable, Row

if TYPE_CHECKING:
    from pipelines.draft.first import Survey

PAUSE: Final = 0.15
"""Seconds without a key before a folder is looked into."""
UP: Final = ".."
MOST: Final = 2_000
"""Folders that are listed."""


class FirstScreen(Screen[None]):
    """Makes the file beside the documents, or in the folder that one began in, and opens it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "make", "Make notebook", id="first.make"),
        Binding("escape", "leave", "Back", key_display="esc", id="first.back"),
    ]

    class Made(Message):
        """The file is there."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    class Surveyed(Message):
        """A folder was looked into; `wrong` says why it could not be."""

        def __init__(
            self, folder: Path, below: list[str], found: Survey | None, wrong: str = ""
        ) -> None:
            super().__init__()
            self.folder = folder
            self.below = below
            self.found = found
            self.wrong = wrong

    def __init__(self, start: Path, *, can_leave: bool) -> None:
        super().__init__()
        self.start = start.resolve()
        self.at = self.start
        self.found: Survey | None = None
        self.can_leave = can_leave
        self._named = False
        """Whether the person chose the name."""
        self._later: Timer | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="first", classes="panel") as panel:
            panel.border_title = "A first notebook"
            yield Static("The folder with your documents", classes="first-label")
            yield Input(str(self.at), compact=True, id="first-folder")
            yield PageTable(Column("Folders in it"), empty="no folders in it", tag="first-below")
            yield Static(id="first-found")
            yield Static("Its name", classes="first-label")
            yield Input(compact=True, id="first-name")
            yield Static(id="first-where")
            with Horizontal(classes="buttons"):
                yield Button("Make notebook", id="first-make")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#first-below").focus()
        self._go(self.at)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.can_leave if action == "leave" else True

    @property
    def name_given(self) -> str:
        return self.query_one("#first-name", Input).value.strip()

    @property
    def path(self) -> Path:
        """Where the file will be: where one began, if the documents lie there or below."""
        inside = self.at == self.start or self.start in self.at.parents
        return (self.start if inside else self.at) / f"{self.name_given}.yaml"

    # Choosing a folder

    def _go(self, folder: Path) -> None:
        self.at, self.found = folder, None
        self.query_one("#first-found", Static).update(plain("looking …", "$quiet"))
        self._survey(folder)

    @work(thread=True, exclusive=True, exit_on_error=False, group="survey")
    def _survey(self, folder: Path) -> None:
        # These need Polars and the ops: imported here, beside the first paint.
        from ops.errors import Cancelled, SourceError
        from pipelines.draft.first import survey

        worker = get_current_worker()
        try:
            below = sorted(
                each.name
                for each in folder.iterdir()
                if each.is_dir() and not each.name.startswith(".")
            )[:MOST]
            self.post_message(self.Surveyed(folder, below, None))
            found = survey(folder, lambda: worker.is_cancelled)
        except Cancelled:
            return
        except (OSError, SourceError) as error:
            said = error.strerror if isinstance(error, OSError) else str(error)
            self.post_message(self.Surveyed(folder, [], None, str(said)))
            return
        self.post_message(self.Surveyed(folder, below, found))

    def on_first_screen_surveyed(self, message: Surveyed) -> None:
        if message.folder != self.at:
            return
        said = self.query_one("#first-found", Static)
        if message.wrong:
            said.update(plain(f"▲ {one_line(message.wrong, 200)}", "$error"))
            return
        if message.found is None:
            names = [UP, *message.below] if self.at.parent != self.at else message.below
            rows = [Row(name, (f"{name}/",)) for name in names]
            self.query_one("#first-below", PageTable).reset(len(rows), rows)
            self._name_it()
            return
        self.found = message.found
        said.update(_told(message.found))
        self._tell_where()

    def _name_it(self) -> None:
        if self._named:
            return
        from pipelines.draft.first import name_for

        field = self.query_one("#first-name", Input)
        with self.prevent(Input.Changed):
            field.value = name_for(self.at)
        self._tell_where()

    def _tell_where(self) -> None:
        fault = self._wrong()
        told = plain(f"▲ {fault}", "$error") if fault else plain(f"saved as {self.path}", "$quiet")
        self.query_one("#first-where", Static).update(told)

    def _wrong(self) -> str:
        """What speaks against making it; "" when nothing does."""
        from pipelines.file.parse import NAME

        if not NAME.fullmatch(self.name_given):
            return "a name has lower-case letters, digits and _, a letter first"
        if self.path.exists():
            return f"{one_line(str(self.path), 100)} is there already"
        return ""

    def on_page_table_chosen(self, message: PageTable.Chosen) -> None:
        key = message.row.key
        there = self.at.parent if key == UP else self.at / key
        field = self.query_one("#first-folder", Input)
        with self.prevent(Input.Changed):
            field.value = str(there)
        self._go(there)

    def on_input_changed(self, message: Input.Changed) -> None:
        if message.input.id == "first-name":
            self._named = True
            self._tell_where()
            return
        if self._later is not None:
            self._later.stop()
        folder = Path(message.value).expanduser()
        if folder == self.at:  # as it is told when the field first appears
            return
        self._later = self.set_timer(PAUSE, lambda: self._go(folder))

    def on_input_submitted(self, message: Input.Submitted) -> None:
        if message.input.id == "first-name":
            self.action_make()
        else:
            self.query_one("#first-name").focus()

    # Making it

    def on_button_pressed(self) -> None:
        self.action_make()

    def action_make(self) -> None:
        """Write the notebook and open it."""
        if self.found is None:
            self.notify("Choose a folder that can be read", severity="error")
            return
        fault = self._wrong()
        if fault:
            self.notify(fault, severity="error", markup=False)
            return
        self._make(self.path, self.name_given, self.at, self.found)

    @work(thread=True, exclusive=True, exit_on_error=False, group="make")
    def _make(self, path: Path, name: str, folder: Path, found: Survey) -> None:
        from pipelines.draft.file import save
        from pipelines.draft.first import first_notebook

        source = folder.relative_to(path.parent).as_posix()
        save(first_notebook(name, source, found), path, None)
        self.app.post_message(self.Made(path))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        report_crash(self, event)

    def action_leave(self) -> None:
        self.app.pop_screen()


def _told(found: Survey) -> Content:
    """What there is, by format."""
    if not found.files:
        said = "no documents yet: text, Markdown, HTML, PDF, DOCX or JSON Lines"
        return plain(f"○ {said}", "$warning")
    kinds = " · ".join(f"{count:,} {kind}" for kind, count in found.formats.items())
    files = counted(found.files, "document") + (" and more" if found.more else "")
    return Content.assemble((f"● {files}", "$success"), f", {size(found.size)}: {kinds}")
