"""Driving the interface in tests."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

from textual import events
from textual.app import App
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.screen import Screen

KEYS: Final = {
    " ": "space",
    ">": "greater_than_sign",
    "<": "less_than_sign",
    ":": "colon",
    ".": "full_stop",
    "'": "apostrophe",
}
"""Names of keys that are not letters."""
CHARACTERS: Final = {name: sign for sign, name in KEYS.items()} | {"slash": "/"}
RESTING: Final = 60.0
"""Seconds after which a program that does not come to rest has a fault."""
SOON: Final = 1.0
"""A timer of so many seconds is not waited for: nobody sees it in a frame."""


async def settle(pilot: Pilot[None]) -> None:
    """Wait until all that was asked for is read and shown.

    Nothing is left to the clock: the program is at rest when no worker works, no message waits or
    is being answered, nothing is to be laid out, drawn or moved, and no timer is about to ring.
    """
    end = time.monotonic() + RESTING
    quiet = 0
    while quiet < 2:
        await asyncio.sleep(0.002)  # the program itself lays out and draws, not the test
        busy = _busy(pilot.app)
        quiet = 0 if busy else quiet + 1
        assert time.monotonic() < end, f"it does not come to rest: {busy}"


def _busy(app: App[None]) -> str:
    """What goes on, if anything does."""
    if app._exit or app._exception is not None or not app.is_running:
        return ""
    if app.screen.query("#splash"):
        return "the notebook is read"
    working = [worker for worker in app.workers if not worker.is_finished]
    if working:
        return f"{working[0].group} works"
    if app.animator._animations or app.animator._scheduled:
        return "something moves"
    pumps: list[MessagePump] = [app, *app._registry]
    return next((said for pump in pumps if (said := _works(pump))), "")


def _works(pump: MessagePump) -> str:
    if not isinstance(pump, App) and (pump._task is None or pump._task.done()):
        return ""
    queue: Any = pump._message_queue
    waits = queue.empty() and any(not one.done() for one in queue.ready_event._waiters)
    if not waits or pump._pending_message is not None or pump._next_callbacks:
        return f"{pump} answers"
    if any(_rings_soon(timer) for timer in pump._timers):
        return f"a timer of {pump} is about to ring"
    drawn = not isinstance(pump, Screen) or not pump.is_current or not _is_dirty(pump)
    return "" if drawn else f"{pump} is to be drawn"


def _is_dirty(screen: Screen[Any]) -> bool:
    moves = screen._layout_required or screen._scroll_required
    if screen is not screen.app.screen:
        # In the background nothing wakes it: it lays itself out whenever the next message comes.
        if moves:
            screen.check_idle()
        return moves
    draws = screen._repaint_required or screen._dirty_widgets or screen._callbacks
    return bool(moves or draws or screen._recompose_required)


def _rings_soon(timer: Any) -> bool:
    runs = timer._task is not None and not timer._task.done() and timer._active.is_set()
    return runs and timer._repeat == 0 and bool(timer._interval < SOON)


async def until(pilot: Pilot[None], holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until this holds; fails after so long that only a fault explains it."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"never came true; the screen is\n{text_of(pilot.app)}"
        await pilot.pause(0.02)
    await pilot.pause()


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys, each after the answer to the one before is shown."""
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


def type_at_once(app: App[None], *keys: str) -> None:
    """Keys that all wait before the program looks at the first one."""
    for key in keys:
        sign = key if len(key) == 1 else None
        app.post_message(events.Key(key, CHARACTERS.get(key, sign)))


async def search(pilot: Pilot[None], question: str) -> None:
    """Type a question on the chunks screen, and wait for its answer."""
    await pilot.press("slash", *question)
    await settle(pilot)


async def search_keys(pilot: Pilot[None], text: str) -> None:
    """Type a text, and wait for its answer."""
    await pilot.press(*(KEYS.get(sign, sign) for sign in text))
    await settle(pilot)


def text_of(app: App[None]) -> str:
    """What stands on the screen, row by row."""
    rows = app.screen._compositor.render_strips(app.size)
    return "\n".join("".join(segment.text for segment in strip) for strip in rows)


def shows(app: App[None], screen: type[Screen[Any]]) -> bool:
    """Whether the screen on top is of this kind."""
    return isinstance(app.screen, screen)
