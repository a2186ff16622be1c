"""A notebook file to a `Model`; every mistake with its line and column."""

from __future__ import annotations

__all__ = ["Reading", "fault_said", "parse", "read"]

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from ops.errors import NotebookError, Problem, UsageError
from ops.op import Op
from ops.registry import op_class, suggest
from pipelines.file.cron import is_cron
from pipelines.file.model import Cell, Model, Note, Schedule
from pipelines.file.places import key_at, value_at
from pipelines.file.thresholds import read_questions, settled
from pipelines.file.wiring import wire

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
TOP = ("name", "cells", "schedule", "questions")
CELL = ("id", "op", "input", "params")


def read(path: Path) -> Model:
    """Read and check a notebook file.

    Raises:
        NotebookError: the file cannot be read, or is wrong; lists every problem.
    """
    shown = str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        hint = "`chunkbook new DIR` makes one"
        raise NotebookError(shown, (Problem("there is no such file", hint=hint),)) from None
    except UnicodeDecodeError as error:
        problem = Problem(f"not UTF-8 (byte {error.start}); save it as UTF-8")
        raise NotebookError(shown, (problem,)) from None
    except OSError as error:
        problem = Problem(f"cannot be read: {error.strerror}")
        raise NotebookError(shown, (problem,)) from None
    return parse(text, path)


def parse(text: str, path: Path) -> Model:
    """Check the text of a notebook file; `path` gives its place, and its name if it has none.

    Raises:
        NotebookError: lists every problem.
    """
    shown = str(path)
    try:
        root = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        said = str(error.problem or error.context or error)
        lines = text.splitlines()
        variable = 0 < line <= len(lines) and "${" in lines[line - 1]
        hint = 'inside { } write "${NAME}" in quotes' if variable else ""
        problem = Problem(f"not valid YAML: {said}", line, column, hint)
        raise NotebookError(shown, (problem,)) from None
    except YAMLError as error:
        raise NotebookError(shown, (Problem(f"not valid YAML: {error}"),)) from None
    except RecursionError:
        problem = Problem("not a notebook: lists or mappings within each other without end")
        raise NotebookError(shown, (problem,)) from None
    found = Reading()
    model = found.model(root, path)
    if not found.problems:
        found.problems += wire(model.cells)[1]
        questions, problems = settled(model.questions, model.cells)
        model = replace(model, questions=questions)
        found.problems += problems
    if found.problems:
        raise NotebookError(shown, tuple(sorted(found.problems, key=lambda p: (p.line, p.column))))
    return model


