"""What a cell made of one document: its text with chunks, and its rows in other frames."""

from __future__ import annotations

__all__ = ["ResultPane"]

from collections.abc import Mapping
from typing import Any, Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static, TabbedContent, TabPane

from pipelines.looking.view import Document
from tui.widgets.canvas import Canvas
from tui.widgets.facts import Facts, columns_of, told
from tui.widgets.figures import count, counted
from tui.widgets.plain import one_line
from tui.widgets.shown import FRAMES, Shown
from tui.widgets.source import SourceView
from tui.widgets.table import PageTable

MOST: Final = 6
"""Columns of a chunk that are shown under its text."""


class ResultPane(Vertical):
    """Tabs over one document; those of frames that the cell does not know are hidden."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: Shown | None = None

    def compose(self) -> ComposeResult:
        with TabbedContent(initial="result-text"):
            with TabPane("Text", id="result-text"):
                yield SourceView()
                with Vertical(id="source-foot"):
                    yield Static(id="source-status")
                    yield Facts(limit=160)
            for frame, columns in FRAMES.items():
                with TabPane(frame.capitalize(), id=f"result-{frame}"):
                    yield PageTable(
                        *(column for _, column in columns), empty="none here", tag=f"table-{frame}"
                    )

    def on_mount(self) -> None:
        for frame in FRAMES:
            self.query_one(TabbedContent).hide_tab(f"result-{frame}")
        self.add_class("-single")

    def clear(self) -> None:
        """Show no document."""
        self.shown = None
        self.query_one(SourceView).show(Canvas())
        self._say(Content(""))

    def show(self, shown: Shown) -> None:
        """Show a document as a cell left it."""
        self.shown = shown
        text = self.query_one(SourceView)
        text.show(shown.canvas)
        for frame in FRAMES:
            self._show_table(frame, shown)
        # One tab alone needs no bar.
        self.set_class(not shown.tables, "-single")
        if shown.canvas.spans:
            text.select(0, reveal=False)
        else:
            self._say(_about(shown.document))

    def find(self, chunk: Mapping[str, Any]) -> None:
        """Select a chunk, or the one at its place."""
        place = self.shown.place_of(chunk) if self.shown is not None else None
        if place is not None:
            self.query_one(SourceView).select(place)

    def _say(self, said: Content) -> None:
        self.query_one("#source-status", Static).update(said)
        self.query_one(Facts).show({})

    def _show_table(self, frame: str, shown: Shown) -> None:
        name = f"result-{frame}"
        tabs = self.query_one(TabbedContent)
        if frame in shown.tables:
            rows = shown.tables[frame]
            self.query_one(f"#table-{frame}", PageTable).reset(len(rows), rows)
            tabs.show_tab(name)
            return
        if tabs.active == name:
            tabs.active = "result-text"
        tabs.hide_tab(name)

    def on_source_view_selected(self, message: SourceView.Selected) -> None:
        message.stop()
        shown = self.shown
        if shown is None or shown.chunks is None:
            return
        row = shown.chunks.row(message.place, named=True)
        self.query_one("#source-status", Static).update(
            _status(row, message.place, len(shown.chunks), exact=shown.document.exact)
        )
        said = {"keywords": told(row.get("keywords")), **columns_of(row)}
        self.query_one(Facts).show(dict(list(said.items())[:MOST]))


def _about(document: Document) -> Content:
    if document.failure:
        return Content.assemble(("▲ put aside: ", "$error bold"), one_line(document.failure, 600))
    size = counted(len(document.text), "character")
    return Content.styled(f"{size} · {one_line(document.uri, 200)}", "$quiet")


def _status(row: dict[str, Any], place: int, total: int, *, exact: bool) -> Content:
    figures = [
        counted(row["tokens"], "token"),
        f"{count(row['start'])} – {count(row['end'])}",
        f"ends at {row['boundary']}",
    ]
    line = Content.assemble(
        (f"Chunk {place + 1:,}", "bold"),
        (f" of {total:,}  ", "$quiet"),
        "  ".join(figures),
        (f"  {row['chunk_id']}", "$faint"),
    )
    lines = [line]
    if not exact:
        lines.append(Content.styled("◐ cut from an older text; run the cell again", "$warning"))
    return Content("\n").join(lines)
