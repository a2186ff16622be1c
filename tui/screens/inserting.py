"""Which op a new cell has, and where it stands: below the chosen cell, or beside it."""

from __future__ import annotations

__all__ = ["InsertScreen"]

from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message

from pipelines.draft import Draft, edit
from pipelines.draft.propose import Proposal, Way, proposals
from tui.screens.drafting import DraftScreen
from tui.screens.ops import OpScreen


class InsertScreen(DraftScreen):
    """Cells are added to the draft, chosen from all ops there are."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "insert", "Insert", id="build.insert", tooltip="A cell below the chosen one"),
        Binding(
            "b",
            "branch",
            "Branch",
            id="build.branch",
            tooltip="A cell beside the chosen one, with the same input",
        ),
    ]

    class Proposed(Message):
        """The ops that can stand at a place were looked up."""

        def __init__(self, found: tuple[Proposal, ...], screen: OpScreen) -> None:
            super().__init__()
            self.found = found
            self.screen = screen

    def action_insert(self) -> None:
        self._propose(Way.AFTER)

    def action_branch(self) -> None:
        if self.list.chosen is None:
            self.notify("Choose a cell to branch from", markup=False)
        else:
            self._propose(Way.BESIDE)

    def _propose(self, way: Way) -> None:
        if not self.draft.whole:
            self.notify("This file must be mended first: E opens it", markup=False)
            return
        place = self.list.place + 1
        chosen = self.list.chosen
        cell = chosen.id if chosen is not None else self.draft.above(place)
        title, first = "Insert the first cell", "load"
        if cell is not None:
            title = f"Insert below {cell}"
            if way is Way.BESIDE:
                title = f"Branch beside {cell}"
                first = self.draft.cell(self.draft.cells[cell]).op.partition(".")[0]
            else:
                first = ""

        def taken(proposal: Proposal | None) -> None:
            if proposal is not None:
                self._insert(proposal)

        screen = OpScreen(title, first)
        self.app.push_screen(screen, taken)
        self._look_up(way, cell, screen)

    @work(thread=True, exclusive=True, exit_on_error=False, group="propose")
    def _look_up(self, way: Way, cell: str | None, screen: OpScreen) -> None:
        # The modules of ops are imported here, not in the event loop.
        self.post_message(self.Proposed(proposals(self.book.checked, cell, way), screen))

    def on_insert_screen_proposed(self, message: Proposed) -> None:
        if message.screen in self.app.screen_stack:
            message.screen.offer(message.found)

    def _insert(self, proposal: Proposal) -> None:
        place = min(self.list.place + 1, len(self.draft.entries))

        def change() -> Draft:
            return edit.insert_cell(
                self.draft,
                place,
                proposal.kind.name,
                proposal.inputs,
                params=proposal.params,
                readers=proposal.readers,
            )

        self.attempt(change, f"insert {proposal.kind.name}", place)
        if proposal.readers:
            readers = ", ".join(proposal.readers)
            self.notify(f"{readers} reads the new cell now; u undoes", markup=False)
