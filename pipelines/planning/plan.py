"""What must run and why: pure functions of notebook, ledger and source listing."""

from __future__ import annotations

__all__ = [
    "CellPlan",
    "Known",
    "Work",
    "diff",
    "is_due",
    "known_of",
    "only",
    "plan_cell",
    "plan_notebook",
    "plan_source",
]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, TypeAlias

from ops.frames import digest, doc_id
from ops.op import Fitted, Listing, Op
from pipelines.edits.book import EditBook
from pipelines.file.wiring import CellWiring, Wiring
from pipelines.planning.hashes import input_hash
from storage import FitRow, LedgerRow

NONE: Final[Mapping[str, str]] = MappingProxyType({})
Rows: TypeAlias = Mapping[str, LedgerRow]
Known: TypeAlias = Mapping[str, Mapping[str, str] | None]
"""doc_id → its column hashes at one cell; None while they are to be computed."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a cell has to do, by document (for a source: by item)."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    """Failed before, with the same input; not tried again unless asked to."""

    @property
    def todo(self) -> tuple[str, ...]:
        """What must be computed, in a defined order."""
        return tuple(sorted((*self.added, *self.changed)))

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.changed or self.deleted)


@dataclass(frozen=True, slots=True)
class CellPlan:
    """The work of one cell, and the fingerprint and input hashes that it will be recorded with."""

    cell: str
    op: str
    fingerprint: str
    work: Work
    inputs: Mapping[str, str | None]
    """Document (or item) → input hash (or signature); None when it depends on work above."""
    refit: bool = False
    """Whether what the cell fitted on all documents is to be fitted anew, for all of them."""
    passed_over: Mapping[str, int] = field(default_factory=dict)
    """Of a source: what lies there and cannot be read: kind → how many."""


def diff(
    rows: Rows, wanted: Mapping[str, str | None], fingerprint: str, *, retry: bool = False
) -> Work:
    """Compare what is recorded with what is wanted.

    Args:
        rows: what the ledger has, by document or item.
        wanted: what there is now, with the hash of its input; None when that is not known yet.
        retry: take what failed before up again.
    """
    added, changed, unchanged, failed = [], [], [], []
    for name, hashed in wanted.items():
        row = rows.get(name)
        if row is None:
            added.append(name)
        elif hashed is None or row.fingerprint != fingerprint or row.input_hash != hashed:
            changed.append(name)
        elif row.outcome == "ok":
            unchanged.append(name)
        elif retry:
            changed.append(name)
        else:
            failed.append(name)
    deleted = [name for name in rows if name not in wanted]
    return Work(*(tuple(sorted(n)) for n in (added, changed, unchanged, deleted, failed)))


def plan_source(
    wired: CellWiring,
    fingerprint: str,
    listing: Listing,
    rows: Rows,
    *,
    retry: bool = False,
) -> CellPlan:
    """The work of a source, by item URI.

    A run that was killed may have left documents of one item with different signatures; such an
    item is loaded again.
    """
    by_item: dict[str, LedgerRow] = {}
    torn = set()
    for row in rows.values():
        have = by_item.setdefault(row.item, row)
        if (have.input_hash, have.fingerprint) != (row.input_hash, row.fingerprint):
            torn.add(row.item)
    wanted: dict[str, str | None] = {item.uri: item.signature for item in listing.items}
    work = diff(by_item, wanted, fingerprint, retry=retry)
    if torn := {name for name in work.unchanged if name in torn}:
        work = Work(
            work.added,
            tuple(sorted((*work.changed, *torn))),
            tuple(name for name in work.unchanged if name not in torn),
            work.deleted,
            work.failed,
        )
    name = wired.cell.op.name
    return CellPlan(wired.cell.id, name, fingerprint, work, wanted, passed_over=listing.passed_over)


def plan_cell(
    wired: CellWiring,
    fingerprint: str,
    known: Mapping[str, Known],
    rows: Rows,
    *,
    retry: bool = False,
    state: str | None = "",
    edits: Mapping[str, str] = NONE,
) -> CellPlan:
    """The work of a cell that has inputs, by document.

    Args:
        known: for every cell it reads from, the documents there with their column hashes.
        state: for an op that sees all documents, the hash of what it fitted on them; None when
            that is to be fitted anew.
        edits: document → hash of the edits by hand that hold there.
    """
    origins = wired.origins
    present = set(known[origins[0]])
    for origin in origins[1:]:
        present &= set(known[origin])
    wanted = {
        document: input_hash(wired, {origin: known[origin][document] for origin in origins})
        for document in sorted(present)
    }
    for document, edited in edits.items():
        if document in wanted:
            base = wanted[document]
            wanted[document] = base and digest(base, edited)
    if state is None:
        wanted = dict.fromkeys(wanted)
    elif state:
        wanted = {name: base and digest(base, state) for name, base in wanted.items()}
    work = diff(rows, wanted, fingerprint, retry=retry)
    name = wired.cell.op.name
    return CellPlan(wired.cell.id, name, fingerprint, work, wanted, refit=state is None)


def only(plan: CellPlan, documents: Sequence[str]) -> CellPlan:
    """The plan for these documents alone; the others are left as they are."""
    work, chosen = plan.work, frozenset(documents)
    left = [name for name in (*work.changed, *work.deleted) if name not in chosen]
    limited = Work(
        tuple(name for name in work.added if name in chosen),
        tuple(name for name in work.changed if name in chosen),
        tuple(sorted((*work.unchanged, *left))),
        tuple(name for name in work.deleted if name in chosen),
        work.failed,
    )
    return replace(plan, work=limited)


def is_due(op: Op, fingerprint: str, fit: FitRow | None, more: int) -> bool:
    """Whether the state of an op that sees all documents must be fitted anew.

    Args:
        more: documents changed since, besides those that the fit has counted.
    """
    assert isinstance(op, Fitted)
    if fit is None or fit.fingerprint != fingerprint:
        return True
    drift = fit.drift + more
    return drift > op.refit * fit.documents


def known_of(rows: Rows) -> Known:
    """The documents that a cell hands on: those it has rows for, failed ones left out.

    A source that failed to read a document again keeps its last good rows; the ledger row then
    has both a failure and column hashes. An item without documents has neither.
    """
    return {name: row.outputs for name, row in rows.items() if row.outputs}


def predict(plan: CellPlan, rows: Rows, *, source: bool) -> Known:
    """What a cell will hand on after its work, as far as can be said before."""
    if source:
        stay = set(plan.work.unchanged) | set(plan.work.failed)
        known = {n: r.outputs for n, r in rows.items() if r.item in stay and r.outputs}
        redo = set(plan.work.changed)
        again = {name: None for name, row in rows.items() if row.item in redo and row.outputs}
        fresh = {doc_id(uri): None for uri in plan.work.added}
        return {**known, **again, **fresh}
    known = {name: rows[name].outputs for name in plan.work.unchanged}
    return {**known, **dict.fromkeys(plan.work.todo)}


def _plan_cell(
    wired: CellWiring,
    fingerprint: str,
    known: Mapping[str, Known],
    rows: Rows,
    fit: FitRow | None,
    retry: bool,
    edits: Mapping[str, str],
) -> CellPlan:
    if not wired.cell.op.sees_all:
        return plan_cell(wired, fingerprint, known, rows, retry=retry, edits=edits)
    state = fit.hash if fit and fit.fingerprint == fingerprint else None
    plan = plan_cell(wired, fingerprint, known, rows, retry=retry, state=state, edits=edits)
    more = len(plan.work.todo) + len(plan.work.deleted)
    if state is not None and is_due(wired.cell.op, fingerprint, fit, more):
        return plan_cell(wired, fingerprint, known, rows, retry=retry, state=None)
    return plan


def plan_notebook(
    wiring: Wiring,
    fingerprints: Mapping[str, str],
    listings: Mapping[str, Listing],
    ledger: Mapping[str, Rows],
    fits: Mapping[str, FitRow] | None = None,
    edits: EditBook | None = None,
    *,
    retry: bool = False,
) -> tuple[CellPlan, ...]:
    """What a run would do, cell by cell.

    An upper bound: a document whose text turns out unchanged stops the work below it early.
    """
    edits = edits or EditBook()
    known: dict[str, Known] = {}
    plans = []
    for name, wired in wiring.cells.items():
        rows = ledger.get(name, {})
        if wired.cell.is_source:
            plan = plan_source(wired, fingerprints[name], listings[name], rows, retry=retry)
        else:
            fit = (fits or {}).get(name)
            by_hand = edits.hashes(name)
            plan = _plan_cell(wired, fingerprints[name], known, rows, fit, retry, by_hand)
        known[name] = predict(plan, rows, source=wired.cell.is_source)
        plans.append(plan)
    return tuple(plans)
