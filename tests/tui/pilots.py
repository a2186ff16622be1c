"""Driving the interface in tests."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.worker import WorkerCancelled, WorkerFailed

KEYS: Final = {
    " ": "space",
    ">": "greater_than_sign",
    "<": "less_than_sign",
    ":": "colon",
    ".": "full_stop",
    "'": "apostrophe",
}
"""Names of keys that are not letters."""
RESTING: Final = 20.0
"""Seconds that a screen has to read what its cursor stands on."""
STILL: Final = 2
"""Looks in a row at which a screen that stands still is the same."""


async def settle(pilot: Pilot[None], rounds: int = 6) -> None:
    """Wait until what was asked for is read and shown, and the screen stands still."""
    end = time.monotonic() + RESTING
    await _read(pilot, rounds, end)
    before, same = "", 0
    while same < STILL and time.monotonic() < end:
        await _read(pilot, 1, end)
        shown = text_of(pilot.app)
        before, same = shown, same + 1 if shown == before else 0
    await pilot.pause()


async def _read(pilot: Pilot[None], rounds: int, end: float) -> None:
    """Wait until no worker reads, and the screen says that it rests."""
    for _ in range(rounds):
        await pilot.pause(0.01)
        # A worker that a newer one took the place of was cancelled, and what fails is shown.
        with suppress(WorkerCancelled, WorkerFailed):
            await pilot.app.workers.wait_for_complete()
    while time.monotonic() < end and (
        pilot.app.screen.query("#splash") or not getattr(pilot.app.screen, "resting", True)
    ):
        await pilot.pause(0.01)


async def until(pilot: Pilot[None], holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until this holds; fails after so long that only a fault explains it."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"never came true; the screen is\n{text_of(pilot.app)}"
        await pilot.pause(0.02)
    await pilot.pause()


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys, each after the answer to the one before, and wait until the last is shown."""
    for key in keys[:-1]:
        await pilot.press(key)
        await _read(pilot, 3, time.monotonic() + RESTING)
        await pilot.pause()
    await pilot.press(*keys[-1:])
    await settle(pilot, 3)


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
