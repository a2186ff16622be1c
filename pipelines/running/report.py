"""What a cell's ledger and tables say after its work."""

from __future__ import annotations

__all__ = ["report"]

from collections.abc import Mapping

from pipelines.cell.quality import checks_of, failed_check
from pipelines.events import CellReport, CheckReport
from pipelines.planning.hashes import table_hash
from pipelines.running.steps import Step
from pipelines.workspace import main_frame


def report(step: Step, tally: Mapping[str, int], seconds: float) -> CellReport:
    """The report of one cell.

    Args:
        tally: documents added, changed, unchanged, deleted and failed in this run.
    """
    op = step.wired.cell.op
    failed = {name: row for name, row in sorted(step.rows.items()) if row.outcome == "failed"}
    uris = _uris(step, list(failed))
    checks = []
    for check in checks_of(op):
        broken = [row.reason for row in failed.values() if failed_check(row.reason) == check.name]
        example = broken[0].partition(": ")[2] if broken else ""
        checks.append(CheckReport(check.name, check.description, len(broken), example))
    return CellReport(
        id=step.id,
        op=op.name,
        added=tally["added"],
        changed=tally["changed"],
        unchanged=tally["unchanged"],
        deleted=tally["deleted"],
        failed=tally["failed"],
        rows=step.workspace.tables.count(step.names[main_frame(step.wired)]),
        seconds=seconds,
        fingerprint=step.plan.fingerprint,
        content=table_hash((n, row.outputs) for n, row in step.rows.items() if row.outputs),
        failures={uris.get(name, name): row.reason for name, row in failed.items()},
        checks=tuple(checks),
        passed_over=step.plan.passed_over,
    )


def _uris(step: Step, documents: list[str]) -> dict[str, str]:
    """doc_id → URI, as far as a source above (or this one) knows it."""
    if not documents:
        return {}
    if step.wired.cell.is_source:
        return {name: step.rows[name].item for name in documents}
    found: dict[str, str] = {}
    for name in step.workspace.wiring.above(step.id):
        wired = step.workspace.wiring.cells[name]
        if wired.cell.is_source:
            table = step.workspace.table_names(wired)["documents"]
            read = step.workspace.tables.read(table, documents=documents, columns=["doc_id", "uri"])
            found |= dict(read.iter_rows())
    return found
