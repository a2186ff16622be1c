"""What is right and what is wrong in a draft, cell by cell."""

from __future__ import annotations

__all__ = ["Checked", "check", "check_params"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from ops.errors import Problem
from ops.op import Op
from pipelines.draft.draft import Draft
from pipelines.draft.entries import CellEntry, FaultEntry, NoteEntry, read_block
from pipelines.file.model import Cell, Model, Note, Questions, Schedule
from pipelines.file.parse import Reading, fault_said
from pipelines.file.thresholds import read_questions, settled
from pipelines.file.wiring import Wiring, wire


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft and what came of checking it.

    `model` has the cells that are right and whose inputs are right: they can be looked at and
    previewed whatever else is wrong. Problems are by the place of their entry.
    """

    draft: Draft
    model: Model
    wiring: Wiring
    problems: Mapping[int, tuple[Problem, ...]]
    general: tuple[Problem, ...] = ()
    """What is wrong with the file outside its cells."""
    blocked: Mapping[int, str] = field(default_factory=dict)
    """Cells that are right themselves → the cell with a fault that they wait for."""

    @property
    def is_right(self) -> bool:
        """Whether the file can be run."""
        return not self.problems and not self.general

    @property
    def first_problem(self) -> Problem | None:
        """The one to mend first."""
        found = [*self.general, *(p for _, ps in sorted(self.problems.items()) for p in ps)]
        return found[0] if found else None

    def new_problems(self, before: Checked) -> tuple[Problem, ...]:
        """What is wrong here and was not before, wherever it stood."""
        old = {p.message for ps in before.problems.values() for p in ps}
        return tuple(
            p for _, ps in sorted(self.problems.items()) for p in ps if p.message not in old
        )


def check(draft: Draft) -> Checked:
    """Check every cell, and the wiring of those that are right."""
    if not draft.whole:
        model = Model(draft.path.stem, draft.path, ())
        return Checked(draft, model, Wiring({}), {}, (_why_not(draft.text),), {})
    head, tail = draft.blocks.head, draft.blocks.tail
    name, schedule, questions, general = _frame(head, tail, draft.path)
    above, between = head.count("\n"), "".join(draft.blocks.blocks).count("\n")
    general = tuple(replace(p, line=p.line + between) if p.line > above else p for p in general)
    if questions is not None and questions.line > above:
        questions = replace(questions, line=questions.line + between)
    problems: dict[int, list[Problem]] = {}
    cells: dict[int, Cell] = {}
    notes: dict[int, Note] = {}
    for place, entry in enumerate(draft.entries):
        line = draft.blocks.line_of(place)
        match entry:
            case NoteEntry(text):
                notes[place] = Note(text, line)
            case FaultEntry(problem):
                problems[place] = [replace(problem, line=line + problem.line - 1)]
            case CellEntry():
                cell, found = _cell(draft, place, line)
                if found:
                    problems[place] = found
                if cell is not None and not found:
                    cells[place] = cell
    wired = _wired(draft, cells, problems)
    right = {place: cell for place, cell in cells.items() if cell.id in wired.cells}
    blocked = _blocked(cells, right, problems, draft)
    if not draft.entries or (not draft.cells and not problems):
        general = (*general, Problem("there is no cell yet", hint="press i to insert one"))
    placed: dict[int, Cell | Note] = {**right, **notes}
    entries = tuple(placed[place] for place in sorted(placed))
    if not problems and not general:
        # A cell with a fault may be the one that is asked.
        questions, found = settled(questions, list(right.values()))
        general = tuple(found)
    model = Model(name, draft.path, entries, schedule, questions)
    told = {place: tuple(found) for place, found in sorted(problems.items())}
    return Checked(draft, model, wired, told, general, blocked)


def check_params(kind: type[Op], params: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with the parameters of an op: field → why; "" for all together."""
    reading = Reading()
    values = {name: reading.expand(value, (0, 0)) for name, value in params.items()}
    if reading.problems:
        names = [n for n, v in params.items() if "${" in str(v)]
        return {names[0] if names else "": str(reading.problems[0])}
    try:
        kind(**values)
    except ValidationError as error:
        found: dict[str, str] = {}
        for fault in error.errors():
            field = str(fault["loc"][0]) if fault["loc"] else ""
            found.setdefault(field, fault_said(fault))
        return found
    return {}


def _cell(draft: Draft, place: int, line: int) -> tuple[Cell | None, list[Problem]]:
    _, given = read_block(draft.blocks.blocks[place])
    assert given is not None
    reading = Reading()
    at = (given.lc.line or 0) + 1, (given.lc.col or 0) + 1
    cell = reading.cell(given, draft.above(place), at)
    found = [replace(problem, line=line + problem.line - 1) for problem in reading.problems]
    if cell is not None:
        cell = replace(cell, line=line + cell.line - 1)
    return cell, found


def _wired(draft: Draft, cells: Mapping[int, Cell], problems: dict[int, list[Problem]]) -> Wiring:
    """The wiring of as many cells as can be wired; the faults of the others are added."""
    known = {entry.id for entry in draft.entries if isinstance(entry, CellEntry)}
    left = dict(cells)
    seen: dict[str, int] = {}
    for place, cell in list(left.items()):
        if cell.id in seen:
            message = f"two cells are called {cell.id!r}; the other is on line {seen[cell.id]}"
            problems.setdefault(place, []).append(Problem(message, cell.line, cell.column))
            del left[place]
        seen.setdefault(cell.id, cell.line)
    while True:
        there = {cell.id for cell in left.values()}
        waiting = [
            place
            for place, cell in left.items()
            if any(name in known and name not in there for name in cell.inputs)
        ]
        for place in waiting:
            del left[place]
        if waiting:
            continue
        wired, found = wire(list(left.values()))
        if wired is not None:
            return wired
        lines = {cell.line: place for place, cell in left.items()}
        for problem in found:
            place = lines[problem.line]
            problems.setdefault(place, []).append(problem)
            left.pop(place, None)


def _blocked(
    cells: Mapping[int, Cell],
    right: Mapping[int, Cell],
    problems: Mapping[int, Sequence[Problem]],
    draft: Draft,
) -> dict[int, str]:
    faulty = {
        entry.id
        for place, entry in enumerate(draft.entries)
        if isinstance(entry, CellEntry) and place in problems
    }
    blocked: dict[int, str] = {}
    waiting = {place: cell for place, cell in cells.items() if place not in right}
    reached = {name: name for name in faulty}
    for _ in range(len(waiting)):
        for place, cell in waiting.items():
            why = next((reached[name] for name in cell.inputs if name in reached), None)
            if place not in problems and why is not None and place not in blocked:
                blocked[place] = why
                reached.setdefault(cell.id, why)
    return blocked


@lru_cache(maxsize=64)
def _frame(
    head: str, tail: str, path: Path
) -> tuple[str, Schedule | None, Questions | None, tuple[Problem, ...]]:
    """The name, the schedule, the questions, and what is wrong with what stands around cells."""
    reading = Reading()
    try:
        root = YAML(typ="rt").load(head + tail)
    except YAMLError as error:
        return path.stem, None, None, (_yaml_problem(error),)
    if not isinstance(root, CommentedMap):
        problem = Problem("a notebook is a mapping with `name` and `cells`", 1, 1)
        return path.stem, None, None, (problem,)
    name = reading.name(root, path)
    schedule, questions = reading.schedule(root), read_questions(root, reading)
    return name, schedule, questions, tuple(reading.problems)


def _why_not(text: str) -> Problem:
    try:
        YAML(typ="rt").load(text)
    except YAMLError as error:
        return _yaml_problem(error)
    return Problem("a notebook is a mapping with a list of `cells`", 1, 1)


def _yaml_problem(error: YAMLError) -> Problem:
    if isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        if mark is not None:
            said = str(error.problem or error.context or error)
            return Problem(f"not valid YAML: {said}", mark.line + 1, mark.column + 1)
    return Problem(f"not valid YAML: {error}")
