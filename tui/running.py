"""A run that a screen started: its news, and the way to stop it."""

from __future__ import annotations

__all__ = ["RunEnded", "RunNews", "Throttle"]

import time
from collections.abc import Callable
from typing import Final

from textual.message import Message

from pipelines.events import CellAdvanced, Event, RunReport

INTERVAL: Final = 0.05
"""Seconds between two reports of progress."""


class RunNews(Message):
    """Something a run told."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event


class RunEnded(Message):
    """A run is over: with a report, or with the error that ended it."""

    def __init__(self, report: RunReport | None, error: BaseException | None = None) -> None:
        super().__init__()
        self.report = report
        self.error = error


class Throttle:
    """An observer that passes on every event but those of progress that follow too quickly."""

    def __init__(self, send: Callable[[Event], object]) -> None:
        self.send = send
        self._last = 0.0

    def __call__(self, event: Event) -> None:
        if isinstance(event, CellAdvanced) and event.done < event.total:
            now = time.monotonic()
            if now - self._last < INTERVAL:
                return
            self._last = now
        self.send(event)
