"""Carries a plan out: cell by cell, in batches, each committed with its ledger rows last."""

from __future__ import annotations

__all__ = ["Options", "run"]

import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from ops.context import Context
from ops.errors import Cancelled, ChecksFailed, ChunkbookError, SourceError, UsageError
from ops.op import Listing
from ops.registry import suggest
from pipelines.cell.recut import cutter_for
from pipelines.edits.book import EditBook
from pipelines.events import (
    CellFinished,
    CellReport,
    CellStarted,
    Measured,
    MeasureReport,
    Observer,
    Published,
    RunReport,
)
from pipelines.file.wiring import CellWiring
from pipelines.looking.asked import measure
from pipelines.planning.plan import CellPlan, Known, known_of, only, plan_cell, plan_source
from pipelines.running.fitting import fitted
from pipelines.running.publish import is_published, publish
from pipelines.running.report import report
from pipelines.running.steps import Step, load_items, transform
from pipelines.workspace import Workspace
from storage import RunRecord

if TYPE_CHECKING:
    from storage import Reader


@dataclass(frozen=True, slots=True)
class Options:
    """How to run.

    `cells`: only these (what they read must be there already); None means all. `retry`: take
    documents that failed before up again. `allow_empty`: believe a source that suddenly lists
    nothing. `refit`: fit what ops fit on all documents anew. `documents`: of cells that have
    inputs, do these documents only (by doc_id).
    """

    cells: tuple[str, ...] | None = None
    retry: bool = False
    allow_empty: bool = False
    refit: bool = False
    documents: tuple[str, ...] | None = None
    run_id: str = ""


