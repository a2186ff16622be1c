"""Which column of which cell each cell reads.

Pure: from cells to a `Wiring`, or to the problems that forbid one.
"""

from __future__ import annotations

__all__ = ["CellWiring", "Wiring", "wire"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from ops.errors import Problem, UsageError
from ops.frames import PRIMARY, Schema, keys
from ops.registry import suggest
from pipelines.edits.columns import widened
from pipelines.file.model import Cell


@dataclass(frozen=True, slots=True)
class Offer:
    """What a cell hands on of one frame: who made the rows, who wrote each column."""

    creator: str
    columns: Mapping[str, tuple[str, pl.DataType]]


@dataclass(frozen=True, slots=True)
class CellWiring:
    """One cell, with the origin of all it reads and the tables it writes."""

    cell: Cell
    reads: Mapping[str, Mapping[str, str]]
    """Frame → column → the cell that wrote it; key columns are not listed."""
    creators: Mapping[str, str]
    """Frame → the cell that made its rows, for every frame it reads."""
    outputs: Mapping[str, Schema]
    """Frame → all columns of the table it writes, keys first."""

    @property
    def origins(self) -> tuple[str, ...]:
        """Every cell it reads from, in the order first named."""
        named = [*self.creators.values()]
        named += [writer for columns in self.reads.values() for writer in columns.values()]
        return tuple(dict.fromkeys((*self.cell.inputs, *named)))


@dataclass(frozen=True, slots=True)
class Wiring:
    """Every cell in an order in which inputs come before what reads them."""

    cells: Mapping[str, CellWiring]

    def below(self, cell_id: str) -> tuple[str, ...]:
        """The cells that depend on this one, nearest first."""
        reached = {cell_id}
        found = []
        for name, wired in self.cells.items():
            if name != cell_id and reached & set(wired.origins):
                reached.add(name)
                found.append(name)
        return tuple(found)

    def above(self, cell_id: str) -> tuple[str, ...]:
        """The cells that this one depends on, in running order."""
        wanted = set(self.cells[cell_id].origins)
        for name in reversed(list(self.cells)):
            if name in wanted:
                wanted.update(self.cells[name].origins)
        return tuple(name for name in self.cells if name in wanted)


def wire(cells: Sequence[Cell]) -> tuple[Wiring | None, tuple[Problem, ...]]:
    """The wiring, or all the problems found."""
    problems = _names(cells)
    if problems:
        return None, tuple(problems)
    ordered, cycle = _order(cells)
    if cycle:
        return None, (cycle,)
    offers: dict[str, Mapping[str, Offer]] = {}
    wired: dict[str, CellWiring] = {}
    for cell in ordered:
        if any(above not in offers for above in cell.inputs):
            continue  # its input is wrong already; one problem is enough
        merged, found = _merge(cell, [(above, offers[above]) for above in cell.inputs])
        if not found:
            try:
                wired[cell.id] = _read(cell, merged)
            except UsageError as error:
                found = [
                    Problem(
                        f"cell {cell.id!r}: {error.message}", cell.line, cell.column, error.hint
                    )
                ]
        if found:
            problems += found
            continue
        offers[cell.id] = _hand_on(cell, merged, wired[cell.id].outputs)
    return (None, tuple(problems)) if problems else (Wiring(wired), ())


def _names(cells: Sequence[Cell]) -> list[Problem]:
    problems = []
    seen: dict[str, int] = {}
    known = [cell.id for cell in cells]
    for cell in cells:
        if cell.id in seen:
            message = f"two cells are called {cell.id!r}; the other is on line {seen[cell.id]}"
            problems.append(Problem(message, cell.line, cell.column))
        seen[cell.id] = cell.line
        if cell.is_source and cell.inputs:
            message = f"cell {cell.id!r}: {cell.op.name} loads documents, it takes no input"
            problems.append(Problem(message, cell.line, cell.column, "remove `input`"))
        if not cell.is_source and not cell.inputs:
            message = f"cell {cell.id!r}: {cell.op.name} needs an input, and no cell is above it"
            problems.append(Problem(message, cell.line, cell.column, "begin with a load.* cell"))
        problems += [
            Problem(
                f"cell {cell.id!r} takes its input from {name!r}, which does not exist",
                cell.line,
                cell.column,
                suggest(name, [other for other in known if other != cell.id]),
            )
            for name in cell.inputs
            if name not in known
        ]
    return problems


def _order(cells: Sequence[Cell]) -> tuple[list[Cell], Problem | None]:
    """Reading order, bent only as far as inputs demand; or the cycle that forbids it."""
    left = list(cells)
    done: set[str] = set()
    ordered = []
    while left:
        ready = next((cell for cell in left if done.issuperset(cell.inputs)), None)
        if ready is None:
            return [], _cycle(left)
        left.remove(ready)
        done.add(ready.id)
        ordered.append(ready)
    return ordered, None


def _cycle(left: Sequence[Cell]) -> Problem:
    by_id = {cell.id: cell for cell in left}
    path = [left[0].id]
    while True:
        nearest = next(name for name in by_id[path[-1]].inputs if name in by_id)
        if nearest in path:
            circle = path[path.index(nearest) :]
            circle.reverse()
            first = next(cell for cell in left if cell.id in circle)
            begin = circle.index(first.id)
            arrows = " → ".join([*circle[begin:], *circle[:begin], first.id])
            message = f"the cells read each other in a circle: {arrows}"
            hint = "change the `input` of one of them"
            return Problem(message, first.line, first.column, hint)
        path.append(nearest)


def _merge(
    cell: Cell, above: Sequence[tuple[str, Mapping[str, Offer]]]
) -> tuple[dict[str, Offer], list[Problem]]:
    merged: dict[str, Offer] = {}
    problems = []
    for _, offers in above:
        for frame, offer in offers.items():
            have = merged.get(frame)
            if have is None:
                merged[frame] = offer
                continue
            if have.creator != offer.creator:
                message = (
                    f"cell {cell.id!r} joins the {frame} of two cells, {have.creator!r} and "
                    f"{offer.creator!r}; they are different rows"
                )
                hint = "give each its own branch, down to an index of its own"
                problems.append(Problem(message, cell.line, cell.column, hint))
                continue
            columns = dict(have.columns)
            for column, (writer, dtype) in offer.columns.items():
                other = columns.setdefault(column, (writer, dtype))[0]
                if other != writer:
                    message = (
                        f"cell {cell.id!r}: both {other!r} and {writer!r} write {frame}.{column}"
                    )
                    problems.append(
                        Problem(message, cell.line, cell.column, "take one of them as input")
                    )
            merged[frame] = Offer(have.creator, columns)
    return merged, problems


def _read(cell: Cell, offers: Mapping[str, Offer]) -> CellWiring:
    available = {frame: tuple(offer.columns) for frame, offer in offers.items()}
    chosen = cell.op.inputs(available)
    absent = [frame for frame in chosen if frame not in offers]
    if absent:
        raise UsageError(f"{cell.op.name} reads {absent[0]}, which no input has")
    reads = {
        frame: {column: offers[frame].columns[column][0] for column in columns}
        for frame, columns in chosen.items()
    }
    schemas: dict[str, Schema] = {
        frame: {
            **{key: pl.String() for key in keys(frame)},
            **{column: offers[frame].columns[column][1] for column in columns},
        }
        for frame, columns in chosen.items()
    }
    creators = {frame: offers[frame].creator for frame in chosen}
    outputs = widened(cell.op, cell.op.outputs(schemas))
    return CellWiring(cell, reads, creators, outputs)


def _hand_on(
    cell: Cell, offers: Mapping[str, Offer], outputs: Mapping[str, Schema]
) -> dict[str, Offer]:
    handed = dict(offers)
    for frame, schema in outputs.items():
        written = {
            column: (cell.id, dtype)
            for column, dtype in schema.items()
            if column not in keys(frame)
        }
        if frame in cell.op.creates:
            handed[frame] = Offer(cell.id, written)
            if frame in ("documents", "chunks"):
                handed = _without_derived(handed, frame)
        else:
            handed[frame] = Offer(handed[frame].creator, {**handed[frame].columns, **written})
    return handed


def _without_derived(handed: Mapping[str, Offer], made: str) -> dict[str, Offer]:
    """New chunks part with what hung on the old ones."""
    of_chunks = ("mentions", "measures", "collection")
    derived = {"documents": tuple(PRIMARY), "chunks": of_chunks}[made]
    return {
        frame: offer for frame, offer in handed.items() if frame == made or frame not in derived
    }