class Reading:
    """Goes through a loaded file, or a part of it, and gathers what is wrong with it."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, message: str, at: tuple[int, int], hint: str = "") -> None:
        self.problems.append(Problem(message, at[0], at[1], hint))

    def model(self, root: Any, path: Path) -> Model:
        if not isinstance(root, CommentedMap):
            hint = "see `chunkbook new --help`"
            self.wrong("a notebook is a mapping with `name` and `cells`", (1, 1), hint)
            return Model(_stem(path), path, ())
        name = self.name(root, path)
        cells = root.get("cells")
        entries: tuple[Cell | Note, ...] = ()
        if isinstance(cells, CommentedSeq) and cells:
            entries = tuple(self.entries(cells))
        else:
            self.wrong("`cells` must be a list with at least one cell", value_at(root, "cells"))
        questions = read_questions(root, self)
        return Model(name, path, entries, self.schedule(root), questions)

    def name(self, root: CommentedMap, path: Path) -> str:
        """The notebook's name, once its top keys are found to be known."""
        self.only(root, TOP, "a notebook")
        name = root.get("name", _stem(path))
        if not (isinstance(name, str) and NAME.fullmatch(name)):
            hint = "lower-case letters, digits and _, a letter first"
            self.wrong(f"{name!r} cannot be a notebook's name", value_at(root, "name"), hint)
            return "notebook"
        return name

    def only(self, given: CommentedMap, known: tuple[str, ...], where: str) -> None:
        for key in given:
            if key not in known:
                hint = suggest(str(key), list(known))
                self.wrong(f"{where} has no {str(key)!r}", key_at(given, key), hint)

    def schedule(self, root: CommentedMap) -> Schedule | None:
        given = root.get("schedule")
        if given is None:
            return None
        if isinstance(given, str):
            given = CommentedMap({"cron": given})
        if not isinstance(given, CommentedMap):
            self.wrong("`schedule` is a mapping with `cron`", value_at(root, "schedule"))
            return None
        self.only(given, ("cron", "timezone"), "a schedule")
        cron, zone = given.get("cron"), given.get("timezone", "UTC")
        if not (isinstance(cron, str) and is_cron(cron)):
            hint = 'five fields, like "0 2 * * *"'
            self.wrong(f"{cron!r} is not a cron schedule", value_at(root, "schedule"), hint)
            return None
        if not (isinstance(zone, str) and _is_zone(zone)):
            self.wrong(f"there is no time zone {zone!r}", value_at(root, "schedule"), "e.g. UTC")
            return None
        return Schedule(cron, zone)

    def entries(self, cells: CommentedSeq) -> Iterator[Cell | Note]:
        above: str | None = None
        for index, given in enumerate(cells):
            line, column = (n + 1 for n in cells.lc.item(index))
            if not isinstance(given, CommentedMap):
                self.wrong("a cell is a mapping with `id` and `op`", (line, column))
            elif "note" in given:
                self.only(given, ("note",), "a note")
                yield Note(str(given["note"]), line)
            else:
                cell = self.cell(given, above, (line, column))
                if cell:
                    above = cell.id
                    yield cell

    def cell(self, given: CommentedMap, above: str | None, at: tuple[int, int]) -> Cell | None:
        self.only(given, CELL, "a cell")
        cell_id = given.get("id")
        if cell_id is None:
            self.wrong("a cell needs an `id`", at)
            return None
        if not (isinstance(cell_id, str) and NAME.fullmatch(cell_id)):
            hint = "lower-case letters, digits and _, a letter first"
            self.wrong(f"{cell_id!r} cannot be a cell's id", value_at(given, "id"), hint)
            return None
        if not isinstance(given.get("op"), str):
            self.wrong(f"cell {cell_id!r} needs an `op`", at, "`chunkbook ops` lists them")
            return None
        try:
            kind = op_class(given["op"])
        except UsageError as error:
            self.wrong(f"cell {cell_id!r}: {error.message}", value_at(given, "op"), error.hint)
            return None
        op = self.op(kind, given, cell_id)
        inputs = self.inputs(given, above, op)
        return Cell(cell_id, op, inputs, *at) if op else None

    def inputs(self, given: CommentedMap, above: str | None, op: Op | None) -> tuple[str, ...]:
        written = given.get("input")
        if written is None:
            takes = op is not None and (op.reads or op.uses)
            return (above,) if above and takes else ()
        named = [written] if isinstance(written, str) else written
        if not (isinstance(named, list) and named and all(isinstance(n, str) for n in named)):
            self.wrong("`input` is a cell's id, or a list of them", value_at(given, "input"))
            return ()
        return tuple(dict.fromkeys(named))

    def op(self, kind: type[Op], given: CommentedMap, cell_id: str) -> Op | None:
        params = given.get("params")
        if params is None:
            params = CommentedMap()
        if not isinstance(params, CommentedMap):
            self.wrong("`params` is a mapping", value_at(given, "params"))
            return None
        before = len(self.problems)
        values = {str(key): self.expand(params[key], value_at(params, key)) for key in params}
        unknown = len(self.problems) > before  # a variable, so its parameter's value is too
        for key in params:
            if key not in kind.model_fields:
                hint = suggest(str(key), list(kind.model_fields))
                message = f"cell {cell_id!r}: {kind.name} has no parameter {str(key)!r}"
                self.wrong(message, key_at(params, key), hint)
                values.pop(str(key), None)
        if unknown:
            return None
        told = len(self.problems) > before
        try:
            op = kind(**values)
            return None if told else op
        except ValidationError as error:
            place = value_at(given, "params") if "params" in given else value_at(given, "op")
            for fault in error.errors():
                path = fault["loc"]
                if told and (not path or path[0] not in params):
                    continue  # it may well come of what is told already
                name = ".".join(str(part) for part in path)
                at = value_at(params, path[0]) if path and path[0] in params else place
                message = f"cell {cell_id!r}: {name + ': ' if name else ''}{fault_said(fault)}"
                self.wrong(message, at, f"`chunkbook ops {kind.name}` describes it")
            return None

    def expand(self, value: Any, at: tuple[int, int]) -> Any:
        """The value with `${NAME}` taken from the environment, and plain containers."""
        if isinstance(value, Mapping):
            return {str(key): self.expand(inner, at) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.expand(inner, at) for inner in value]
        if not isinstance(value, str):
            return value

        def known(match: re.Match[str]) -> str:
            found = os.environ.get(match[1])
            if found is None:
                hint = "set it, or write the value into the file"
                self.wrong(f"the environment has no {match[1]}", at, hint)
            return found or ""

        return VARIABLE.sub(known, str(value))


def fault_said(fault: Any) -> str:
    """A pydantic fault in one clause."""
    said = str(fault["msg"]).removeprefix("Value error, ")
    said = said[:1].lower() + said[1:]
    given = fault.get("input")
    simple = isinstance(given, (str, int, float, bool))
    return f"{said}, not {given!r}" if simple and repr(given) not in said else said


def _stem(path: Path) -> str:
    return re.sub(r"[^a-z0-9_]+", "_", path.stem.lower()).strip("_") or "notebook"


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
