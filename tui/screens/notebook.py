"""The notebook: cells on one side, what the chosen cell made on the other, or its parameters."""

from __future__ import annotations

__all__ = ["NotebookScreen"]

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

import polars as pl
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from ops.errors import UsageError
from ops.registry import op_class
from pipelines.draft import CellEntry, NoteEntry
from pipelines.looking.view import Overview, State
from tui.book import Book
from tui.messages import ShowSource
from tui.outline import outline
from tui.screens.previews import PreviewScreen
from tui.widgets.cells import CellList
from tui.widgets.figures import count, size
from tui.widgets.form import ParameterForm
from tui.widgets.header import TopLine
from tui.widgets.keybar import KeyBar
from tui.widgets.plain import one_line, plain
from tui.widgets.result import ResultPane
from tui.widgets.shown import Shown
from tui.widgets.source import SourceView
from tui.widgets.table import PAGE, Column, PageTable, Row

if TYPE_CHECKING:
    from pipelines.looking.sample import Preview

PAUSE: Final = 0.05
"""Seconds that a choice must stand before what it shows is read."""
LOOK: Final = 0.4
"""Seconds that a change must stand before the states of cells are looked up again."""


class NotebookScreen(PreviewScreen):
    """Cells with their states; documents and text at the chosen one, stored or of a sample."""

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
        self._looking: Timer | None = None

    def compose(self) -> ComposeResult:
        yield TopLine(self.book.model.name, "notebook")
        yield Static(id="problem")
        with Horizontal(id="body"):
            with Vertical(id="cells-panel", classes="panel"):
                yield CellList(self.book.checked)
            with Vertical(id="right"):
                yield ParameterForm()
                with Vertical(id="documents-panel", classes="panel"):
                    yield PageTable(
                        Column("Title"),
                        Column("Chunks", 6, right=True),
                        Column("Size", 8, right=True, quiet=True),
                        empty="looking …",
                        tag="documents",
                    )
                with Vertical(id="text-panel", classes="panel"):
                    yield ResultPane()
        yield KeyBar()

    def on_mount(self) -> None:
        self._entitle()
        cells = self.list
        cells.focus()
        makers = [
            cells.place_of(cell.id) for cell in self.book.model.cells if "chunks" in cell.op.creates
        ]
        first = self.book.checked.draft.cells.values()
        cells.choose(next((n for n in makers if n is not None), next(iter(first), 0)))
        self._tell_problems(None)
        self.action_look()

    def _entitle(self) -> None:
        """The title of the cells says whether there are changes that are not saved."""
        panel = self.query_one("#cells-panel")
        panel.border_title = "Cells"
        panel.border_subtitle = "not saved · ctrl+s" if self.book.dirty else ""

    def draft_changed(self) -> None:
        super().draft_changed()
        self._entitle()
        self._tell_problems(self.overview)
        self.call_later(self._sync_form)
        if self._looking is not None:
            self._looking.stop()
        self._looking = self.set_timer(LOOK, self.action_look)

    def file_saved(self) -> None:
        self._entitle()

    def _tell_problems(self, overview: Overview | None) -> None:
        """The banner: what is wrong outside the cells, or why their states are unknown."""
        banner = self.query_one("#problem", Static)
        general, problem = self.book.checked.general, overview.problem if overview else None
        banner.display = bool(general) or problem is not None
        if general:
            banner.update(plain(f"▲ {general[0]}"))
        elif problem is not None:
            banner.update(plain(f"▲ {problem.message}. {problem.hint}".strip()))

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
        self._tell_problems(message.overview)
        for name in [name for name in self.previews if name not in self._wanted]:
            status = message.overview.cells.get(name)
            if status is not None and status.state in (State.FRESH, State.FAILED):
                self.drop_preview(name)
        self.preview_soon()

    def on_cell_list_chosen(self, message: CellList.Chosen) -> None:
        entry = message.entry
        self.show_glance()
        self.call_later(self._sync_form)
        if not isinstance(entry, CellEntry):
            title = "a note" if isinstance(entry, NoteEntry) else "a fault in the file"
            self.query_one("#text-panel").border_title = title
            return
        self.query_one("#text-panel").border_title = plain(f"{entry.id} · {entry.op}")
        self._soon(lambda: self._show(entry.id))
        self.preview_soon()

    def _show(self, cell: str) -> None:
        """List the documents at a cell: of its preview, or stored."""
        if cell not in self.book.checked.wiring.cells:
            self.documents = None
            said = "nothing to see before its fault is mended"
            self.query_one("#documents", PageTable).reset(0, empty=said)
            return
        self._list(cell, self.previews.get(cell))

    def preview_made(self, cell: str) -> None:
        chosen = self.list.chosen
        if chosen is not None and chosen.id == cell:
            self._show(cell)

    # The form

    def open_form(self) -> None:
        self.query_one("#right").add_class("-form")
        self.run_worker(self._open_form(), exclusive=True, group="form", exit_on_error=False)

    async def _open_form(self) -> None:
        await self._sync_form()
        self.query_one(ParameterForm).enter()

    @property
    def opening(self) -> bool:
        return any(
            worker.group == "form" and not (worker.is_finished or worker.is_cancelled)
            for worker in self.workers
            if worker.node is self
        )

    async def _sync_form(self) -> None:
        """Show in the form, while it is open, what the draft says of the chosen cell."""
        cell = self.list.chosen
        if cell is None or not self.query_one("#right").has_class("-form"):
            return
        form = self.query_one(ParameterForm)
        try:
            kind = op_class(cell.op)
        except UsageError as error:
            if form.has_focus_within or form.cell != cell.id:
                self._close_form()
            self.notify(one_line(f"{error.message}. {error.hint}"), severity="error", markup=False)
            return
        if form.cell == cell.id and form.params == dict(cell.params):
            return
        if form.has_focus_within and form.cell == cell.id and form.faulty:
            return
        await form.show(cell.id, kind, cell.params)

    def on_parameter_form_closed(self) -> None:
        self._close_form()
        self.list.focus()

    def _close_form(self) -> None:
        self.query_one("#right").remove_class("-form")
        self.book.history = self.book.history.close()

    def _soon(self, then: Callable[[], object]) -> None:
        """Read what a choice asks for once it stands, not while keys repeat."""
        if self._later is not None:
            self._later.stop()
        self._later = self.set_timer(PAUSE, then)

    @work(thread=True, exclusive=True, exit_on_error=False, group="documents")
    def _list(self, cell: str, preview: Preview | None) -> None:
        if preview is not None:
            self.post_message(self.Listed(cell, _sampled(preview)))
        elif cell in self.book.workspace.wiring.cells:
            self.post_message(self.Listed(cell, self.book.documents(cell)))

    def on_notebook_screen_listed(self, message: Listed) -> None:
        chosen = self.query_one(CellList).chosen
        if chosen is None or chosen.id != message.cell:
            return
        table = self.documents = message.table
        what = "Sample" if message.cell in self.previews else "Documents"
        self.query_one("#documents-panel").border_title = f"{what} · {count(len(table))}"
        place = 0
        if self.doc_id is not None:
            place = next(iter((table["doc_id"] == self.doc_id).arg_true().to_list()), 0)
        empty = "nothing here yet: r runs this cell, p previews it"
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
        self._soon(lambda: self._open(name, key, self.previews.get(name)))

    def on_page_table_chosen(self, message: PageTable.Chosen) -> None:
        if message.table.id == "documents":
            self.query_one(SourceView).focus()

    @work(thread=True, exclusive=True, exit_on_error=False, group="document")
    def _open(self, cell: str, doc_id: str, preview: Preview | None) -> None:
        if preview is not None:
            if doc_id in preview.frames["documents"]["doc_id"]:
                self.post_message(self.Opened(cell, Shown.of(preview.document(doc_id))))
        elif cell in self.book.workspace.wiring.cells:
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
        wired = self.book.checked.wiring.cells.get(message.collection)
        if wired is None:
            self.notify("The cell that published this is not in the notebook now", markup=False)
            return
        maker = wired.creators["chunks"]
        cells.choose_id(maker)
        self._list(maker, None)
        self.query_one(SourceView).focus()

    def cell_finished(self, cell: str) -> None:
        chosen = self.query_one(CellList).chosen
        if chosen is not None and chosen.id == cell:
            self.book.reopen()
            self._list(cell, self.previews.get(cell))

    def run_over(self) -> None:
        self._wanted.clear()
        self.action_look()
        chosen = self.query_one(CellList).chosen
        if chosen is not None:
            self._show(chosen.id)

    def exported(self) -> tuple[str, Callable[[], pl.DataFrame] | None]:
        """The cells; from the right-hand side, what the chosen cell makes: the chunks of its
        preview, or the documents that are listed."""
        cell, checked = self.list.chosen, self.book.checked
        if cell is None or self.list.has_focus:
            cells = self.overview.cells if self.overview is not None else {}
            return self.book.model.name, lambda: outline(checked, cells)
        preview, documents = self.previews.get(cell.id), self.documents
        if preview is not None and "chunks" in preview.frames:
            chunks = preview.frames["chunks"]
            return f"{cell.id}-sample", lambda: chunks
        return cell.id, (lambda: documents) if documents is not None else None


def _sampled(preview: Preview) -> pl.DataFrame:
    """The documents of a preview, as a list of stored ones is."""
    table = preview.frames["documents"].select("doc_id", "title", "uri", "bytes")
    counts: dict[str, int] = {}
    cut = "chunks" in preview.frames
    if cut:
        counts = dict(preview.frames["chunks"].group_by("doc_id").len().iter_rows())
    ids = table["doc_id"].to_list()
    return table.with_columns(
        pl.Series(
            "chunks",
            [counts.get(name, 0) if cut else None for name in ids],
            dtype=pl.Int64,
        ),
        pl.Series("failure", [preview.failures.get(name, "") for name in ids], dtype=pl.String),
    ).sort("uri", "doc_id")


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
