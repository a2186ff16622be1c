"""Messages that several widgets and screens send."""

from __future__ import annotations

__all__ = ["Crashed", "ShowLineage", "ShowSource", "report_crash"]

from collections.abc import Mapping
from typing import Any

from textual.dom import DOMNode
from textual.message import Message
from textual.worker import Worker, WorkerState


class Crashed(Message):
    """Something raised in a worker; the app shows it."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class ShowSource(Message):
    """A published chunk is to be shown in its document."""

    def __init__(self, collection: str, row: Mapping[str, Any]) -> None:
        super().__init__()
        self.collection = collection
        self.row = row


class ShowLineage(Message):
    """A published chunk's lineage is to be shown."""

    def __init__(self, chunk_id: str) -> None:
        super().__init__()
        self.chunk_id = chunk_id


def report_crash(node: DOMNode, event: Worker.StateChanged) -> None:
    """Pass on the error of a worker that failed; call it from `on_worker_state_changed`."""
    if event.state is WorkerState.ERROR and event.worker.error is not None:
        node.post_message(Crashed(event.worker.error))
