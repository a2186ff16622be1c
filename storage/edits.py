"""What people changed by hand: events that are only ever added, and what became of each."""

from __future__ import annotations

__all__ = ["KINDS", "Anchor", "Edit", "Edits", "Outcome"]

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import polars as pl

from ops.errors import StoreError
from storage.database import Database
from storage.records import Records

KINDS: Final = (
    "merge",
    "split",
    "retitle",
    "change",
    "drop",
    "pin",
    "annotate",
    "undo",
    "move",
)
"""`undo` takes another event back; `move` says that a document goes on under another id."""

_TRIES: Final = 20

_EVENTS: Final = {
    "key": pl.String(),  # the number, twelve digits wide
    "kind": pl.String(),
    "author": pl.String(),
    "at": pl.Datetime("us", "UTC"),
    "cell": pl.String(),
    "doc_id": pl.String(),
    "uri": pl.String(),
    "value": pl.String(),
    "place": pl.Int64(),
    "anchor": pl.String(),  # JSON
}
_OUTCOMES: Final = {
    "key": pl.String(),
    "state": pl.String(),
    "reason": pl.String(),
    "spans": pl.String(),  # JSON
    "run_id": pl.String(),
    "at": pl.Datetime("us", "UTC"),
}


@dataclass(frozen=True, slots=True)
class Anchor:
    """What an edit holds on to: the exact text it touched, and what tells it from its likes."""

    text: str
    before: str = ""
    """What stood just before it."""
    after: str = ""
    start: int = 0
    """Where it stood, in characters of its document."""
    rank: int = 0
    """How many times the same text came before it in the document."""
    count: int = 1
    """How many times the same text stood in the document."""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing that a person did to a chunk of a segmenter's output."""

    kind: str
    cell: str
    """The segmenter's cell; "" for `move`, which concerns every cell."""
    doc_id: str
    author: str
    anchor: Anchor = Anchor("")
    value: str = ""
    """The title, wording or note; of `undo` the number taken back, of `move` the new doc_id."""
    place: int = 0
    """Of `split`: where, in characters from the beginning of the anchor."""
    uri: str = ""
    """The document's, as it was then."""
    number: int = 0
    """Given by the store: events are applied in its order."""
    at: datetime = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an edit when its document was last cut."""

    number: int
    state: str
    """applied, conflict or undone."""
    reason: str = ""
    """Why it is a conflict."""
    spans: tuple[tuple[int, int], ...] = ()
    """The chunks that it made or touched, in characters of the document."""
    run_id: str = ""
    at: datetime = datetime(1970, 1, 1, tzinfo=UTC)


class Edits:
    """The edits of one notebook, and their outcomes. Safe beside other writers."""

    def __init__(self, database: Database, notebook: str) -> None:
        self._database = database
        self._events = Records(database, f"{notebook}._edits", _EVENTS, "key")
        self._outcomes = Records(database, f"{notebook}._outcomes", _OUTCOMES, "key")

    def all(self) -> list[Edit]:
        """Every event, in the order in which they apply."""
        return [_edit(row) for row in self._events.read().iter_rows(named=True)]

    def add(self, edit: Edit) -> Edit:
        """Append an event, in one commit; gives it back with its number.

        Raises:
            StoreError: the store cannot be written, or is too busy.
        """
        self._database.check_writable()
        for _ in range(_TRIES):
            keys = self._events.read(columns=["key"])["key"]
            numbered = replace(edit, number=int(keys[-1]) + 1 if len(keys) else 1)
            # Of two writers that come to the same number, Lance lets one insert.
            if self._events.insert(pl.DataFrame([_row(numbered)], schema=_EVENTS)):
                return numbered
        raise StoreError("others edit this notebook faster than one can", hint="try again")

    def outcomes(self) -> dict[int, Outcome]:
        """Number of an event → what became of it; those not looked at yet are missing."""
        rows = self._outcomes.read().iter_rows(named=True)
        return {int(row["key"]): _outcome(row) for row in rows}

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Note what became of events, over what was noted before."""
        rows = [
            {
                "key": f"{outcome.number:012}",
                "state": outcome.state,
                "reason": outcome.reason,
                "spans": json.dumps(outcome.spans),
                "run_id": outcome.run_id,
                "at": outcome.at,
            }
            for outcome in outcomes
        ]
        self._outcomes.upsert(pl.DataFrame(rows, schema=_OUTCOMES))


def _row(edit: Edit) -> dict[str, Any]:
    anchor = edit.anchor
    told = [anchor.text, anchor.before, anchor.after, anchor.start, anchor.rank, anchor.count]
    return {
        "key": f"{edit.number:012}",
        "kind": edit.kind,
        "author": edit.author,
        "at": edit.at,
        "cell": edit.cell,
        "doc_id": edit.doc_id,
        "uri": edit.uri,
        "value": edit.value,
        "place": edit.place,
        "anchor": json.dumps(told),
    }


def _edit(row: dict[str, Any]) -> Edit:
    return Edit(
        kind=row["kind"],
        cell=row["cell"],
        doc_id=row["doc_id"],
        author=row["author"],
        anchor=Anchor(*json.loads(row["anchor"])),
        value=row["value"],
        place=row["place"],
        uri=row["uri"],
        number=int(row["key"]),
        at=row["at"],
    )


def _outcome(row: dict[str, Any]) -> Outcome:
    spans = tuple((start, end) for start, end in json.loads(row["spans"]))
    return Outcome(int(row["key"]), row["state"], row["reason"], spans, row["run_id"], row["at"])
