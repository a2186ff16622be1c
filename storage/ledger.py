"""What was done to each document by each cell: fingerprint, hashes, outcome."""

from __future__ import annotations

__all__ = ["Ledger", "LedgerRow"]

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

import polars as pl

from storage.database import Database
from storage.filters import any_of, equals
from storage.records import Records

_SCHEMA: Final = {
    "key": pl.String(),  # cell/doc_id
    "cell": pl.String(),
    "doc_id": pl.String(),
    "item": pl.String(),
    "fingerprint": pl.String(),
    "input_hash": pl.String(),
    "outcome": pl.String(),
    "reason": pl.String(),
    "run_id": pl.String(),
    "rows": pl.Int64(),
    "seconds": pl.Float64(),
    "outputs": pl.String(),  # JSON
    "at": pl.Datetime("us", "UTC"),
}


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What happened to one document in one cell."""

    cell: str
    doc_id: str
    item: str
    """URI of the source item that the document came from; kept for source cells."""
    fingerprint: str
    """"" while a writer is at it, and after it was killed."""
    input_hash: str
    outcome: str
    """ok or failed."""
    reason: str
    """Why it failed; "" otherwise."""
    run_id: str
    rows: int
    seconds: float
    outputs: Mapping[str, str]
    """"frame.column" → hash of the document's values in it."""
    at: datetime
    """In UTC."""


class Ledger:
    """The ledger of one notebook."""

    def __init__(self, database: Database, notebook: str) -> None:
        self._records = Records(database, f"{notebook}._ledger", _SCHEMA, "key")

    def read(self, documents: Sequence[str] | None = None) -> dict[str, dict[str, LedgerRow]]:
        """Cell → document → row, in the order of their names; of these documents or of all."""
        names = [field.name for field in fields(LedgerRow)]
        found: dict[str, dict[str, LedgerRow]] = {}
        where = None if documents is None else any_of("doc_id", dict.fromkeys(documents))
        read = self._records.read(where, names).sort("cell", "doc_id")
        # All at once: decoding each by itself takes as long as all the rest.
        columns = {name: read[name].to_list() for name in names}
        columns["outputs"] = json.loads(f"[{','.join(columns['outputs'])}]")
        for values in zip(*columns.values(), strict=True):
            row = LedgerRow(*values)
            found.setdefault(row.cell, {})[row.doc_id] = row
        return found

    def record(self, rows: Sequence[LedgerRow]) -> None:
        """Write rows over those of the same cell and document, in one commit."""
        told = [
            {
                "key": f"{row.cell}/{row.doc_id}",
                **{field.name: getattr(row, field.name) for field in fields(row)},
                "outputs": json.dumps(dict(row.outputs), sort_keys=True),
            }
            for row in rows
        ]
        self._records.upsert(pl.DataFrame(told, schema=_SCHEMA))

    def unsettle(self, cell: str, documents: Sequence[str] | None = None) -> None:
        """Take the fingerprint from rows whose data is about to change; no commit without any.

        A row without fingerprint is never fresh. Otherwise, were the writer killed between data
        and ledger, and then its input put back to what it was, the row would vouch for data that
        it has never seen.
        """
        where = self._rows_of(cell, documents) + " AND `fingerprint` != ''"
        self._records.update(where, {"fingerprint": ""})

    def forget(self, cell: str, documents: Sequence[str] | None = None) -> None:
        """Remove the rows of these documents in a cell, or all of the cell's."""
        self._records.delete(self._rows_of(cell, documents))

    def _rows_of(self, cell: str, documents: Sequence[str] | None) -> str:
        where = equals("cell", cell)
        if documents is not None:
            where += " AND " + any_of("doc_id", dict.fromkeys(documents))
        return where
