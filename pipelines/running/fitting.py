"""The parts and the fitted whole of an op that sees every document, brought up to date."""

from __future__ import annotations

__all__ = ["fitted"]

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b

from ops.context import Context
from ops.errors import ChunkbookError, DocumentError
from ops.frames import digest
from ops.op import Fitted
from pipelines.events import CellAdvanced, DocumentFailed
from pipelines.planning.batches import Batches
from pipelines.planning.plan import is_due
from pipelines.running.steps import Step, sizes_of
from storage import FitRow, Part


def fitted(step: Step, ctx: Context, *, refit: bool = False) -> FitRow:
    """The state that the cell's op works with now.

    The documents that changed are summarised, in batches that are committed one by one. The state
    is fitted anew where it is due (`pipelines.planning.plan.is_due`) or asked for, else the one
    before stays, and the documents that changed are counted.

    Args:
        step: with a plan that does not know of a state: its inputs are the documents' own.
    """
    op, cell = step.wired.cell.op, step.id
    assert isinstance(op, Fitted)
    fits = step.workspace.tables.fits
    cells = step.workspace.wiring.cells
    fits.forget_others([name for name, wired in cells.items() if wired.cell.op.sees_all])
    fingerprint = step.plan.fingerprint
    wanted = {name: digest(fingerprint, base or "") for name, base in step.plan.inputs.items()}
    known = fits.inputs(cell)
    stale = sorted(name for name, made_of in wanted.items() if known.get(name) != made_of)
    gone = sorted(set(known) - set(wanted))
    before = fits.fit(cell)
    due = refit or is_due(op, fingerprint, before, len(stale) + len(gone))
    if before is not None and (stale or gone):
        # Counted first: a run that is killed from here on counts some twice, never none.
        before = replace(before, drift=before.drift + len(stale) + len(gone))
        fits.keep(before)
    _summarise(step, op, stale, wanted, ctx)
    fits.forget(cell, gone)
    if before is not None and not due:
        return before
    state = op.fit(fits.parts(cell, sorted(wanted)))
    name = digest(fingerprint, blake2b(state, digest_size=16).hexdigest())
    now = datetime.now(UTC)
    fit = FitRow(cell, fingerprint, name, state, len(wanted), 0, step.run_id, now)
    fits.keep(fit)
    return fit


def _summarise(
    step: Step, op: Fitted, stale: Sequence[str], made_of: Mapping[str, str], ctx: Context
) -> None:
    sizes = sizes_of(step, stale)
    batches = Batches(stale, [sizes.get(name, 0) for name in stale])
    for batch in batches:
        ctx.check()
        parts = _parts(step, op, batch, ctx)
        rows = [Part(name, made_of[name], parts.get(name, b"")) for name in batch]
        step.workspace.tables.fits.put(step.id, rows)
        step.observer(CellAdvanced(step.id, batches.done, len(stale)))


def _parts(step: Step, op: Fitted, documents: Sequence[str], ctx: Context) -> Mapping[str, bytes]:
    """The parts of these documents; one that cannot be summarised is told and adds nothing."""
    failures: dict[str, str] = {}
    try:
        frames = step.workspace.gather(step.wired, documents)
        parts = op.summarise(frames, replace(ctx, failures=failures))
    except Exception as error:
        if isinstance(error, ChunkbookError) and not isinstance(error, DocumentError):
            raise
        if len(documents) > 1:
            return {k: v for name in documents for k, v in _parts(step, op, [name], ctx).items()}
        parts, failures = {}, {documents[0]: " ".join(f"{type(error).__name__}: {error}".split())}
    for name, reason in failures.items():
        step.observer(DocumentFailed(step.id, name, reason))
    return parts
