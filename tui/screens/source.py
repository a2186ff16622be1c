"""A document's text with its chunks: layers over it, boundaries explained, words found."""

from __future__ import annotations

__all__ = ["SourceScreen"]

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from tui.book import Book
from tui.messages import ShowSource
from tui.reading import Cut, Reading, cuts, list_documents, read
from tui.screens.base import BookScreen
from tui.screens.compare import CompareScreen
from tui.widgets.boundary import around_cut, place_line, reason
from tui.widgets.facts import Facts, columns_of, told
from tui.widgets.figures import count, counted
from tui.widgets.find import FindBar, places_of
from tui.widgets.header import TopLine
from tui.widgets.keybar import KeyBar
from tui.widgets.layers import SWITCHES, LayerBar, Switch
from tui.widgets.plain import one_line, plain
from tui.widgets.source import SourceView
from tui.widgets.table import PAGE, Column, PageTable, Row

if TYPE_CHECKING:
    import polars as pl

PAUSE: Final = 0.05
ALWAYS: Final = ("differences", "found")
MOST: Final = 5
"""Columns of a chunk that are shown under the text."""


class SourceScreen(BookScreen):
    """Documents on one side, the text of the chosen one on the other."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", "Find", key_display="/", id="source.find"),
        Binding("full_stop,f3", "hit(1)", "Next place", show=False, id="source.next-found"),
        Binding(
            "comma,shift+f3", "hit(-1)", "Place before", show=False, id="source.previous-found"
        ),
        Binding(
            "c", "compare", "Compare", id="source.compare", tooltip="Two segmentations, one text"
        ),
        Binding(
            "s", "cut", "Segmentation", id="source.cut", tooltip="The next cell that makes chunks"
        ),
        Binding("d", "documents", "Documents", show=False, id="source.documents"),
        *(
            Binding(key, f"layer('{layer}')", name.capitalize(), show=False, id=f"layer.{layer}")
            for layer, (key, name) in SWITCHES.items()
        ),
        Binding("escape", "leave", "Text", key_display="esc", show=False, id="source.leave"),
    ]

    class Listed(Message):
        """The segmentations of the notebook and the documents at one of them."""

        def __init__(self, every: Sequence[Cut], cut: Cut | None, table: pl.DataFrame) -> None:
            super().__init__()
            self.every = every
            self.cut = cut
            self.table = table

    class Opened(Message):
        """A document was read."""

        def __init__(self, reading: Reading) -> None:
            super().__init__()
            self.reading = reading

    class Found(Message):
        """Words were sought in a text."""

        def __init__(self, text: str, places: Sequence[tuple[int, int]]) -> None:
            super().__init__()
            self.text = text
            self.places = places

    def __init__(self, book: Book, doc_id: str = "") -> None:
        super().__init__(book)
        self.every: Sequence[Cut] = ()
        self.cut: Cut | None = None
        self.reading: Reading | None = None
        self.doc_id = doc_id
        self.drawn = {"headings", "pages"}
        self.documents: pl.DataFrame | None = None
        self._sought: Mapping[str, Any] | None = None
        """The chunk to select once its document is open."""
        self._later: Timer | None = None

    def compose(self) -> ComposeResult:
        yield TopLine(self.book.model.name, "source")
        with Horizontal(id="body"):
            with Vertical(id="documents-panel", classes="panel"):
                yield PageTable(
                    Column("Title"), Column("Chunks", 6, right=True, spare=True), tag="documents"
                )
            with Vertical(id="text-panel", classes="panel"):
                yield SourceView()
                yield FindBar()
                with Vertical(id="source-foot"):
                    yield LayerBar()
                    yield Static(id="source-status")
                    yield Facts(limit=160)
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#documents-panel").border_title = "Documents"
        self.query_one(LayerBar).show(self.drawn, ())
        self.query_one("#documents").focus()

    def on_screen_resume(self) -> None:
        if self.book.seen is not None:
            self.query_one(TopLine).show(self.book.seen)
        self._list(self.cut.maker if self.cut is not None else "")

    @work(thread=True, exclusive=True, exit_on_error=False, group="list")
    def _list(self, maker: str) -> None:
        every = cuts(self.book.workspace)
        wanted = [cut for cut in every if cut.maker == maker] or every
        cut = wanted[0] if wanted else None
        import polars as pl

        table = list_documents(self.book, cut) if cut is not None else pl.DataFrame()
        self.post_message(self.Listed(every, cut, table))

    def on_source_screen_listed(self, message: Listed) -> None:
        self.every, self.cut, self.documents = message.every, message.cut, message.table
        self.refresh_bindings()
        table, place = message.table, 0
        wanted = self.doc_id if self._sought is None else str(self._sought["doc_id"])
        if wanted and len(table):
            place = next(iter((table["doc_id"] == wanted).arg_true().to_list()), 0)
        self.query_one("#documents-panel").border_title = f"Documents · {count(len(table))}"
        self.query_one("#documents", PageTable).reset(
            len(table), self._rows(0, PAGE), cursor=place, empty="no documents"
        )
        if not len(table):
            self._clear("No document is there to show: the notebook's sources list none.")

    def _rows(self, offset: int, limit: int) -> list[Row]:
        if self.documents is None:
            return []
        rows = self.documents.slice(offset, limit).iter_rows(named=True)
        return [
            Row(
                str(row["doc_id"]),
                (
                    ("▲ " if row["failure"] else "") + one_line(str(row["title"] or row["uri"])),
                    "" if row["chunks"] is None else count(row["chunks"]),
                ),
                alarm=bool(row["failure"]),
            )
            for row in rows
        ]

    def on_page_table_wanted(self, message: PageTable.Wanted) -> None:
        rows = self._rows(message.offset, message.limit)
        message.table.fill(message.edition, message.offset, rows)

    def on_page_table_highlighted(self, message: PageTable.Highlighted) -> None:
        if message.row is not None and self.cut is not None:
            cut, doc_id = self.cut, message.row.key
            self.doc_id = doc_id
            self.chunkbook.at_document(doc_id)
            self._soon(lambda: self._open(cut, doc_id))

    def on_page_table_chosen(self) -> None:
        self.query_one(SourceView).focus()

    def _soon(self, then: Callable[[], object]) -> None:
        """Read a document once the cursor rests, not while keys repeat."""
        if self._later is not None:
            self._later.stop()
        self._later = self.set_timer(PAUSE, then)

    @work(thread=True, exclusive=True, exit_on_error=False, group="document")
    def _open(self, cut: Cut, doc_id: str) -> None:
        self.post_message(self.Opened(read(self.book, cut, doc_id)))

    def on_source_screen_opened(self, message: Opened) -> None:
        shown = message.reading.shown
        if shown.document.doc_id != self.doc_id:
            return
        view, before = self.query_one(SourceView), self.reading
        place = None
        if before is not None and before.cut.maker == message.reading.cut.maker:
            # Read again, as when one comes back to this screen: the place is kept.
            place = view.selected if before.shown.document.doc_id == self.doc_id else None
        self.reading = message.reading
        view.show(shown.canvas)
        self._draw()
        self.query_one("#text-panel").border_title = self._title(message.reading)
        bar = self.query_one(FindBar)
        if bar.display and bar.text:
            self._find(shown.canvas.text, bar.text)
        if self._sought is not None and self._sought["doc_id"] == self.doc_id:
            place, self._sought = shown.place_of(self._sought), None
        if shown.canvas.spans:
            place = min(place or 0, len(shown.canvas.spans) - 1)
            view.select(place, reveal=place > 0)
        else:
            self._clear(_about(message.reading))

    def _title(self, reading: Reading) -> Content:
        document = reading.shown.document
        title = one_line(document.title or document.uri, 120)
        said = f"{title} · {reading.cut.maker} · {reading.cut.op}"
        return plain(said if reading.stored else said + " · cut just now, not kept")

    def _clear(self, said: str) -> None:
        self.query_one("#source-status", Static).update(plain(said, "$quiet"))
        self.query_one(Facts).show({})

    def _draw(self) -> None:
        view = self.query_one(SourceView)
        view.draw_layers([*self.drawn, *ALWAYS])
        self.query_one(LayerBar).show(self.drawn, view.canvas.known)

    def on_source_view_selected(self, message: SourceView.Selected) -> None:
        message.stop()
        if self.reading is None or self.reading.shown.chunks is None:
            return
        shown, chunks = self.reading.shown, self.reading.shown.chunks
        row = chunks.row(message.place, named=True)
        self.query_one("#source-status", Static).update(place_line(row, message.place, len(chunks)))
        ends = f"{reason(row)}: {around_cut(shown.canvas.text, int(row['end']))}"
        older = {} if shown.document.exact else {"◐": "cut from an older text; run the cell again"}
        said = {**older, "ends": ends, "keywords": told(row.get("keywords")), **columns_of(row)}
        for shown_above in ("boundary score", "boundary threshold"):
            said.pop(shown_above, None)
        self.query_one(Facts).show(dict(list(said.items())[:MOST]))

    def on_switch_flipped(self, message: Switch.Flipped) -> None:
        self.action_layer(message.layer)

    def action_layer(self, name: str) -> None:
        self.drawn ^= {name}
        self._draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "cut":
            return len(self.every) > 1
        if action == "leave":
            return self.query_one(FindBar).display
        if action == "find":
            return not self.typing
        return True

    def action_cut(self) -> None:
        """The same documents at the next segmentation."""
        if self.cut is not None and self.every:
            place = (self.every.index(self.cut) + 1) % len(self.every)
            self._list(self.every[place].maker)

    def action_documents(self) -> None:
        panel = self.query_one("#documents-panel")
        panel.display = not panel.display
        self.query_one("#documents" if panel.display else SourceView).focus()

    def action_compare(self) -> None:
        if len(self.every) < 2 or self.cut is None or not self.doc_id:
            said = "There is one segmentation only: add a second segmenter beside the first"
            self.notify(said, markup=False, severity="warning")
            return
        place = self.every.index(self.cut)
        other = self.every[(place + 1) % len(self.every)]
        self.app.push_screen(CompareScreen(self.book, self.every, self.cut, other, self.doc_id))

    def action_find(self) -> None:
        self.query_one(FindBar).open()
        self.refresh_bindings()

    def action_leave(self) -> None:
        self.query_one(FindBar).close()
        self.query_one(SourceView).mark("found", ())
        self.query_one(SourceView).focus()
        self.refresh_bindings()

    def action_hit(self, by: int) -> None:
        self._go(self.query_one(FindBar).step(by))

    def on_find_bar_sought(self, message: FindBar.Sought) -> None:
        self._find(self.query_one(SourceView).text, message.text)

    def on_find_bar_left(self) -> None:
        self.query_one(SourceView).focus()

    @work(thread=True, exclusive=True, exit_on_error=False, group="find")
    def _find(self, text: str, sought: str) -> None:
        self.post_message(self.Found(text, places_of(text, sought)))

    def on_source_screen_found(self, message: Found) -> None:
        view = self.query_one(SourceView)
        if message.text is view.text:
            view.mark("found", message.places)
            self._go(self.query_one(FindBar).show(message.places, view.top))

    def _go(self, place: int | None) -> None:
        if place is not None:
            self.query_one(SourceView).reveal(place)

    def on_show_source(self, message: ShowSource) -> None:
        """Show a published chunk in its document, at the cell that cut it."""
        message.stop()
        self._sought = message.row
        self.doc_id = str(message.row["doc_id"])
        wired = self.book.workspace.wiring.cells.get(message.collection)
        self._list(wired.creators["chunks"] if wired is not None else "")
        self.query_one(SourceView).focus()

    def exported(self) -> tuple[str, Callable[[], pl.DataFrame] | None]:
        """The chunks of the document that is shown."""
        reading = self.reading
        if reading is None or reading.shown.chunks is None:
            return "text", None
        chunks = reading.shown.chunks
        return reading.cut.maker, lambda: chunks


def _about(reading: Reading) -> str:
    document = reading.shown.document
    if document.failure:
        return f"▲ put aside: {document.failure}"
    return f"{counted(len(document.text), 'character')} · {document.uri}"
