"""The published collection: a table, a search, and all that is known of the chosen chunk."""

from __future__ import annotations

__all__ = ["ChunksScreen"]

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Footer

from pipelines.lineage import Lineage
from tui.book import Book
from tui.messages import ShowSource
from tui.screens.base import BookScreen
from tui.shelf import ChunkView, Shelf
from tui.widgets.detail import ChunkDetail
from tui.widgets.figures import count, counted
from tui.widgets.found import around, pattern_of
from tui.widgets.header import TopLine
from tui.widgets.plain import one_line, plain
from tui.widgets.search import MODES, Question, SearchBar
from tui.widgets.table import PAGE, Column, PageTable, Row

HITS: Final = 100
PAUSE: Final = 0.05


class ChunksScreen(BookScreen):
    """Browse and search what was published."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", key_display="/", id="chunks.search"),
        Binding("m", "mode", "Mode", id="chunks.mode", tooltip="Search by text, vector or both"),
        Binding("c", "collection", "Collection", show=False, id="chunks.collection"),
        Binding("l", "tab('lineage')", "Lineage", id="chunks.lineage"),
        Binding("b", "tab('near')", "Neighbours", id="chunks.near"),
        Binding("d", "tab('chunk')", "Chunk", show=False, id="chunks.chunk"),
        Binding("o", "source", "In its source", id="chunks.source"),
        Binding(
            "escape",
            "all",
            "All chunks",
            key_display="esc",
            id="chunks.all",
            tooltip="Leave the search",
        ),
    ]

    class Found(Message):
        """Rows for the table: the first page of all chunks, or hits, best first."""

        def __init__(self, question: Question, shelf: Shelf | None, rows: Sequence[Row]) -> None:
            super().__init__()
            self.question = question
            self.shelf = shelf
            self.rows = rows

    class Paged(Message):
        """A page of the collection was read."""

        def __init__(self, wanted: PageTable.Wanted, rows: Sequence[Row]) -> None:
            super().__init__()
            self.wanted = wanted
            self.rows = rows

    class Opened(Message):
        """A chunk was read."""

        def __init__(self, view: ChunkView | None) -> None:
            super().__init__()
            self.view = view

    class Traced(Message):
        """A chunk's lineage was read."""

        def __init__(self, lineage: Lineage) -> None:
            super().__init__()
            self.lineage = lineage

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.shelf: Shelf | None = None
        self.wanted = ""
        """The collection asked for; the first one when it is not there."""
        self.question = Question("", "text")
        self.chunk_id: str | None = None
        self.row: Mapping[str, Any] | None = None
        self._later: Timer | None = None
        self._traced: str | None = None

    def compose(self) -> ComposeResult:
        yield TopLine(self.book.model.name, "chunks")
        yield SearchBar()
        with Horizontal(id="body"):
            with Vertical(id="table-panel", classes="panel"):
                yield PageTable(
                    Column("#", 5, right=True, quiet=True),
                    Column("Text", marked=True),
                    Column("Tokens", 6, right=True),
                    Column("Document", 14, quiet=True),
                    tag="chunks",
                )
            with Vertical(id="detail-panel", classes="panel"):
                yield ChunkDetail()
        yield Footer()

    def on_mount(self) -> None:
        self.query_one("#detail-panel").border_title = "Chunk"
        self.query_one("#chunks").focus()

    def on_screen_resume(self) -> None:
        if self.book.seen is not None:
            self.query_one(TopLine).show(self.book.seen)
        self._browse(self.question)

    @work(thread=True, exclusive=True, exit_on_error=False, group="find")
    def _browse(self, question: Question) -> None:
        shelf = self.book.shelf(self.wanted)
        rows: list[Row] = []
        if shelf is not None and question.text:
            hits = shelf.search(question.text, question.mode, HITS)
            pattern = pattern_of(question.text)
            rows = [_row(hit.row, str(hit.rank), pattern) for hit in hits]
        elif shelf is not None:
            rows = _page(shelf, 0, PAGE)
        self.post_message(self.Found(question, shelf, rows))

    def on_chunks_screen_found(self, message: Found) -> None:
        if message.question != self.question:
            return
        table = self.query_one("#chunks", PageTable)
        shelf = self.shelf = message.shelf
        if shelf is None:
            table.reset(0, empty="nothing is published yet: run the notebook first")
            return
        self.query_one(SearchBar).offer(MODES if shelf.has_vectors else MODES[:1])
        table.pattern = pattern_of(message.question.text)
        total, said = shelf.total, counted(shelf.total, "chunk")
        if message.question.text:
            total = len(message.rows)
            said = f"{counted(total, 'hit')}, best first"
        self.query_one("#table-panel").border_title = plain(f"{shelf.name} · {said}")
        table.reset(total, message.rows, empty="no chunk answers this")

    def on_page_table_wanted(self, message: PageTable.Wanted) -> None:
        if self.shelf is not None and not self.question.text:
            self._read(self.shelf, message)

    @work(thread=True, exit_on_error=False, group="page")
    def _read(self, shelf: Shelf, wanted: PageTable.Wanted) -> None:
        self.post_message(self.Paged(wanted, _page(shelf, wanted.offset, wanted.limit)))

    def on_chunks_screen_paged(self, message: Paged) -> None:
        wanted = message.wanted
        wanted.table.fill(wanted.edition, wanted.offset, message.rows)

    def on_page_table_highlighted(self, message: PageTable.Highlighted) -> None:
        if message.table.id != "chunks":
            return
        if message.row is None:
            self.chunk_id = self.row = None
            self.query_one(ChunkDetail).clear()
        else:
            self._soon(message.row.key)

    def _soon(self, chunk_id: str) -> None:
        """Read a chunk once the cursor rests, not while keys repeat."""
        if self._later is not None:
            self._later.stop()
        self._later = self.set_timer(PAUSE, lambda: self._go_to(chunk_id))

    def _go_to(self, chunk_id: str) -> None:
        if self.shelf is not None and chunk_id != self.chunk_id:
            self.chunk_id = chunk_id
            self._open(self.shelf, chunk_id)

    @work(thread=True, exclusive=True, exit_on_error=False, group="open")
    def _open(self, shelf: Shelf, chunk_id: str) -> None:
        self.post_message(self.Opened(shelf.chunk(chunk_id)))

    def on_chunks_screen_opened(self, message: Opened) -> None:
        view = message.view
        if view is not None and view.row["chunk_id"] == self.chunk_id:
            self.row = view.row
            self.query_one(ChunkDetail).show(view, pattern_of(self.question.text))
            self._trace_if_shown()

    def on_chunk_detail_followed(self, message: ChunkDetail.Followed) -> None:
        self._go_to(message.chunk_id)

    def on_tabbed_content_tab_activated(self) -> None:
        self._trace_if_shown()

    def _trace_if_shown(self) -> None:
        shown = self.query_one(ChunkDetail).tab == "lineage"
        if shown and self.chunk_id is not None and self.chunk_id != self._traced:
            self._traced = self.chunk_id
            self._trace(self.chunk_id)

    @work(thread=True, exclusive=True, exit_on_error=False, group="trace")
    def _trace(self, chunk_id: str) -> None:
        self.post_message(self.Traced(self.book.lineage(chunk_id)))

    def on_chunks_screen_traced(self, message: Traced) -> None:
        if message.lineage.chunk_id == self.chunk_id:
            self.query_one(ChunkDetail).show_lineage(message.lineage)

    def on_search_bar_asked(self, message: SearchBar.Asked) -> None:
        if message.question.text or self.question.text:
            self.query_one("#table-panel").border_title = "Searching …"
        self.question = message.question
        self._browse(message.question)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "all":
            return bool(self.question.text) or self.focused is self.query_one("#search-input")
        if action == "collection":
            return self.shelf is not None and len(self.shelf.reader.collections()) > 1
        return True

    def action_search(self) -> None:
        self.query_one("#search-input").focus()

    def action_mode(self) -> None:
        self.query_one(SearchBar).cycle()

    def action_all(self) -> None:
        """Leave the search: all chunks again."""
        self.query_one(SearchBar).clear()
        self.query_one("#chunks").focus()

    def action_collection(self) -> None:
        if self.shelf is not None:
            names = self.shelf.reader.collections()
            self.wanted = names[(names.index(self.shelf.name) + 1) % len(names)]
            self._browse(self.question)

    def action_tab(self, name: str) -> None:
        self.query_one(ChunkDetail).open_tab(name)

    def action_source(self) -> None:
        if self.row is not None and self.shelf is not None:
            self.post_message(ShowSource(self.shelf.name, self.row))


def _page(shelf: Shelf, offset: int, limit: int) -> list[Row]:
    rows = shelf.page(offset, limit)
    return [_row(row, count(offset + place)) for place, row in enumerate(rows, 1)]


def _row(row: Mapping[str, Any], number: str, pattern: re.Pattern[str] | None = None) -> Row:
    document = str(row.get("title") or row.get("uri") or row["doc_id"])
    said = (
        number,
        one_line(around(str(row["text"]), pattern)),
        count(int(row["tokens"])),
        one_line(document, 60),
    )
    return Row(str(row["chunk_id"]), said)
