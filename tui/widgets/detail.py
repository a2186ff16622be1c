"""Everything that is known of one published chunk."""

from __future__ import annotations

__all__ = ["ChunkDetail"]

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TabbedContent, TabPane

from pipelines.looking.lineage import Lineage
from tui.desk import Marks
from tui.shelf import ChunkView, ScoredKeyword
from tui.widgets.facts import Facts, columns_of, told
from tui.widgets.figures import counted
from tui.widgets.lineage import Way
from tui.widgets.plain import one_line, plain
from tui.widgets.table import Column, PageTable, Row

MOST: Final = 20_000
"""Characters of a chunk that are shown; the notebook screen shows every one."""


class ChunkDetail(Vertical):
    """Tabs: the chunk itself, its neighbours, its lineage."""

    class Followed(Message):
        """A neighbour was chosen."""

        def __init__(self, chunk_id: str) -> None:
            super().__init__()
            self.chunk_id = chunk_id

    def compose(self) -> ComposeResult:
        with TabbedContent(initial="detail-chunk"):
            with TabPane("Chunk", id="detail-chunk"), VerticalScroll():
                yield Static(id="detail-head")
                yield Static(id="detail-edits")
                yield Static(id="detail-text")
                yield Static(id="detail-wording")
                yield Facts()
                yield Static(id="detail-keywords")
            with TabPane("Neighbours", id="detail-near"):
                yield PageTable(
                    Column("", 6, quiet=True),
                    Column("Text"),
                    Column("Score", 6, right=True, quiet=True),
                    empty="no neighbours",
                    tag="neighbours",
                )
            with TabPane("Lineage", id="detail-lineage"), VerticalScroll():
                yield Way()

    @property
    def tab(self) -> str:
        """The tab that is open: chunk, near or lineage."""
        return self.query_one(TabbedContent).active.removeprefix("detail-")

    def open_tab(self, name: str) -> None:
        """Open a tab by its name."""
        self.query_one(TabbedContent).active = f"detail-{name}"

    def clear(self, said: str = "") -> None:
        """Show nothing, or why there is nothing."""
        self.query_one(Facts).show({})
        self.query_one(Way).lineage = None
        for name in ("head", "edits", "text", "wording", "keywords"):
            self.query_one(f"#detail-{name}", Static).update("")
        self.query_one("#detail-head", Static).update(plain(said, "$quiet"))
        self.query_one(PageTable).reset(0)

    def show(self, view: ChunkView, pattern: re.Pattern[str] | None = None) -> None:
        """Show a chunk, with what was searched for marked."""
        row = view.row
        self.query_one("#detail-head", Static).update(_head(row))
        self.query_one("#detail-text", Static).update(_text(str(row["text"]), pattern))
        self.query_one("#detail-wording", Static).update(_wording(row))
        self.query_one(Facts).show(_facts(row))
        self.query_one("#detail-keywords", Static).update(_keywords(view.keywords))
        beside = [("before", view.before), ("after", view.after)]
        rows = [
            Row(str(told["chunk_id"]), (name, one_line(str(told["text"])), ""))
            for name, told in beside
            if told is not None
        ]
        rows += [
            Row(
                str(hit.row["chunk_id"]),
                ("near", one_line(str(hit.row["text"])), f"{hit.score:.3f}"),
            )
            for hit in view.near
        ]
        self.query_one(PageTable).reset(len(rows), rows)
        for scroll in self.query(VerticalScroll):
            scroll.scroll_home(animate=False)

    def show_marks(self, marks: Marks, row: Mapping[str, Any] | None) -> None:
        """Say which edits of the chunk wait for the next run."""
        waiting = marks.waiting(row) if row is not None else []
        lines = [
            Content.assemble(
                ("✎ pending ", "$accent"),
                (one.edit.kind, "bold"),
                (f" {one_line(one.edit.value, 120)}" if one.edit.value else "", "$quiet"),
            )
            for one in waiting
        ]
        self.query_one("#detail-edits", Static).update(Content("\n").join(lines))

    def show_lineage(self, lineage: Lineage) -> None:
        """Show a chunk's way; it is asked for only when its tab is open."""
        self.query_one(Way).lineage = lineage

    def on_page_table_chosen(self, message: PageTable.Chosen) -> None:
        message.stop()
        self.post_message(self.Followed(message.row.key))


def _head(row: Mapping[str, Any]) -> Content:
    title = one_line(
        str(row.get("chunk_title") or row.get("title") or row.get("uri") or row["doc_id"]), 200
    )
    place = f"{row['start']:,} – {row['end']:,}"
    figures = [counted(int(row["tokens"]), "token"), place, f"ends at {row['boundary']}"]
    return Content.assemble(
        (title, "bold"),
        "\n",
        (" · ".join(figures), "$quiet"),
        "\n",
        (str(row["chunk_id"]), "$faint"),
    )


def _text(text: str, pattern: re.Pattern[str] | None) -> Content:
    shown = plain(text[:MOST])
    if pattern is not None:
        shown = shown.highlight_regex(pattern, style="bold $accent")
    if len(text) <= MOST:
        return shown
    more = f"\n… {counted(len(text) - MOST, 'more character')}"
    return Content.assemble(shown, (more, "$quiet"))


def _wording(row: Mapping[str, Any]) -> Content:
    """What a person or a segmenter put in place of the text."""
    derived = row.get("derived_text")
    if not derived:
        return Content("")
    return Content.assemble(("stands for it: ", "$quiet"), plain(str(derived)[:MOST]))


def _keywords(keywords: Sequence[ScoredKeyword]) -> Content:
    """Each with its score, how often it stands here, and the parts of its score."""
    lines = []
    for one in keywords:
        figures = f" {one.score:.3g} · {counted(one.times, 'time')}"
        lines.append(Content.assemble((one_line(one.phrase, 80), "bold"), (figures, "$quiet")))
        if one.parts:
            said = " · ".join(f"{name} {value:+.2f}" for name, value in one.parts)
            lines.append(Content.assemble("  ", (one_line(said, 200), "$faint")))
    if lines:
        lines.insert(0, Content.styled("scores of the keywords", "$quiet"))
    return Content("\n").join(lines)


def _facts(row: Mapping[str, Any]) -> dict[str, str]:
    lists = {name: told(row.get(name)) for name in ("keywords", "entities")}
    return {**lists, **columns_of(row), "uri": str(row.get("uri") or "")}
