"""What would be redone if a parameter were another: a plan over a notebook that nobody wrote."""

from __future__ import annotations

__all__ = ["Redo", "changed", "what_if"]

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from ops.errors import UsageError
from ops.registry import suggest
from pipelines.file.model import Cell, Model
from pipelines.file.wiring import wire
from pipelines.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Redo:
    """What a run would do in one cell."""

    cell: str
    op: str
    documents: int
    """To be computed; an upper bound, since what turns out unchanged stops the work below it."""
    kept: int
    seconds: float
    """What these documents took when they were last computed, in this cell."""


def what_if(workspace: Workspace, cell: str, changes: Mapping[str, Any]) -> tuple[Redo, ...]:
    """The work of a run in every cell, if these parameters of a cell were set so.

    Nothing is run and nothing is written.

    Args:
        changes: parameter → value.

    Raises:
        UsageError: there is no such cell or parameter, or the value is out of its bounds.
    """
    draft = changed(workspace.model, cell, changes)
    ledger = workspace.tables.ledger()
    found = []
    for plan in Workspace(draft, read_only=True).plan():
        rows = ledger.get(plan.cell, {})
        work = plan.work
        todo = set(work.todo)
        source = draft.cell(plan.cell).is_source
        seconds = sum(
            row.seconds for name, row in rows.items() if (row.item if source else name) in todo
        )
        kept = len(work.unchanged) + len(work.failed)
        found.append(Redo(plan.cell, plan.op, len(todo), kept, seconds))
    return tuple(found)


def changed(model: Model, cell: str, changes: Mapping[str, Any]) -> Model:
    """The notebook with these parameters of a cell set so; the file stays as it is.

    Raises:
        UsageError: there is no such cell or parameter, or the value is out of its bounds.
    """
    known = {one.id: one for one in model.cells}
    if cell not in known:
        raise UsageError(f"there is no cell {cell!r}", hint=suggest(cell, list(known)))
    op = known[cell].op
    for name in changes:
        if name not in type(op).model_fields:
            hint = suggest(name, list(type(op).model_fields))
            raise UsageError(f"{op.name} has no parameter {name!r}", hint=hint)
    given = {name: getattr(op, name) for name in op.model_fields_set}
    try:
        other = type(op)(**{**given, **changes})
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in error.errors()]
        raise UsageError(f"{op.name}: {'; '.join(faults)}") from None
    entries = tuple(
        replace(entry, op=other) if isinstance(entry, Cell) and entry.id == cell else entry
        for entry in model.entries
    )
    draft = replace(model, entries=entries)
    _, problems = wire(draft.cells)
    if problems:
        raise UsageError(str(problems[0]))
    return draft
