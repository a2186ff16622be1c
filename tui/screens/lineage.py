"""Where a chunk comes from and what it has in every table; what changed; what would be redone."""

from __future__ import annotations

__all__ = ["LineageScreen"]

import json
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import polars as pl
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Static, TabbedContent, TabPane
from textual.worker import get_current_worker

from ops.errors import ChunkbookError, UsageError
from pipelines.diff import RunDiff
from pipelines.looking.lineage import Lineage
from pipelines.looking.whatif import Redo
from storage import Manifest
from tui.book import Book
from tui.messages import ShowLineage
from tui.screens.base import BookScreen
from tui.screens.wording import WordingScreen
from tui.tracing import changes_table, redo_table, way_table
from tui.widgets.changes import Placed, change_rows, changes_of, told_change
from tui.widgets.facts import Facts, told
from tui.widgets.figures import count, counted, moment, seconds
from tui.widgets.header import TopLine
from tui.widgets.keybar import KeyBar
from tui.widgets.plain import one_line, plain
from tui.widgets.steps import facts_of, place_of, step_rows
from tui.widgets.table import Column, PageTable, Row


class LineageScreen(BookScreen):
    """Three views: a chunk's way, what changed between two runs, what a parameter would cost."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "tab('way')", "Way", id="lineage.way", tooltip="From the file to the chunk"),
        Binding("v", "tab('runs')", "Between runs", id="lineage.runs", tooltip="What changed"),
        Binding("i", "tab('whatif')", "What if", id="lineage.whatif", tooltip="What it would cost"),
        Binding("x", "base", "Compare with", show=False, id="lineage.base", tooltip="This state"),
        Binding("o", "app.go('chunks')", "Chunks", id="lineage.chunks"),
    ]

    class Traced(Message):
        """A chunk's lineage was read."""

        def __init__(self, lineage: Lineage) -> None:
            super().__init__()
            self.lineage = lineage

    class Listed(Message):
        """The published states that are kept, newest first."""

        def __init__(self, states: Sequence[Manifest]) -> None:
            super().__init__()
            self.states = states

    class Compared(Message):
        """What changed between two states."""

        def __init__(
            self,
            found: RunDiff | None,
            said: str = "",
            changes: Sequence[Placed] = (),
            rows: Sequence[Row] = (),
        ) -> None:
            super().__init__()
            self.found = found
            self.said = said
            self.changes = changes
            self.rows = rows

    class Reckoned(Message):
        """What would be redone; or why that cannot be said."""

        def __init__(self, said: str, redo: Sequence[Redo]) -> None:
            super().__init__()
            self.said = said
            self.redo = redo

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.lineage: Lineage | None = None
        self.reckoned: tuple[str, Sequence[Redo]] = ("", ())
        """What was last asked of a parameter, and the answer."""
        self.states: Sequence[Manifest] = ()
        self.changes: Sequence[Placed] = ()
        """Between the two states compared."""
        self.base: str | None = None
        """The run compared with; None for the one before the chosen."""

    def compose(self) -> ComposeResult:
        yield TopLine(self.book.model.name, "lineage")
        with TabbedContent(initial="lineage-way"):
            with TabPane("Way", id="lineage-way"), Horizontal():
                with Vertical(classes="panel left"):
                    yield Static(id="way-place")
                    yield PageTable(
                        Column("Cell"),
                        Column("Op", 18, quiet=True),
                        Column("Rows", 6, right=True),
                        Column("When", 12, quiet=True, spare=True),
                        tag="steps",
                        empty="choose a chunk on its screen and press L",
                    )
                with VerticalScroll(classes="panel right"):
                    yield Facts(limit=2_000)
            with TabPane("Between runs", id="lineage-runs"), Horizontal():
                with Vertical(classes="panel left"):
                    yield PageTable(
                        Column("", 1),
                        Column("Run", 10),
                        Column("Published"),
                        tag="states",
                        empty="nothing is published yet",
                    )
                with Vertical(classes="panel right"):
                    yield PageTable(
                        Column("", 9),
                        Column("Document", 24, quiet=True, spare=True),
                        Column("Text"),
                        tag="changes",
                        empty="no chunk differs",
                    )
                    with VerticalScroll(id="change-detail"):
                        yield Static(id="change-said")
            with TabPane("What if", id="lineage-whatif"), Horizontal():
                with Vertical(classes="panel left"):
                    yield PageTable(
                        Column("Cell", 12, quiet=True),
                        Column("Parameter"),
                        Column("Is now"),
                        tag="parameters",
                    )
                with Vertical(classes="panel right"):
                    yield Static(id="redo-said")
                    yield PageTable(
                        Column("Cell"),
                        Column("Redo", 7, right=True),
                        Column("Keep", 7, right=True, quiet=True),
                        Column("Took", 9, right=True, quiet=True),
                        tag="redo",
                        empty="enter sets the chosen parameter, for this reckoning only",
                    )
        yield KeyBar()

    def on_mount(self) -> None:
        titles = ("From file to chunk", "Step", "States", "Changes", "Parameters", "Redone")
        for panel, title in zip(self.query(".panel"), titles, strict=True):
            panel.border_title = title
        self._show_parameters()

    def on_screen_resume(self) -> None:
        if self.book.seen is not None:
            self.query_one(TopLine).show(self.book.seen)
        self._list()
        self._show_parameters()
        chosen = self.book.chunk_id
        if chosen and (self.lineage is None or self.lineage.chunk_id != chosen):
            self._trace(chosen, may_be_gone=True)

    def on_show_lineage(self, message: ShowLineage) -> None:
        message.stop()
        self.action_tab("way")
        self._trace(message.chunk_id)

    @work(thread=True, exclusive=True, exit_on_error=False, group="trace")
    def _trace(self, chunk_id: str, *, may_be_gone: bool = False) -> None:
        try:
            lineage = self.book.lineage(chunk_id)
        except UsageError:
            if may_be_gone:  # a run since has left it out
                return
            raise
        if not get_current_worker().is_cancelled:
            self.post_message(self.Traced(lineage))

    def on_lineage_screen_traced(self, message: Traced) -> None:
        lineage = self.lineage = message.lineage
        self.query_one("#way-place", Static).update(place_of(lineage))
        rows = step_rows(lineage)
        self.query_one("#steps", PageTable).reset(len(rows), rows, cursor=len(rows) - 1)
        if self.query_one(TabbedContent).active == "lineage-way":
            self.query_one("#steps").focus()

    @work(thread=True, exclusive=True, exit_on_error=False, group="states")
    def _list(self) -> None:
        from pipelines.looking.view import has_store

        workspace = self.book.workspace
        states = workspace.tables.manifests()[::-1] if has_store(workspace) else []
        self.post_message(self.Listed(states))

    def on_lineage_screen_listed(self, message: Listed) -> None:
        if [state.number for state in self.states] != [state.number for state in message.states]:
            self.states = message.states
            self._show_states()

    def _show_states(self) -> None:
        rows = [
            Row(
                state.run_id,
                (
                    "◆" if state.run_id == self.base else "",
                    state.run_id[:10],
                    moment(state.at) + (" · held" if state.held else ""),
                ),
            )
            for state in self.states
        ]
        table = self.query_one("#states", PageTable)
        table.reset(len(rows), rows, cursor=table.cursor)

    def action_base(self) -> None:
        """Compare with the chosen state from now on; once more: with the one before."""
        table = self.query_one("#states", PageTable)
        row = table.row(table.cursor)
        if row is not None:
            self.base = None if self.base == row.key else row.key
            self._show_states()

    def on_page_table_highlighted(self, message: PageTable.Highlighted) -> None:
        row = message.row
        match message.table.id:
            case "steps":
                known = self.lineage is not None and row is not None
                shown = facts_of(self.lineage, int(row.key)) if known else {}  # type: ignore[arg-type, union-attr]
                self.query_one("#lineage-way Facts", Facts).show(shown)
            case "states" if row is not None:
                self._compare_with(row.key)
            case "changes":
                said = told_change(self.changes[int(row.key)]) if row else plain("")
                self.query_one("#change-said", Static).update(said)

    def _compare_with(self, run_id: str) -> None:
        names = list(dict.fromkeys(state.run_id for state in self.states))
        place = names.index(run_id)
        before = self.base if self.base in names else None
        if before is None and place + 1 < len(names):
            before = names[place + 1]
        if before is None:
            self.post_message(self.Compared(None, "the first state that is kept"))
        else:
            self._compare(before, run_id)

    @work(thread=True, exclusive=True, exit_on_error=False, group="compare")
    def _compare(self, before: str, after: str) -> None:
        from pipelines.diff import diff_runs

        try:
            found = diff_runs(self.book.workspace, before, after)
        except ChunkbookError as error:
            self.post_message(self.Compared(None, error.message))
        else:
            changes = changes_of(found)
            self.post_message(self.Compared(found, "", changes, change_rows(changes)))

    def on_lineage_screen_compared(self, message: Compared) -> None:
        found, rows = message.found, message.rows
        self.changes = message.changes
        table = self.query_one("#changes", PageTable)
        panel = table.parent
        assert isinstance(panel, Vertical)
        if found is None:
            panel.border_title = "Changes"
        else:
            since = f"{found.before[:10]} → {found.after[:10]}"
            panel.border_title = f"{counted(len(rows), 'change')} · {since}"
        table.reset(len(rows), rows, empty=one_line(message.said) or "no chunk differs")

    def _show_parameters(self) -> None:
        rows = [
            Row(
                f"{cell.id}.{name}",
                (cell.id, name.replace("_", " "), one_line(told(value) or "none", 60)),
            )
            for cell in self.book.model.cells
            for name, value in cell.op.model_dump(mode="json").items()
        ]
        table = self.query_one("#parameters", PageTable)
        if [row.cells for row in rows] != [
            known.cells for n in range(table.total) if (known := table.row(n))
        ]:
            table.reset(len(rows), rows, cursor=table.cursor)

    def on_page_table_chosen(self, message: PageTable.Chosen) -> None:
        if message.table.id != "parameters":
            return
        cell, _, name = message.row.key.partition(".")
        now = self.book.model.cell(cell).op.model_dump(mode="json")[name]

        def reckon(text: str | None) -> None:
            if text is not None:
                self._reckon(cell, name, text)

        title = f"{cell}: if {name.replace('_', ' ')} were"
        before = now if isinstance(now, str) else _yaml(now)
        self.app.push_screen(WordingScreen(title, before, lines=False), reckon)

    @work(thread=True, exclusive=True, exit_on_error=False, group="reckon")
    def _reckon(self, cell: str, name: str, text: str) -> None:
        from pipelines.looking.apply import value_of
        from pipelines.looking.whatif import what_if

        said = f"{cell}: {name} = {text}"
        try:
            redo = what_if(self.book.workspace, cell, {name: value_of(text)})
        except UsageError as error:
            self.post_message(self.Reckoned(error.message, ()))
        else:
            self.post_message(self.Reckoned(said, redo))

    def on_lineage_screen_reckoned(self, message: Reckoned) -> None:
        self.reckoned = message.said, message.redo
        self.query_one("#redo-said", Static).update(plain(one_line(message.said, 300), "bold"))
        rows = [
            Row(one.cell, (one.cell, count(one.documents), count(one.kept), seconds(one.seconds)))
            for one in message.redo
        ]
        empty = "nothing" if message.redo else "that cannot be"
        self.query_one("#redo", PageTable).reset(len(rows), rows, empty=empty)

    def exported(self) -> tuple[str, Callable[[], pl.DataFrame] | None]:
        """The way with all that is known of it, the changes in full, or what would be redone."""
        match name := self.query_one(TabbedContent).active.removeprefix("lineage-"):
            case "runs":
                changes = self.changes
                return name, lambda: changes_table(changes)
            case "whatif":
                reckoned = self.reckoned
                return name, lambda: redo_table(*reckoned)
        lineage = self.lineage
        return name, (lambda: way_table(lineage)) if lineage is not None else None

    def action_tab(self, name: str) -> None:
        self.query_one(TabbedContent).active = f"lineage-{name}"
        first = {"way": "#steps", "runs": "#states", "whatif": "#parameters"}[name]
        self.query_one(first).focus()


def _yaml(value: Any) -> str:
    """As it is written in a notebook."""
    return json.dumps(value, ensure_ascii=False)
