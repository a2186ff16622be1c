"""The `questions` of a notebook file: every mistake with its line and column."""

from __future__ import annotations

__all__ = ["read_questions", "settled"]

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

from ruamel.yaml.comments import CommentedMap

from ops.errors import Problem
from ops.registry import suggest
from pipelines.file.model import MEASURES, Cell, Limit, Questions
from pipelines.file.places import key_at, value_at

KNOWN: Final = ("file", "collection", "k", "mode", "warn", "block")
MODES: Final = ("text", "vector", "hybrid")


class Faults(Protocol):
    """Gathers what is wrong with a file."""

    def wrong(self, message: str, at: tuple[int, int], hint: str = "") -> None: ...

    def only(self, given: CommentedMap, known: tuple[str, ...], where: str) -> None: ...

    def expand(self, value: Any, at: tuple[int, int]) -> Any: ...


def read_questions(root: CommentedMap, faults: Faults) -> Questions | None:
    """The questions of a file, or None without any; what is wrong is told to `faults`."""
    given = root.get("questions")
    if given is None:
        return None
    if not isinstance(given, CommentedMap):
        hint = "for example {file: questions.csv, warn: {recall: 0.8}}"
        faults.wrong("`questions` is a mapping with `file`", value_at(root, "questions"), hint)
        return None
    faults.only(given, KNOWN, "questions")
    file = faults.expand(given.get("file"), value_at(given, "file"))
    if not (isinstance(file, str) and file):
        faults.wrong(
            "`questions` need a `file`", value_at(given, "file"), "a CSV file of questions"
        )
        file = ""
    k = given.get("k", 5)
    if not (isinstance(k, int) and not isinstance(k, bool) and 1 <= k <= 100):
        faults.wrong(f"`k` is a number from 1 to 100, not {k!r}", value_at(given, "k"))
    mode = given.get("mode", "")
    if mode and mode not in MODES:
        faults.wrong(
            f"there is no search mode {mode!r}",
            value_at(given, "mode"),
            suggest(str(mode), [*MODES]),
        )
    collection = given.get("collection", "")
    if not isinstance(collection, str):
        faults.wrong("`collection` is the id of an index cell", value_at(given, "collection"))
        collection = ""
    warn, block = (_limits(given, name, faults) for name in ("warn", "block"))
    for measure in MEASURES:
        if warn.get(measure, 1.0) < block.get(measure, 0.0):
            message = f"{measure} warns below {warn[measure]:g}, but blocks below "
            at = value_at(given["warn"], measure)
            hint = "warn at the higher of the two"
            faults.wrong(f"{message}{block[measure]:g} already", at, hint)
    limits = tuple(Limit(name, warn.get(name), block.get(name)) for name in MEASURES)
    return Questions(file, collection, k, mode, limits, *value_at(root, "questions"))


def _limits(given: CommentedMap, name: str, faults: Faults) -> dict[str, float]:
    """Measure → from where on; shares from 0 to 1."""
    limits = given.get(name)
    if limits is None:
        return {}
    if not isinstance(limits, CommentedMap):
        hint = f"for example {name}: {{recall: 0.8}}"
        faults.wrong(f"`{name}` is a mapping of measures", value_at(given, name), hint)
        return {}
    found = {}
    for measure, value in limits.items():
        if measure not in MEASURES:
            hint = suggest(str(measure), [*MEASURES])
            faults.wrong(f"there is no measure {str(measure)!r}", key_at(limits, measure), hint)
        elif isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
            at = value_at(limits, measure)
            faults.wrong(f"{measure}: a share from 0 to 1, not {value!r}", at)
        else:
            found[str(measure)] = float(value)
    return found


def settled(
    questions: Questions | None, cells: Sequence[Cell]
) -> tuple[Questions | None, list[Problem]]:
    """The questions with the index cell that they are put to written out, or why there is none."""
    if questions is None:
        return None, []
    at = questions.line, questions.column
    known = [cell.id for cell in cells if "collection" in cell.op.creates]
    name = questions.collection
    if not known:
        hint = "add an index.lancedb cell"
        return questions, [Problem("questions need an index cell to be put to", *at, hint)]
    if name and name not in known:
        message = f"questions: there is no index cell {name!r}"
        return questions, [Problem(message, *at, suggest(name, known))]
    if not name and len(known) > 1:
        message = f"questions: there are {len(known)} index cells"
        hint = f"name one as `collection`: {', '.join(known)}"
        return questions, [Problem(message, *at, hint)]
    return replace(questions, collection=name or known[0]), []
