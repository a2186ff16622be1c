"""The terminal user interface."""

from __future__ import annotations

__all__ = ["ChunkbookApp"]

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.signal import Signal
from textual.widgets import Static
from textual.worker import Worker

from ops.errors import UsageError
from tui.ahead import AheadApp
from tui.book import Book, find_notebooks
from tui.foresight import foresee
from tui.heap import settle_heap
from tui.keeping import KeepingApp
from tui.messages import Crashed, ShowLineage, ShowSource, report_crash
from tui.palette import ActionProvider
from tui.screens.ask import Answer, AskScreen
from tui.screens.chooser import ChooserScreen
from tui.screens.error import ErrorScreen
from tui.screens.first import FirstScreen
from tui.screens.help import HelpScreen
from tui.themes import THEMES, fallbacks

if TYPE_CHECKING:
    from tui.settings import Settings

HERE = Path(__file__).parent
SETTLING = (1.0, 10.0)
"""Seconds after opening at which what is loaded is taken to stay: screens, then the store."""
UNSAVED = (
    Answer("save", "Save and leave", "s"),
    Answer("leave", "Leave without", "l"),
    Answer("stay", "Stay", "n"),
)


class ChunkbookApp(KeepingApp, AheadApp):
    """Opens one notebook, and switches between its screens."""

    TITLE = "Chunkbook"
    CSS_PATH: ClassVar = [*sorted(HERE.glob("*/*.tcss"))]
    COMMANDS: ClassVar = {ActionProvider}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "go('notebook')", "Notebook", show=False, id="go.notebook"),
        Binding("2", "go('chunks')", "Chunks", show=False, id="go.chunks"),
        Binding("3", "go('source')", "Source", show=False, id="go.source"),
        Binding("4", "go('lineage')", "Lineage", show=False, id="go.lineage"),
        Binding(
            "question_mark", "help", "Help", key_display="?", id="help", tooltip="Keys and signs"
        ),
        Binding(
            "t", "next_theme", "Theme", show=False, id="theme", tooltip="Dark, light, contrast"
        ),
        Binding(
            "f8",
            "export",
            "Export",
            show=False,
            id="export",
            tooltip="Write what is shown: JSON lines, Parquet, Markdown, SVG",
        ),
        Binding("q", "quit", "Quit", id="quit", tooltip="Leave; a run that goes on is stopped"),
    ]

    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [  # type: ignore[misc]
        (0, "-narrow"),
        (100, "-wide"),
    ]
    VERTICAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [(0, "-low"), (32, "-high")]  # type: ignore[misc]

    class Read(Message):
        """A notebook file was read, and what its screens need is imported."""

        def __init__(self, book: Book, screens: Mapping[str, Callable[[], Screen[None]]]) -> None:
            super().__init__()
            self.book = book
            self.screens = screens

    def __init__(
        self,
        notebook: Path | None = None,
        folder: Path | None = None,
        settings: Settings | None = None,
    ) -> None:
        super().__init__(settings)
        self.notebook = notebook
        self.folder = folder or Path.cwd()
        self.book: Book | None = None
        """The open notebook."""
        self.known: frozenset[str] = frozenset()
        """The names of its screens."""
        self.leaving: Signal[None] = Signal(self, "leaving")
        """Published before the program ends; who has work going on stops it."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return fallbacks(self.current_theme)

    def compose(self) -> ComposeResult:
        yield Static(Content.assemble(("▚ ", "$primary"), ("Chunkbook", "bold")), id="splash")

    def on_mount(self) -> None:
        found = [self.notebook] if self.notebook else self.resumed(find_notebooks(self.folder))
        if len(found) == 1:
            self._read(found[0])
        else:
            self.push_screen(ChooserScreen(self.folder, found))

    @work(thread=True, exclusive=True, exit_on_error=False, group="read")
    def _read(self, path: Path) -> None:
        # These need Polars and the ops: imported here, beside the first paint.
        import storage
        from tui.screens.chunks import ChunksScreen
        from tui.screens.lineage import LineageScreen
        from tui.screens.notebook import NotebookScreen
        from tui.screens.source import SourceScreen

        book = Book.open(path)
        self.open_at(path)
        screens = {
            "notebook": lambda: NotebookScreen(book),
            "chunks": lambda: ChunksScreen(book),
            "source": lambda: SourceScreen(book, self.document),
            "lineage": lambda: LineageScreen(book),
        }
        self.post_message(self.Read(book, screens))
        # LanceDB takes seconds to import: that goes on beside the first paint of the cells.
        storage.warm()
        self.use_own_keys()
        foresee(book)

    async def on_chunkbook_app_read(self, message: Read) -> None:
        self.book = message.book
        for seconds in SETTLING:
            self.set_timer(seconds, settle_heap)
        self.known = frozenset(message.screens)
        for mode, screen in message.screens.items():
            self.add_mode(mode, partial(self._styled, screen))
        await self.switch_mode(self.resume(message.screens))

    def _styled(self, make: Callable[[], Screen[None]]) -> Screen[None]:
        """A new screen, which gets today's styles as it is mounted, for today's size.

        Textual takes a screen that it has not seen for one whose theme is an old one, and reads
        every style sheet again, twice: a quarter of a second. Its size it learns of after it was
        laid out, which then is done again.
        """
        screen = make()
        screen._css_update_count = self._css_update_count
        for _, name in (*(self.HORIZONTAL_BREAKPOINTS or ()), *(self.VERTICAL_BREAKPOINTS or ())):
            screen.set_class(self.screen.has_class(name), name, update=False)
        return screen

    def on_chooser_screen_chosen(self, message: ChooserScreen.Chosen) -> None:
        self._read(message.path)

    def on_first_screen_made(self, message: FirstScreen.Made) -> None:
        self._read(message.path)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        report_crash(self, event)

    def on_crashed(self, message: Crashed) -> None:
        self.push_screen(ErrorScreen(message.error))

    async def on_show_source(self, message: ShowSource) -> None:
        await self.switch_mode("source")
        self.at_screen("source")
        self.screen.post_message(ShowSource(message.collection, message.row))

    async def on_show_lineage(self, message: ShowLineage) -> None:
        await self.switch_mode("lineage")
        self.at_screen("lineage")
        self.screen.post_message(ShowLineage(message.chunk_id))

    async def action_go(self, mode: str) -> None:
        if mode in self.known and self.current_mode != mode and not self.screen.is_modal:
            await self.switch_mode(mode)
            self.at_screen(mode)

    def action_help(self) -> None:
        self.push_screen(HelpScreen(list(self.screen.active_bindings.values())))

    def action_next_theme(self) -> None:
        names = [theme.name for theme in THEMES]
        here = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(here + 1) % len(names)]

    async def action_quit(self) -> None:
        if self.book is None or not self.book.dirty:
            self._leave()
            return
        if isinstance(self.screen, AskScreen):
            return
        said = Content(f"{self.book.model.path.name} has changes that are not saved.")
        self.push_screen(AskScreen("Leave?", said, UNSAVED), self._answered)

    def _answered(self, answer: str | None) -> None:
        if answer == "save":
            self._save_and_leave()
        elif answer == "leave":
            self._leave()

    @work(thread=True, exclusive=True, exit_on_error=False, group="save")
    def _save_and_leave(self) -> None:
        assert self.book is not None
        outside = self.book.save()
        if outside is None:
            self.call_from_thread(self._leave)
        else:
            hint = "decide first whose changes are to stand"
            raise UsageError("another program wrote the file meanwhile", hint=hint)

    def _leave(self) -> None:
        self.leaving.publish(None)
        self.exit()
