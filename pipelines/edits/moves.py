"""Edits follow a document whose file moved with its content."""

from __future__ import annotations

__all__ = ["Movers"]

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from pipelines.edits.book import EditBook
from storage import LedgerRow
from storage.edits import Edit

TEXT = "documents.text"
AUTHOR = "chunkbook"


class Movers:
    """The documents with edits that are gone, each waiting for one that has its text.

    Args:
        gone: documents that their source lists no more.
    """

    def __init__(self, edits: EditBook, rows: Mapping[str, LedgerRow], gone: Iterable[str]) -> None:
        self._rows = rows
        self._concerned = edits.documents()
        self._waiting: dict[str, list[str]] = {}
        self._wait(gone)

    def _wait(self, gone: Iterable[str]) -> None:
        for name in sorted(gone):
            row = self._rows.get(name)
            if name in self._concerned and row is not None and TEXT in row.outputs:
                self._waiting.setdefault(row.outputs[TEXT], []).append(name)

    def found(self, rows: Sequence[LedgerRow], vanished: Iterable[str]) -> list[Edit]:
        """The moves to documents that were just loaded for the first time.

        Args:
            rows: of the documents loaded.
            vanished: documents whose item, loaded again, holds them no more.
        """
        self._wait(vanished)
        moves = []
        for row in sorted(rows, key=lambda row: row.doc_id):
            before = self._rows.get(row.doc_id)
            new = before is None or not before.outputs
            waiting = self._waiting.get(row.outputs.get(TEXT, ""))
            if new and waiting:
                moves.append(
                    Edit("move", "", waiting.pop(0), AUTHOR, value=row.doc_id, at=datetime.now(UTC))
                )
        return moves
