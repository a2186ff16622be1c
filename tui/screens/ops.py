"""Which op a new cell is to have: a list that is searched as one types, with the docs beside."""

from __future__ import annotations

__all__ = ["OpScreen"]

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.fuzzy import Matcher
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from pipelines.draft.propose import Proposal
from tui.screens.opdoc import op_page
from tui.widgets.plain import plain
from tui.widgets.table import Column, PageTable, Row


class OpScreen(ModalScreen[Proposal | None]):
    """Gives the op that was chosen, wired as it says; None for escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Not now", key_display="esc", id="ops.no"),
        Binding("up", "move(-1)", "Up", show=False, priority=True, id="ops.up"),
        Binding("down", "move(1)", "Down", show=False, priority=True, id="ops.down"),
        Binding("pageup", "scroll(-8)", "Docs up", show=False, priority=True, id="ops.docs-up"),
        Binding(
            "pagedown", "scroll(8)", "Docs down", show=False, priority=True, id="ops.docs-down"
        ),
    ]

    def __init__(self, title: str, first: str = "") -> None:
        super().__init__()
        self.heading = title
        self.proposals: Sequence[Proposal] = ()
        self.found: list[Proposal] = []
        self.first = first
        """The family that is put first."""
        self._ready = False

    def compose(self) -> ComposeResult:
        with Vertical(id="ops", classes="dialog") as dialog:
            dialog.border_title = plain(self.heading)
            dialog.border_subtitle = "enter inserts · page down reads on · esc leaves"
            yield Input(placeholder="Search ops by name or purpose", compact=True, id="ops-input")
            with Horizontal(id="ops-body"):
                yield PageTable(Column("Op"), empty="looking …", tag="ops-table")
                with VerticalScroll(id="ops-doc", can_focus=False):
                    yield Static(id="ops-page")

    def on_mount(self) -> None:
        self._ready = True
        self._search("")
        self.query_one(Input).focus()

    def offer(self, proposals: Sequence[Proposal]) -> None:
        """Show the ops there are, once they are looked up: what is typed meanwhile counts."""
        self.proposals = proposals
        if self._ready:
            self._search(self.query_one(Input).value)

    def _search(self, text: str) -> None:
        self.found = self._matching(text.strip())
        rows = [
            Row(each.kind.name, (each.kind.name,), alarm=bool(each.misfit)) for each in self.found
        ]
        empty = "no op says that" if self.proposals else "looking …"
        self.query_one("#ops-table", PageTable).reset(len(rows), rows, empty=empty)

    def _matching(self, text: str) -> list[Proposal]:
        if not text:
            return sorted(self.proposals, key=lambda p: (bool(p.misfit), not self._is_first(p)))
        matcher = Matcher(text)
        scored = []
        for place, each in enumerate(self.proposals):
            score = 2 * matcher.match(each.kind.name)
            if text.lower() in each.kind.doc().lower():
                score = max(score, 0.5)
            if score > 0:
                scored.append((bool(each.misfit), -score, place, each))
        return [each for _, _, _, each in sorted(scored, key=lambda s: s[:3])]

    def _is_first(self, proposal: Proposal) -> bool:
        return proposal.kind.family() == self.first

    def on_input_changed(self, message: Input.Changed) -> None:
        self._search(message.value)

    def on_input_submitted(self) -> None:
        self._take(self.query_one("#ops-table", PageTable).cursor)

    def on_page_table_highlighted(self, message: PageTable.Highlighted) -> None:
        chosen = next(
            (p for p in self.found if message.row and p.kind.name == message.row.key), None
        )
        if chosen is not None:
            self.query_one("#ops-page", Static).update(op_page(chosen))
            self.query_one("#ops-doc").scroll_home(animate=False)

    def on_page_table_chosen(self, message: PageTable.Chosen) -> None:
        self._take([p.kind.name for p in self.found].index(message.row.key))

    def _take(self, place: int) -> None:
        if 0 <= place < len(self.found):
            self.dismiss(self.found[place])

    def action_move(self, by: int) -> None:
        self.query_one("#ops-table", PageTable).action_move(by)

    def action_scroll(self, by: int) -> None:
        self.query_one("#ops-doc").scroll_relative(y=by, animate=False)

    def action_leave(self) -> None:
        self.dismiss(None)
