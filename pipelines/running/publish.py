"""Makes a finished state visible to readers, if it is whole."""

from __future__ import annotations

__all__ = ["is_published", "publish"]

from collections.abc import Callable
from typing import TYPE_CHECKING

from pipelines.edits.book import EditBook
from pipelines.file.wiring import CellWiring
from pipelines.planning.plan import known_of, plan_cell
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from storage import Reader


def publish(
    workspace: Workspace,
    run_id: str,
    edits: EditBook | None = None,
    gate: Callable[[Reader], None] | None = None,
) -> bool:
    """Publish the tables as they are, unless some cell is stale or nothing is new.

    A run of single cells leaves others stale below them; readers keep the last whole state then.

    Args:
        edits: those that the run knew of; an edit made meanwhile waits for the next.
        gate: is shown the whole state as readers would see it, also when nothing is new; it raises
            to keep it from them.
    """
    if _stale(workspace, edits or workspace.edits()):
        return False
    wired = workspace.wiring.cells
    for cell in workspace.tables.ledger():
        if cell not in wired:
            workspace.tables.forget(cell)  # it has left the notebook; its table goes below
    names = {cell: workspace.table_names(w) for cell, w in wired.items()}
    collections = {
        cell: tables["collection"] for cell, tables in names.items() if "collection" in tables
    }
    if gate is not None:
        gate(workspace.tables.candidate(names, collections))
    if all(is_published(workspace, cell) for cell in wired.values()):
        return False
    workspace.tables.publish(run_id, names, collections)
    workspace.tables.upkeep({table for tables in names.values() for table in tables.values()})
    return True


def is_published(workspace: Workspace, cell: CellWiring) -> bool:
    """Whether readers see the cell's tables as they are now."""
    manifest = workspace.tables.latest_manifest()
    if manifest is None:
        return False
    names = workspace.table_names(cell)
    return manifest.cells.get(cell.cell.id) == names and all(
        manifest.tables.get(name) == workspace.tables.version(name) for name in names.values()
    )


def _stale(workspace: Workspace, edits: EditBook) -> bool:
    ledger = workspace.ledger()
    known = {name: known_of(rows) for name, rows in ledger.items()}
    fits = workspace.fits()
    for name, wired in workspace.wiring.cells.items():
        if name not in ledger:
            return True
        fingerprint = workspace.fingerprints[name]
        if wired.cell.is_source:
            if any(row.fingerprint != fingerprint for row in ledger[name].values()):
                return True
        else:
            fit = fits.get(name)
            if wired.cell.op.sees_all and (fit is None or fit.fingerprint != fingerprint):
                return True
            state = fit.hash if fit and wired.cell.op.sees_all else ""
            by_hand = edits.hashes(name)
            rows = ledger[name]
            plan = plan_cell(wired, fingerprint, known, rows, state=state, edits=by_hand)
            if not plan.work.is_empty:
                return True
    return False
