"""What a caller in the same process wants to be told of a Dagster run, and is given back."""

from __future__ import annotations

__all__ = ["Session", "cancelled"]

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event as Flag

from ops.errors import Cancelled
from pipelines.events import Event, Observer, RunReport


@dataclass
class Session:
    """One run. Runs that Dagster itself starts have one that nobody listens to."""

    observer: Observer = lambda event: None
    asked_to_stop: Callable[[], bool] = lambda: False
    report: RunReport | None = None
    error: BaseException | None = None
    """Why it failed, before Dagster wrapped it."""
    _stopped: Flag = field(default_factory=Flag)

    def tell(self, event: Event) -> None:
        self.observer(event)

    def stop(self) -> None:
        """Ask the run to stop at the next document."""
        self._stopped.set()

    def cancelled(self) -> bool:
        return self._stopped.is_set() or self.asked_to_stop()


def cancelled() -> Cancelled:
    """What an interrupt of the process comes to."""
    return Cancelled("cancelled", hint="run again to go on where it stopped")