def run(
    workspace: Workspace,
    options: Options = Options(),
    observer: Observer = lambda event: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> RunReport:
    """Bring the notebook's tables up to date and publish them.

    A run that is killed goes on where it stopped when it is started again: a batch is committed
    with its ledger rows last, so at most one batch is done twice.

    Raises:
        LeaseError: another run of this notebook is going on.
        SourceError: a source cannot be listed; nothing was changed.
        ChecksFailed: rows broke a blocking check; they were not written, nothing was published.
        Cancelled: the run was asked to stop; what is done is kept.
    """
    started = time.monotonic()
    run_id = options.run_id or uuid4().hex
    wanted = _selection(workspace, options.cells)
    record = RunRecord(run_id, datetime.now(UTC), None, "running", ())
    holder = f"{socket.gethostname()}:{os.getpid()} running {workspace.model.name}"
    reports: list[CellReport] = []
    with workspace.tables.lease(holder):
        workspace.tables.start_run(record)
        outcome = "failed"
        published = False
        measured: list[MeasureReport] = []
        try:
            edits = workspace.edits()
            for done in _cells(workspace, wanted, options, run_id, observer, cancelled, edits):
                reports.append(done)
                observer(CellFinished(done))
            _raise_on_checks(reports)
            gate = None
            if workspace.model.questions is not None:
                gate = partial(_ask, workspace, observer, cancelled, measured)
            if publish(workspace, run_id, edits, gate):
                published = True
                observer(Published(run_id))
            outcome = "ok"
        except (Cancelled, KeyboardInterrupt):
            outcome = "cancelled"
            raise
        finally:
            told = tuple(cell.as_json() for cell in reports)
            finished = replace(record, ended=datetime.now(UTC), outcome=outcome, cells=told)
            workspace.tables.finish_run(finished)
    seconds = time.monotonic() - started
    return RunReport(
        workspace.model.name, run_id, seconds, tuple(reports), published, tuple(measured)
    )


def _selection(workspace: Workspace, cells: Sequence[str] | None) -> list[CellWiring]:
    known = workspace.wiring.cells
    for name in cells or ():
        if name not in known:
            raise UsageError(f"there is no cell {name!r}", hint=suggest(name, list(known)))
    return [wired for name, wired in known.items() if cells is None or name in cells]


def _cells(
    workspace: Workspace,
    wanted: Sequence[CellWiring],
    options: Options,
    run_id: str,
    observer: Observer,
    cancelled: Callable[[], bool],
    edits: EditBook,
) -> Iterator[CellReport]:
    ledger = workspace.ledger()
    known: dict[str, Known] = {name: known_of(rows) for name, rows in ledger.items()}
    # Listed before anything is touched: a source that is away must change nothing.
    listings = {w.cell.id: workspace.listing(w) for w in wanted if w.cell.is_source}
    for name, listing in listings.items():
        if not listing.items and ledger.get(name) and not options.allow_empty:
            raise SourceError(
                f"cell {name!r} lists no documents, but had {len(ledger[name])} before",
                hint="if they are really gone, run again with --allow-empty",
            )
    for wired in wanted:
        name = wired.cell.id
        began = time.monotonic()
        rows = ledger.setdefault(name, {})
        fingerprint = workspace.fingerprints[name]
        if wired.cell.is_source:
            plan = plan_source(wired, fingerprint, listings[name], rows, retry=options.retry)
        else:
            _have_inputs(wired, known)
            by_hand = edits.hashes(name)
            plan = plan_cell(wired, fingerprint, known, rows, retry=options.retry, edits=by_hand)
        step = Step(workspace, wired, plan, workspace.ready(wired), rows, run_id, observer, edits)
        state = b""
        if wired.cell.op.sees_all:
            observer(CellStarted(name, wired.cell.op.name, len(plan.inputs)))
            fit = fitted(step, _context(step, cancelled), refit=options.refit)
            state = fit.state
            plan = plan_cell(
                wired,
                fingerprint,
                known,
                rows,
                retry=options.retry,
                state=fit.hash,
                edits=edits.hashes(name),
            )
            step = replace(step, plan=plan)
        if options.documents is not None and not wired.cell.is_source:
            plan = only(plan, options.documents)
            step = replace(step, plan=plan)
        observer(CellStarted(name, wired.cell.op.name, len(plan.work.todo)))
        ctx = replace(_context(step, cancelled), state=state)
        tally = _carry_out(step, listings.get(name), ctx)
        known[name] = known_of(step.rows)
        yield report(step, tally, time.monotonic() - began)


def _have_inputs(wired: CellWiring, known: Mapping[str, Known]) -> None:
    missing = [origin for origin in wired.origins if origin not in known]
    if missing:
        message = f"cell {wired.cell.id!r} reads from {missing[0]!r}, which has not run yet"
        raise UsageError(message, hint=f"run {missing[0]!r} first, or the whole notebook")


def _context(step: Step, cancelled: Callable[[], bool]) -> Context:
    cutter = cutter_for(step.wired, step.workspace.wiring)
    ctx = replace(step.workspace.context(step.wired), cancelled=cancelled, cutter=cutter)
    ctx.check()
    return ctx


def _carry_out(step: Step, listing: Listing | None, ctx: Context) -> Mapping[str, int]:
    plan: CellPlan = step.plan
    tally = load_items(step, listing.items, ctx) if listing is not None else transform(step, ctx)
    # A run killed between its last batch and this leaves work that no ledger row tells of.
    if not (plan.work.is_empty and is_published(step.workspace, step.wired)):
        _finish(step, ctx)
    return tally


def _finish(step: Step, ctx: Context) -> None:
    try:
        step.wired.cell.op.finish(ctx)
    except ChunkbookError:
        raise
    except Exception as error:
        cell, op = step.wired.cell.id, step.wired.cell.op.name
        raise UsageError(f"cell {cell!r} ({op}) could not finish: {error}") from error


def _ask(
    workspace: Workspace,
    observer: Observer,
    cancelled: Callable[[], bool],
    measured: list[MeasureReport],
    reader: Reader,
) -> None:
    """Put the notebook's own questions to what is about to be published."""
    questions = workspace.model.questions
    assert questions is not None
    ctx = Context(workspace.resources(), workspace.model.base, cancelled=cancelled)
    measured += measure(workspace, reader, ctx)
    observer(Measured(questions.collection, tuple(measured)))
    bad = [report for report in measured if report.blocks]
    if bad:
        raise ChecksFailed(
            f"the questions in {questions.file} are not found well enough in "
            f"{questions.collection!r}, so nothing was published: {bad[0]}",
            hint="mend the cells above it, or change `block` in the notebook's `questions`",
        )


def _raise_on_checks(reports: Sequence[CellReport]) -> None:
    broken = [(cell, check) for cell in reports for check in cell.checks if not check.passed]
    if broken:
        cell, check = broken[0]
        raise ChecksFailed(
            f"cell {cell.id!r} broke the check {check.name} in {check.failed} documents, "
            f"so nothing was published: {check.example}",
            hint="change the cell's parameters or leave the documents out, and run again",
        )
