"""The draft that a screen shows: every change is a step that can be undone."""

from __future__ import annotations

__all__ = ["DraftScreen"]

from collections.abc import Callable

from ops.errors import UsageError
from pipelines.draft import Draft, History
from tui.book import Book
from tui.screens.runs import RunScreen
from tui.widgets.cells import CellList
from tui.widgets.plain import one_line


class DraftScreen(RunScreen):
    """A screen over a notebook's draft, with its cells in a list."""

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self._can: tuple[bool, ...] = ()
        """What the footer said could be done."""

    @property
    def list(self) -> CellList:
        return self.query_one(CellList)

    @property
    def draft(self) -> Draft:
        return self.book.history.draft

    def do(self, draft: Draft, said: str, choose: int | None = None, key: str = "") -> None:
        """Go on with another draft, as one step that can be undone."""
        history = self.book.history.do(draft, said, key)
        if history is not self.book.history:
            self.take(history, choose)

    def take(self, history: History, choose: int | None = None) -> None:
        """Show the draft of a history."""
        checked = self.book.revise(history)
        self.list.set_draft(checked, choose)
        self.refresh_footer()
        self.draft_changed()

    def refresh_footer(self) -> None:
        """Draw the footer anew if something else can be done now; it is slow to draw."""
        history = self.book.history
        can = (bool(history.past), bool(history.future), self.book.dirty)
        if can != self._can:
            self._can = can
            self.refresh_bindings()

    def draft_changed(self) -> None:
        """The draft is another."""

    def attempt(self, change: Callable[[], Draft], said: str, choose: int | None = None) -> None:
        """Make a change, or say why it cannot be made."""
        try:
            draft = change()
        except UsageError as error:
            self.notify(one_line(f"{error.message}. {error.hint}"), severity="error", markup=False)
        else:
            self.do(draft, said, choose)
