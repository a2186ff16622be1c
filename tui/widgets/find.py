"""Finding words in a text: a line to type in, and what was found."""

from __future__ import annotations

__all__ = ["MOST", "FindBar", "places_of"]

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

MOST: Final = 10_000
"""Places that are marked."""
PAUSE: Final = 0.08


def places_of(text: str, sought: str) -> list[tuple[int, int]]:
    """Where the words stand, in any case; runs of white space match each other."""
    words = sought.split()
    if not words:
        return []
    pattern = re.compile(r"\s+".join(map(re.escape, words)), re.IGNORECASE)
    found = []
    for match in pattern.finditer(text):
        found.append(match.span())
        if len(found) == MOST:
            break
    return found


class FindBar(Horizontal):
    """Shown while something is sought."""

    class Sought(Message):
        """The words are others."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """The person goes back to the text."""

    def __init__(self) -> None:
        super().__init__()
        self.places: Sequence[tuple[int, int]] = ()
        self.here = -1
        self._later: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static("/", id="find-mark")
        yield Input(placeholder="Find in this text", compact=True, id="find-input")
        yield Static(id="find-count")

    @property
    def text(self) -> str:
        """What is sought."""
        return self.query_one(Input).value.strip()

    def open(self) -> None:
        """Show it, ready for typing."""
        self.display = True
        self.screen.set_focus(self.query_one(Input))

    def close(self) -> None:
        """Hide it, and seek nothing."""
        self.query_one(Input).value = ""
        self.display = False

    def show(self, places: Sequence[tuple[int, int]], offset: int) -> int | None:
        """Take what was found; gives the place to go to: the first from `offset` on."""
        self.places = places
        after = bisect_left(places, (offset, 0))
        self.here = (after if after < len(places) else 0) if places else -1
        return self._say()

    def step(self, by: int) -> int | None:
        """Go on to the next place, or back; round at the ends."""
        if self.places:
            self.here = (self.here + by) % len(self.places)
        return self._say()

    def _say(self) -> int | None:
        many = len(self.places)
        if many:
            more = "+" if many == MOST else ""
            said = f"{self.here + 1:,} of {many:,}{more} "
        else:
            said = "not found " if self.text else ""
        self.query_one("#find-count", Static).update(Content.styled(said, "$quiet"))
        return self.places[self.here][0] if many else None

    def on_input_changed(self, message: Input.Changed) -> None:
        message.stop()
        if self._later is not None:
            self._later.stop()
        self._later = self.set_timer(PAUSE, lambda: self.post_message(self.Sought(self.text)))

    def on_input_submitted(self, message: Input.Submitted) -> None:
        message.stop()
        self.post_message(self.Left())
