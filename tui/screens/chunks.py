"""The published collection: table, search, filter, edits, and all that is known of a chunk."""

from __future__ import annotations

__all__ = ["ChunksScreen"]

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.worker import get_current_worker

from ops.errors import UsageError
from tui.book import Book
from tui.messages import ShowLineage, ShowSource
from tui.query import Query, page_of, row_of, rows_of
from tui.screens.chunkedits import EditingScreen
from tui.screens.chunknews import Found, Opened, Paged, Traced
from tui.screens.editlist import Chosen
from tui.screens.sorting import SortScreen
from tui.shelf import Shelf
from tui.widgets.detail import ChunkDetail
from tui.widgets.figures import count, counted
from tui.widgets.filter import FilterBar
from tui.widgets.found import pattern_of
from tui.widgets.header import TopLine
from tui.widgets.keybar import KeyBar
from tui.widgets.plain import plain
from tui.widgets.search import MODES, Question, SearchBar
from tui.widgets.table import PAGE, Column, PageTable

if TYPE_CHECKING:
    import polars as pl

HITS: Final = 100
UNSORTED: Final = ("chunk_id", "doc_id", "parent_id", "text", "derived_text")
"""Columns whose order tells nothing."""
PAUSE: Final = 0.05


class ChunksScreen(EditingScreen):
    """Browse, search, filter and edit what was published."""

    AUTO_FOCUS: ClassVar[str | None] = "#chunks"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", key_display="/", id="chunks.search"),
        Binding("m", "mode", "Mode", show=False, id="chunks.mode", tooltip="Text, vector or both"),
        Binding(
            "f",
            "filter",
            "Filter",
            id="chunks.filter",
            tooltip="By language, length, heading, …",
        ),
        Binding("s", "sort", "Sort", id="chunks.sort", tooltip="By any column"),
        Binding("c", "collection", "Collection", show=False, id="chunks.collection"),
        Binding("l", "tab('lineage')", "Lineage", id="chunks.lineage"),
        Binding("L", "lineage", "Whole lineage", show=False, id="chunks.whole-lineage"),
        Binding("b", "tab('near')", "Neighbours", id="chunks.near"),
        Binding("d", "tab('chunk')", "Chunk", show=False, id="chunks.chunk"),
        Binding("o", "source", "In its source", id="chunks.source"),
        Binding(
            "escape",
            "all",
            "All chunks",
            key_display="esc",
            id="chunks.all",
            tooltip="Stop a run, or leave the search and the filter",
        ),
    ]

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.shelf: Shelf | None = None
        self.wanted = ""
        """The collection asked for; the first one when it is not there."""
        self.asked = Query()
        self.chunk_id: str | None = None
        self._followed: tuple[str, str] | None = None
        """A chunk that was followed to, and the row that the cursor stands on meanwhile."""
        self._later: Timer | None = None
        self._traced: str | None = None
        self._shown: Query | None = None
        self._covered = False

    @property
    def question(self) -> Question:
        return self.asked.question

    @property
    def chosen(self) -> str | None:
        table = self.query_one("#chunks", PageTable)
        here = table.row(table.cursor)
        if here is None:
            return None if table.total else self.chunk_id
        if self._followed is not None and self._followed[1] == here.key:
            return self._followed[0]
        return here.key

    @property
    def resting(self) -> bool:
        """Whether the chosen chunk, if there is one, is read."""
        if not self.query_one("#chunks", PageTable).total:
            return True
        return self.row is not None and self.row["chunk_id"] == self.chunk_id

    def compose(self) -> ComposeResult:
        yield TopLine(self.book.model.name, "chunks")
        yield SearchBar()
        yield FilterBar()
        with Horizontal(id="body"):
            with Vertical(id="table-panel", classes="panel"):
                yield PageTable(
                    Column("#", 5, right=True, quiet=True),
                    Column("", 1),
                    Column("Text", marked=True),
                    Column("Tokens", 6, right=True),
                    Column("Document", 14, quiet=True),
                    tag="chunks",
                )
            with Vertical(id="detail-panel", classes="panel"):
                yield ChunkDetail()
        yield KeyBar()

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#detail-panel").border_title = "Chunk"

    def on_screen_suspend(self) -> None:
        self._covered = self in self.app.screen_stack

    def on_screen_resume(self) -> None:
        if not self._covered:  # only a dialog was in front
            self.reload()
        self._covered = False

    def reload(self) -> None:
        if self.book.seen is not None:
            self.query_one(TopLine).show(self.book.seen)
        self._browse(self.asked)

    @work(thread=True, exclusive=True, exit_on_error=False, group="find")
    def _browse(self, asked: Query) -> None:
        query = asked
        shelf = self.book.shelf(self.wanted)
        if shelf is None:
            self.post_message(Found(query, None, [], 0))
            return
        try:
            where = query.where(shelf)
        except UsageError:  # the collection has no such column any more
            where, query = {}, replace(query, filter="")
        marks = self.desk.marks()
        if get_current_worker().is_cancelled:
            return
        if query.question.text:
            hits = shelf.search(query.question.text, query.question.mode, HITS, where)
            pattern = pattern_of(query.question.text)
            rows = [row_of(hit.row, str(hit.rank), marks, pattern) for hit in hits]
            total = len(rows)
        else:
            rows = page_of(shelf, query, marks, 0, PAGE)
            # After the page, by whose order it is known.
            total = shelf.count(where) if where else shelf.total
        unfiltered = query != asked
        self.post_message(Found(asked, shelf, rows, total, unfiltered=unfiltered))
        self.post_message(self.Marked(marks))

    def on_chunks_screen_found(self, message: Found) -> None:
        query = message.query
        if query != self.asked:
            return
        table = self.query_one("#chunks", PageTable)
        shelf = self.shelf = message.shelf
        if shelf is None:
            table.reset(0, empty="nothing is published yet: run the notebook first")
            return
        filters = self.query_one(FilterBar)
        filters.kinds = shelf.kinds
        if message.unfiltered:
            query = self.asked = replace(query, filter="")
            filters.refuse()
        self.query_one(SearchBar).offer(MODES if shelf.has_vectors else MODES[:1])
        table.pattern = pattern_of(query.question.text)
        said = counted(message.total, "chunk")
        if query.question.text:
            said = f"{counted(message.total, 'hit')}, best first"
        elif query.filter:
            said = f"{count(message.total)} of {counted(shelf.total, 'chunk')}"
        if query.order and not query.question.text:
            arrow = "▼" if query.order.startswith("-") else "▲"
            said += f" · {arrow} {query.order.removeprefix('-').replace('_', ' ')}"
        self.query_one("#table-panel").border_title = plain(f"{shelf.name} · {said}")
        empty = "no chunk answers this" if query.question.text else "no chunk passes the filter"
        stay = query == self._shown
        self._shown = query
        self.chunk_id = None
        cursor = table.cursor if stay else 0
        table.reset(message.total, message.rows, cursor=cursor, empty=empty, stay=stay)

    def show_marks(self) -> None:
        self.query_one("#table-panel").border_subtitle = self.said_marks()
        self.query_one(ChunkDetail).show_marks(self.marks, self.row)

    def show_progress(self, said: str) -> None:
        self.query_one("#detail-panel").border_subtitle = plain(said)

    def go_to_edit(self, answer: Chosen) -> None:
        one = answer.standing
        start = one.spans[0][0] if one.spans else one.edit.anchor.start
        self._find(one.doc_id, start)

    @work(thread=True, exclusive=True, exit_on_error=False, group="open")
    def _find(self, doc_id: str, start: int) -> None:
        shelf = self.book.shelf(self.wanted)
        if shelf is not None:
            near = shelf.at(doc_id, start)
            if near is not None:
                self.post_message(Opened(shelf.chunk(near), followed=True))

    def on_page_table_wanted(self, message: PageTable.Wanted) -> None:
        if self.shelf is not None and not self.question.text:
            self._read(self.shelf, self.asked, message)

    @work(thread=True, exit_on_error=False, group="page")
    def _read(self, shelf: Shelf, query: Query, wanted: PageTable.Wanted) -> None:
        rows = page_of(shelf, query, self.marks, wanted.offset, wanted.limit)
        self.post_message(Paged(wanted, rows))

    def on_chunks_screen_paged(self, message: Paged) -> None:
        wanted = message.wanted
        wanted.table.fill(wanted.edition, wanted.offset, message.rows)

    def on_page_table_highlighted(self, message: PageTable.Highlighted) -> None:
        if message.table.id != "chunks":
            return
        self._followed = None
        self.row_left(message.row.key if message.row is not None else None)
        if message.row is None:
            self.chunk_id = None
            self.query_one(ChunkDetail).clear()
        else:
            self._soon(message.row.key)

    def _soon(self, chunk_id: str) -> None:
        """Read a chunk once the cursor rests, not while keys repeat."""
        if self._later is not None:
            self._later.stop()
        self._later = self.set_timer(PAUSE, lambda: self._go_to(chunk_id))

    def _go_to(self, chunk_id: str) -> None:
        if self.shelf is not None and (chunk_id != self.chunk_id or self.row is None):
            self.chunk_id = chunk_id
            self._open(self.shelf, chunk_id)

    @work(thread=True, exclusive=True, exit_on_error=False, group="open")
    def _open(self, shelf: Shelf, chunk_id: str) -> None:
        self.post_message(Opened(shelf.chunk(chunk_id)))

    def on_chunks_screen_opened(self, message: Opened) -> None:
        view = message.view
        if view is not None and message.followed:
            self._follow(str(view.row["chunk_id"]))
        if view is not None and view.row["chunk_id"] == self.chunk_id:
            self.row_read(view.row)
            self.query_one(ChunkDetail).show(view, pattern_of(self.question.text))
            self.query_one(ChunkDetail).show_marks(self.marks, self.row)
            self._trace_if_shown()

    def on_chunk_detail_followed(self, message: ChunkDetail.Followed) -> None:
        if self.shelf is not None:
            self._follow(message.chunk_id)
            self._open(self.shelf, message.chunk_id)

    def _follow(self, chunk_id: str) -> None:
        table = self.query_one("#chunks", PageTable)
        here = table.row(table.cursor)
        self._followed = (chunk_id, here.key) if here is not None else None
        self.chunk_id = chunk_id
        self.row_left(chunk_id)

    def on_tabbed_content_tab_activated(self) -> None:
        self._trace_if_shown()

    def _trace_if_shown(self) -> None:
        shown = self.query_one(ChunkDetail).tab == "lineage"
        if shown and self.chunk_id is not None and self.chunk_id != self._traced:
            self._traced = self.chunk_id
            self._trace(self.chunk_id)

    @work(thread=True, exclusive=True, exit_on_error=False, group="trace")
    def _trace(self, chunk_id: str) -> None:
        self.post_message(Traced(self.book.lineage(chunk_id)))

    def on_chunks_screen_traced(self, message: Traced) -> None:
        if message.lineage.chunk_id == self.chunk_id:
            self.query_one(ChunkDetail).show_lineage(message.lineage)

    def on_search_bar_asked(self, message: SearchBar.Asked) -> None:
        if message.question.text or self.question.text:
            self.query_one("#table-panel").border_title = "Searching …"
        self._ask(replace(self.asked, question=message.question))

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        self._ask(replace(self.asked, filter=message.text))

    def _ask(self, query: Query) -> None:
        self.asked = query
        self._browse(query)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "all":
            return bool(self.question.text or self.asked.filter) or self.running or self.typing
        if action in ("search", "filter", "mode") and self.typing:
            return False
        if action == "collection":
            return self.shelf is not None and len(self.shelf.reader.collections()) > 1
        if action in ("sort", "filter"):
            return self.shelf is not None
        return True

    def exported(self) -> tuple[str, Callable[[], Iterator[pl.DataFrame]] | None]:
        """All chunks that the table shows, in its order."""
        shelf, query = self.shelf, self.asked
        if shelf is None:
            return "chunks", None
        return shelf.name, lambda: rows_of(shelf, query, HITS)

    def action_search(self) -> None:
        self.set_focus(self.query_one("#search-input"))

    def action_mode(self) -> None:
        self.query_one(SearchBar).action_cycle()

    def action_all(self) -> None:
        """Stop a run; or else leave search and filter: all chunks again."""
        if self.running:
            self.stop_run()
            return
        self.query_one(SearchBar).clear()
        self.query_one(FilterBar).clear()
        self.set_focus(self.query_one("#chunks"))

    def action_collection(self) -> None:
        if self.shelf is not None:
            names = self.shelf.reader.collections()
            self.wanted = names[(names.index(self.shelf.name) + 1) % len(names)]
            self._ask(self.asked)

    def action_filter(self) -> None:
        self.query_one(FilterBar).open()

    def action_sort(self) -> None:
        if self.shelf is None:
            return
        kinds = self.shelf.kinds
        columns = [n for n, kind in kinds.items() if kind != "list" and n not in UNSORTED]

        def sort(order: str | None) -> None:
            if order is not None and order != self.asked.order:
                self._ask(replace(self.asked, order=order))

        self.app.push_screen(SortScreen(columns, self.asked.order), sort)

    def action_lineage(self) -> None:
        if self.chosen is not None:
            self.post_message(ShowLineage(self.chosen))

    def action_tab(self, name: str) -> None:
        self.query_one(ChunkDetail).open_tab(name)

    def action_source(self) -> None:
        def show(row: Mapping[str, Any]) -> None:
            if self.shelf is not None:
                self.post_message(ShowSource(self.shelf.name, row))

        self.with_row(show)
