"""Which ops can follow a cell, and where they would be wired."""

from __future__ import annotations

__all__ = ["Proposal", "Way", "proposals"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from ops.errors import UsageError
from ops.op import Op, Source
from ops.registry import all_ops, op_class
from pipelines.draft.check import Checked
from pipelines.draft.entries import CellEntry
from pipelines.draft.fields import fields_of
from pipelines.file.model import Cell
from pipelines.file.wiring import wire


class Way(StrEnum):
    """How a new cell is wired to the chosen one."""

    AFTER = "after"
    """It reads the chosen cell."""
    BESIDE = "beside"
    """It reads what the chosen cell reads: a branch."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An op at one place: what it would read, who would read it, and why it does not fit."""

    kind: type[Op]
    inputs: tuple[str, ...]
    readers: tuple[str, ...] = ()
    """Cells that read the chosen one and would read the new one instead."""
    params: Mapping[str, Any] = field(default_factory=dict)
    """What it would begin with: of a branch, what it has in common with the cell beside it."""
    misfit: str = ""
    """A fault of the wiring that it would have; it can be inserted all the same."""
    like: str = ""
    """A cell above it that is of its family and makes the same columns: to compare the two, it is
    to stand beside that one, and not below."""


def proposals(checked: Checked, chosen: str | None, way: Way = Way.AFTER) -> tuple[Proposal, ...]:
    """Every op at this place, those that fit first, in the order of the data's way."""
    found = [_proposal(checked, kind, chosen, way) for kind in all_ops().values()]

    def order(proposal: Proposal) -> tuple[bool, bool]:
        late = chosen is not None and issubclass(proposal.kind, Source)
        return bool(proposal.misfit), late

    return tuple(sorted(found, key=order))


def _proposal(checked: Checked, kind: type[Op], chosen: str | None, way: Way) -> Proposal:
    draft = checked.draft
    if issubclass(kind, Source):
        return Proposal(kind, (), params={"path": "."} if kind.name == "load.files" else {})
    if chosen is None:
        return Proposal(kind, (), misfit="there is no cell yet that it could read")
    if way is Way.BESIDE:
        inputs = draft.inputs[draft.cells[chosen]]
        if not inputs:
            return Proposal(kind, (), misfit=f"{chosen} loads documents, and reads no cell")
    else:
        inputs = (chosen,)
    readers = _between(checked, kind, chosen) if way is Way.AFTER else ()
    shared = _shared(kind, draft.cell(draft.cells[chosen])) if way is Way.BESIDE else {}
    like = _like(checked, kind, chosen) if way is Way.AFTER else ""
    return Proposal(kind, inputs, readers, shared, _misfit(checked, kind, inputs), like)


def _like(checked: Checked, kind: type[Op], chosen: str) -> str:
    """The nearest cell above that makes what an op of its family would make again."""
    cells = checked.wiring.cells
    if chosen not in cells:
        return ""
    for name in (chosen, *reversed(checked.wiring.above(chosen))):
        other = type(cells[name].cell.op)
        made = {(frame, column) for frame, each in other.writes.items() for column in each}
        again = {(frame, column) for frame, each in kind.writes.items() for column in each}
        if other.family() == kind.family() and made & again:
            return name
    return ""


def _shared(kind: type[Op], cell: CellEntry) -> dict[str, Any]:
    """The parameters of a cell that mean the same to another op of its family."""
    try:
        other = op_class(cell.op)
    except UsageError:
        return {}
    if other.family() != kind.family():
        return {}
    mine, theirs = ({f.name: f for f in fields_of(each)} for each in (kind, other))
    return {
        name: value
        for name, value in cell.params.items()
        if name in mine and name in theirs and mine[name].limits == theirs[name].limits
    }


def _between(checked: Checked, kind: type[Op], chosen: str) -> tuple[str, ...]:
    """Who is to read the new cell: where it only adds columns, the cells that read the chosen one.

    One that makes new rows, a second segmenter say, is a branch: nobody's rows are changed for
    them. Where several branches begin, none is preferred.
    """
    if any(frame in kind.creates for frame in ("documents", "chunks", "collection")):
        return ()
    draft = checked.draft
    readers = draft.readers(chosen)
    return readers if len(readers) == 1 else ()


def _misfit(checked: Checked, kind: type[Op], inputs: Sequence[str]) -> str:
    known = [cell for cell in checked.model.cells if cell.id in checked.wiring.cells]
    there = {cell.id for cell in known}
    for name in inputs:
        if name not in there:
            return f"{name} has a fault of its own"
    cell = Cell("it", _made(kind), tuple(inputs), line=-1)
    _, problems = wire([*known, cell])
    own = [problem for problem in problems if problem.line == -1]
    return own[0].message.removeprefix("cell 'it': ") if own else ""


def _made(kind: type[Op]) -> Op:
    try:
        return kind()
    except ValidationError:
        return kind.model_construct()
