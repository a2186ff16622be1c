"""Keys that are typed before what an earlier key opens is there."""

from __future__ import annotations

__all__ = ["AheadApp"]

from collections import deque
from enum import Enum, auto
from time import monotonic
from typing import Any, Final, TypeAlias

from textual import events
from textual.app import App, ScreenStackError
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

from tui.screens.base import BookScreen

Typed: TypeAlias = events.Key | events.Paste

LONGEST: Final = 3.0
"""Seconds after which held keys do not wait for an answer any more: the pane that owes it may have
gone. For what is still opening they do."""


class _Hold(Enum):
    """What held keys wait for."""

    NOTHING = auto()
    RETURN = auto()
    """That those which were on their way to the pane before have come back."""
    OPENING = auto()
    """That the screen has opened what was asked for."""
    TURN = auto()
    """That the one before is answered, and the screen on top has its focus."""


class AheadApp(App[None]):
    """Gives keys to what the key before them opened, in order, however early they come.

    Textual sends a key to the pane that has the focus as soon as it comes; if no one there takes
    it, it comes back to the app, which looks for its binding. What that opens gets the focus later
    still, so that letters typed at once would be looked for among the keys of the screen below.
    Here a key that comes, or comes back, after the place for keys has changed is held until the
    new place is ready, and sent there; those behind it follow one by one. Nothing is held else.
    """

    def __init__(self) -> None:
        super().__init__()
        self._hold = _Hold.NOTHING
        self._returned: deque[Typed] = deque()
        self._arrived: deque[Typed] = deque()
        self._aim: DOMNode = self
        """Where the last key was sent."""
        self._seen: tuple[Screen[Any], Widget | None] | None = None
        """The screen and the pane that keys go to, as they were when the last key came."""
        self._since = 0.0
        """When what is waited for was asked for."""

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, Typed):
            await self._take(event)
        else:
            await super().on_event(event)

    async def _take(self, event: Typed) -> None:
        if self._hold is not _Hold.NOTHING and monotonic() - self._since > LONGEST:
            self._meet()
        returned, opening = event.is_forwarded, self._opening()
        if opening and isinstance(event, events.Key) and event.key in opening.CALL_OFF:
            self._returned.clear()
            self._arrived.clear()
            opening.call_off()
        elif self._hold is _Hold.NOTHING and (opening or self._place_of_keys() != self._seen):
            self._hold = _Hold.RETURN
            self._follow(self._aim)
        if self._hold is _Hold.NOTHING or (returned and self._hold is not _Hold.RETURN):
            await self._give(event)
        else:
            (self._returned if returned else self._arrived).append(event)

    async def _give(self, event: Typed) -> None:
        if not event.is_forwarded:
            self._aim = self.focused or self.screen
        await super().on_event(event)

    def go_on(self) -> None:
        """What a screen was about to open is open, or will not be."""
        if self._hold is _Hold.OPENING:
            self._meet()

    def _place_of_keys(self) -> tuple[Screen[Any], Widget | None] | None:
        try:
            return self.screen, self.focused
        except ScreenStackError:
            return None

    def _opening(self) -> BookScreen | None:
        """The screen on top, if it is about to open something."""
        place = self._place_of_keys()
        screen = place[0] if place is not None else None
        return screen if isinstance(screen, BookScreen) and screen.opening else None

    def _follow(self, node: DOMNode | None) -> None:
        """Go the way that keys come back, behind the last of them."""
        self._since = monotonic()
        while node is not None and node is not self:
            if node.call_later(self._follow, node.parent):
                return
            node = node.parent
        self.call_later(self._meet)

    def _meet(self) -> None:
        """Wait for the screen that is on top now."""
        self._since = monotonic()
        if self._opening() is not None:
            self._hold = _Hold.OPENING
            return
        self._hold = _Hold.TURN
        # Behind its mounting, and behind the focus that it asks the app for as it mounts.
        if not self.screen.call_later(self.call_later, self._send):
            self.call_later(self._send)

    async def _send(self) -> None:
        """Send the next that is held, if any is."""
        self._seen = self._place_of_keys()
        waiting = self._returned or self._arrived
        if not waiting:
            self._hold = _Hold.NOTHING
            return
        event = waiting.popleft()
        if isinstance(event, events.Key):
            await self._give(events.Key(event.key, event.character))
        else:
            await self._give(events.Paste(event.text))
        self._follow(self._aim)
