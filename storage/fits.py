"""What ops that see every document keep: a part for each document, and the fitted whole."""

from __future__ import annotations

__all__ = ["FitRow", "Fits", "Part"]

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Final

import polars as pl

from storage.database import Database
from storage.filters import any_of, literal
from storage.records import Records

_PARTS: Final = {
    "key": pl.String(),  # cell and document
    "cell": pl.String(),
    "doc_id": pl.String(),
    "input": pl.String(),  # what it was made of: fingerprint and input hash
    "part": pl.Binary(),
}
_FITS: Final = {
    "cell": pl.String(),
    "fingerprint": pl.String(),
    "hash": pl.String(),
    "state": pl.Binary(),
    "documents": pl.Int64(),
    "drift": pl.Int64(),
    "run_id": pl.String(),
    "at": pl.Datetime("us", "UTC"),
}
_AT_ONCE: Final = 2_000
"""Parts read in one go while a whole is fitted."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one document adds to the whole. Empty where the document could not be summarised."""

    doc_id: str
    input: str
    part: bytes


@dataclass(frozen=True, slots=True)
class FitRow:
    """The fitted whole of one cell."""

    cell: str
    fingerprint: str
    hash: str
    """Names the state by its content."""
    state: bytes
    documents: int
    """How many it was fitted on."""
    drift: int
    """How many have been added, changed or deleted since; never too few."""
    run_id: str
    at: datetime


class Fits:
    """Parts and fitted wholes of one notebook's cells."""

    def __init__(self, database: Database, notebook: str) -> None:
        self._parts = Records(database, f"{notebook}._parts", _PARTS, "key")
        self._fits = Records(database, f"{notebook}._fits", _FITS, "cell")

    def fits(self) -> dict[str, FitRow]:
        """Cell → its fitted whole, without the state's bytes."""
        names = [name for name in _FITS if name != "state"]
        rows = self._fits.read(columns=names)
        return {row["cell"]: FitRow(**row, state=b"") for row in rows.iter_rows(named=True)}

    def fit(self, cell: str) -> FitRow | None:
        """A cell's fitted whole, with its state."""
        rows = self._fits.read(f"cell = {literal(cell)}")
        return FitRow(**rows.row(0, named=True)) if len(rows) else None

    def keep(self, fit: FitRow) -> None:
        """Write a cell's fitted whole over the one before."""
        row = {field.name: getattr(fit, field.name) for field in fields(fit)}
        self._fits.upsert(pl.DataFrame([row], schema=_FITS))

    def inputs(self, cell: str) -> dict[str, str]:
        """Document → what its part was made of."""
        rows = self._parts.read(f"cell = {literal(cell)}", ["doc_id", "input"])
        return dict(rows.iter_rows())

    def parts(self, cell: str, documents: Sequence[str]) -> Iterator[bytes]:
        """The parts of these documents, in their order, a few thousand in memory at a time."""
        for start in range(0, len(documents), _AT_ONCE):
            some = documents[start : start + _AT_ONCE]
            keys = [_key(cell, name) for name in some]
            rows = self._parts.read(any_of("key", keys), ["doc_id", "part"])
            found: dict[str, bytes] = dict(rows.iter_rows())
            yield from (found[name] for name in some if found.get(name))

    def put(self, cell: str, parts: Sequence[Part]) -> None:
        """Write parts over those of the same documents."""
        rows = [{"key": _key(cell, part.doc_id), "cell": cell, **asdict(part)} for part in parts]
        self._parts.upsert(pl.DataFrame(rows, schema=_PARTS))

    def forget(self, cell: str, documents: Sequence[str]) -> None:
        """Remove the parts of these documents."""
        if documents:
            self._parts.delete(any_of("key", [_key(cell, name) for name in documents]))

    def forget_others(self, cells: Sequence[str]) -> None:
        """Remove what belongs to cells other than these."""
        where = f"NOT ({any_of('cell', list(cells))})" if cells else "true"
        self._parts.delete(where)
        self._fits.delete(where)


def _key(cell: str, document: str) -> str:
    return f"{cell}/{document}"
