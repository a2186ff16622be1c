"""The notebook: cells on one side, what the chosen cell made on the other."""

from __future__ import annotations

__all__ = ["NotebookScreen"]

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Footer, Static

from ops.op import Op
from pipelines.view import Overview
from tui.book import Book
from tui.messages import ShowSource
from tui.screens.runs import RunScreen
from tui.widgets.cells import CellList
from tui.widgets.figures import count, size
from tui.widgets.header import TopLine
from tui.widgets.plain import one_line, plain
from tui.widgets.result import ResultPane
from tui.widgets.shown import Shown
from tui.widgets.source import SourceView
from tui.widgets.table import PAGE, Column, PageTable, Row

if TYPE_CHECKING:
    import polars as pl

PAUSE: Final = 0.05
"""Seconds that a choice must stand before what it shows is read."""


class NotebookScreen(RunScreen):
    """Cells with their states; documents and text at the chosen one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f5", "look", "Look again", show=False, id="look", tooltip="Read the state from disk"
        ),
    ]

    class Looked(Message):
        """The state of the cells was read."""

        def __init__(self, overview: Overview) -> None:
            super().__init__()
            self.overview = overview

    class Listed(Message):
        """The documents at a cell were read."""

        def __init__(self, cell: str, table: pl.DataFrame) -> None:
            super().__init__()
            self.cell = cell
            self.table = table

    class Opened(Message):
        """A document was read."""

        def __init__(self, cell: str, shown: Shown) -> None:
            super().__init__()
            self.cell = cell
            self.shown = shown

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.documents: pl.DataFrame | None = None
        self.doc_id: str | None = None
        self._sought: Mapping[str, Any] | None = None
        """The chunk to select once its document is open."""
        self._later: Timer | None = None

    def compose(self) -> ComposeResult:
        yield TopLine(self.book.model.name, "notebook")
        yield Static(id="problem")
        with Horizontal(id="body"):
            with Vertical(id="cells-panel", classes="panel"):
                yield CellList(self.book.model)
            with Vertical(id="right"):
                with Vertical(id="documents-panel", classes="panel"):
                    yield PageTable(
                        Column("Title"),
                        Column("Chunks", 6, right=True),
                        Column("Size", 8, right=True, quiet=True),
                        tag="documents",
                    )
                with Vertical(id="text-panel", classes="panel"):
                    yield ResultPane()
        yield Footer()

    def on_mount(self) -> None:
        self.query_one("#cells-panel").border_title = "Cells"
        cells = self.query_one(CellList)
        cells.focus()
        makers = [n for n, cell in enumerate(self.book.model.cells) if _makes_chunks(cell.op)]
        cells.choose(makers[0] if makers else 0)
        self.action_look()

    @work(thread=True, exclusive=True, exit_on_error=False, group="look")
    def action_look(self) -> None:
        self.post_message(self.Looked(self.book.overview()))

    def on_notebook_screen_looked(self, message: Looked) -> None:
        self.overview = message.overview
        cells = self.query_one(CellList)
        cells.show(message.overview.cells)
        self.query_one(TopLine).show(message.overview)
        if not self.running:
            for cell in self.book.model.cells:
                cells.progress(cell.id, None)
        problem = message.overview.problem
        banner = self.query_one("#problem", Static)
        banner.display = problem is not None
        if problem is not None:
            banner.update(plain(f"▲ {problem.message}. {problem.hint}".strip()))

    def on_cell_list_chosen(self, message: CellList.Chosen) -> None:
        title = f"{message.cell.id} · {message.cell.op.name}"
        self.query_one("#text-panel").border_title = plain(title)
        self._soon(lambda: self._list(message.cell.id))

    def _soon(self, then: Callable[[], object]) -> None:
        """Read what a choice asks for once it stands, not while keys repeat."""
        if self._later is not None:
            self._later.stop()
        self._later = self.set_timer(PAUSE, then)

    @work(thread=True, exclusive=True, exit_on_error=False, group="documents")
    def _list(self, cell: str) -> None:
        self.post_message(self.Listed(cell, self.book.documents(cell)))

    def on_notebook_screen_listed(self, message: Listed) -> None:
        chosen = self.query_one(CellList).chosen
        if chosen is None or chosen.id != message.cell:
            return
        table = self.documents = message.table
        self.query_one("#documents-panel").border_title = f"Documents · {count(len(table))}"
        place = 0
        if self.doc_id is not None:
            place = next(iter((table["doc_id"] == self.doc_id).arg_true().to_list()), 0)
        empty = "nothing here yet: press r to run this cell"
        self.query_one("#documents", PageTable).reset(
            len(table), self._rows(0, PAGE), cursor=place, empty=empty
        )

    def _rows(self, offset: int, limit: int) -> list[Row]:
        assert self.documents is not None
        return [
            _row(values) for values in self.documents.slice(offset, limit).iter_rows(named=True)
        ]

    def on_page_table_wanted(self, message: PageTable.Wanted) -> None:
        rows = self._rows(message.offset, message.limit)
        message.table.fill(message.edition, message.offset, rows)

    def on_page_table_highlighted(self, message: PageTable.Highlighted) -> None:
        if message.table.id != "documents":
            return
        cell = self.query_one(CellList).chosen
        if message.row is None or cell is None:
            self.query_one(ResultPane).clear()
            return
        self.doc_id = key = message.row.key
        name = cell.id
        self._soon(lambda: self._open(name, key))

    def on_page_table_chosen(self, message: PageTable.Chosen) -> None:
        if message.table.id == "documents":
            self.query_one(SourceView).focus()

    @work(thread=True, exclusive=True, exit_on_error=False, group="document")
    def _open(self, cell: str, doc_id: str) -> None:
        self.post_message(self.Opened(cell, Shown.of(self.book.document(cell, doc_id))))

    def on_notebook_screen_opened(self, message: Opened) -> None:
        chosen = self.query_one(CellList).chosen
        if chosen is not None and chosen.id == message.cell:
            result = self.query_one(ResultPane)
            result.show(message.shown)
            if self._sought is not None:
                result.find(self._sought)
                self._sought = None

    def on_show_source(self, message: ShowSource) -> None:
        """Show a published chunk in its document, at the cell that cut it."""
        message.stop()
        self._sought = message.row
        self.doc_id = str(message.row["doc_id"])
        cells = self.query_one(CellList)
        maker = self.book.workspace.wiring.cells[message.collection].creators["chunks"]
        cells.choose_id(maker)
        self._list(maker)
        self.query_one(SourceView).focus()

    def cell_finished(self, cell: str) -> None:
        chosen = self.query_one(CellList).chosen
        if chosen is not None and chosen.id == cell:
            self.book.reopen()
            self._list(cell)

    def run_over(self) -> None:
        self.action_look()
        chosen = self.query_one(CellList).chosen
        if chosen is not None:
            self._list(chosen.id)


def _makes_chunks(op: Op) -> bool:
    return "chunks" in op.creates


def _row(values: dict[str, object]) -> Row:
    title = one_line(str(values["title"] or values["uri"]))
    chunks, weight = values["chunks"], values["bytes"]
    return Row(
        str(values["doc_id"]),
        (
            f"▲ {title}" if values["failure"] else title,
            count(chunks) if isinstance(chunks, int) else "",
            size(weight) if isinstance(weight, int) else "",
        ),
        alarm=bool(values["failure"]),
    )
