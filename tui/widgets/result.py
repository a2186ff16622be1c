"""What a cell made of one document: its text with chunks, and its rows in other frames."""

from __future__ import annotations

__all__ = ["ResultPane"]

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any, Final

import polars as pl
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static, TabbedContent, TabPane

from pipelines.view import Document
from tui.widgets.facts import Facts, columns_of, told
from tui.widgets.figures import count, counted
from tui.widgets.plain import one_line, plain
from tui.widgets.source import SourceView
from tui.widgets.table import Column, PageTable, Row

FRAMES: Final = {
    "entities": (
        ("name", Column("Entity")),
        ("label", Column("Label", 10, quiet=True)),
        ("mentions", Column("Mentions", 8, right=True)),
        ("aliases", Column("Also")),
    ),
    "relations": (
        ("subject", Column("Subject")),
        ("predicate", Column("Relation", 12, quiet=True)),
        ("object", Column("Object")),
        ("weight", Column("Weight", 6, right=True)),
    ),
}
"""Frames that are shown as tables of their own, with the columns shown."""
MOST: Final = 6
"""Columns of a chunk that are shown under its text."""
FIRST: Final = {"entities": "mentions", "relations": "weight"}
"""What each is sorted by, largest first."""


class ResultPane(Vertical):
    """Tabs over one document; those of frames that the cell does not know are hidden."""

    def __init__(self) -> None:
        super().__init__()
        self._chunks: pl.DataFrame | None = None
        self.document: Document | None = None

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

    def clear(self, said: str = "") -> None:
        """Show no document, and why."""
        self.document = None
        self.query_one(SourceView).show("")
        self._say(plain(said, "$quiet"))

    def show(self, document: Document) -> None:
        """Show a document as a cell left it."""
        self.document = document
        chunks = document.chunks
        spans: list[tuple[int, int]] = []
        if chunks is not None:
            chunks = _leaves(chunks)
            spans = [(start, end) for start, end in chunks.select("start", "end").iter_rows()]
        self._chunks = chunks
        text = self.query_one(SourceView)
        text.show(document.text, spans, _headings(document))
        for frame in FRAMES:
            self._show_frame(frame, document)
        # One tab alone needs no bar.
        self.set_class(not any(frame in document.frames for frame in FRAMES), "-single")
        if spans:
            text.select(0, reveal=False)
        else:
            self._say(_about(document))

    def _say(self, said: Content) -> None:
        self.query_one("#source-status", Static).update(said)
        self.query_one(Facts).show({})

    def find(self, row: Mapping[str, Any]) -> None:
        """Select a chunk; where it is not among those shown, the one at its place."""
        if self._chunks is None or not len(self._chunks):
            return
        ids = self._chunks["chunk_id"].to_list()
        place = (
            ids.index(row["chunk_id"])
            if row["chunk_id"] in ids
            else bisect_right(self._chunks["start"].to_list(), row["start"]) - 1
        )
        self.query_one(SourceView).select(max(place, 0))

    def _show_frame(self, frame: str, document: Document) -> None:
        name = f"result-{frame}"
        tabs = self.query_one(TabbedContent)
        if frame not in document.frames:
            if tabs.active == name:
                tabs.active = "result-text"
            tabs.hide_tab(name)
            return
        table = document.frames[frame].sort(FIRST[frame], descending=True, maintain_order=True)
        fields = [field for field, _ in FRAMES[frame]]
        rows = [
            Row(str(place), tuple(told(values[field]) for field in fields))
            for place, values in enumerate(table.iter_rows(named=True))
        ]
        self.query_one(f"#table-{frame}", PageTable).reset(len(rows), rows)
        tabs.show_tab(name)

    def on_source_view_selected(self, message: SourceView.Selected) -> None:
        message.stop()
        if self.document is not None and self._chunks is not None:
            row = self._chunks.row(message.place, named=True)
            self.query_one("#source-status", Static).update(
                _status(row, message.place, len(self._chunks), exact=self.document.exact)
            )
            said = {"keywords": told(row.get("keywords")), **columns_of(row)}
            self.query_one(Facts).show(dict(list(said.items())[:MOST]))


def _leaves(chunks: pl.DataFrame) -> pl.DataFrame:
    return chunks.filter(pl.col("level") == 0).sort("start", "end")


def _headings(document: Document) -> list[tuple[int, int]]:
    rows = document.frames["documents"]
    if not len(rows):
        return []
    spans = rows["structure"][0]
    found = [(s["start"], s["end"]) for s in spans if s["kind"] == "heading"]
    return sorted(found)


def _about(document: Document) -> Content:
    if document.failure:
        return Content.assemble(("▲ put aside: ", "$error bold"), one_line(document.failure, 600))
    told_of = [counted(len(document.text), "character")]
    told_of += [told_ for told_ in (one_line(document.uri, 200),) if told_]
    return Content.styled(" · ".join(told_of), "$quiet")


def _status(row: dict[str, Any], place: int, total: int, *, exact: bool) -> Content:
    figures = [
        counted(row["tokens"], "token"),
        f"ends at {row['boundary']}",
        f"{count(row['start'])} – {count(row['end'])}",
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
