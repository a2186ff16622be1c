"""A block of a notebook file as a value, and back to text."""

from __future__ import annotations

__all__ = ["CellEntry", "Entry", "FaultEntry", "NoteEntry", "read_block", "revised", "written"]

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from io import StringIO
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from ops.errors import Problem


@dataclass(frozen=True, slots=True)
class CellEntry:
    """A cell as it is written, right or wrong.

    `inputs` is None where the cell leaves it to mean the cell above; `params` has the values of the
    file, `${NAME}` and all.
    """

    id: str
    op: str
    inputs: tuple[str, ...] | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoteEntry:
    """A note."""

    text: str


@dataclass(frozen=True, slots=True)
class FaultEntry:
    """A block that is no cell and no note; its line counts from the block's first."""

    problem: Problem


Entry: TypeAlias = CellEntry | NoteEntry | FaultEntry


@lru_cache(maxsize=4096)
def read_block(block: str) -> tuple[Entry, CommentedMap | None]:
    """The entry of a block, and its mapping with the places of its keys. Change neither."""
    try:
        loaded = YAML(typ="rt").load(block)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        said = str(error.problem or error.context or error)
        hint = 'inside { } write "${NAME}" in quotes' if "${" in block else ""
        return FaultEntry(Problem(f"not valid YAML: {said}", line, column, hint)), None
    except (YAMLError, ValueError) as error:
        return FaultEntry(Problem(f"not valid YAML: {error}", 1, 1)), None
    given = loaded[0] if isinstance(loaded, CommentedSeq) and len(loaded) == 1 else None
    if not isinstance(given, CommentedMap):
        return FaultEntry(Problem("a cell is a mapping with `id` and `op`", 1, 1)), None
    if "note" in given:
        return NoteEntry(str(given["note"])), given
    if not isinstance(given.get("id"), str):
        return FaultEntry(Problem("a cell needs an `id`", *_start(given))), given
    return _cell(given), given


def _cell(given: CommentedMap) -> CellEntry:
    named = given.get("input")
    if isinstance(named, str):
        inputs: tuple[str, ...] | None = (str(named),)
    elif isinstance(named, list):
        inputs = tuple(str(name) for name in named)
    else:
        inputs = None
    params = given.get("params")
    values = dict(params) if isinstance(params, Mapping) else {}
    return CellEntry(str(given["id"]), str(given.get("op") or ""), inputs, values)


def _start(given: CommentedMap) -> tuple[int, int]:
    return (given.lc.line or 0) + 1, (given.lc.col or 0) + 1


def written(entry: CellEntry | NoteEntry, indent: int, newline: str) -> str:
    """A new block for an entry."""
    given = CommentedMap()
    if isinstance(entry, NoteEntry):
        given["note"] = _note(entry.text)
    else:
        given["id"], given["op"] = entry.id, entry.op
        _set_inputs(given, entry.inputs)
        _set_params(given, entry.params)
    return _dumped(given, indent, newline)


def revised(block: str, entry: CellEntry | NoteEntry, indent: int, newline: str) -> str:
    """The block with what differs from `entry` set; its comments and its order stay."""
    old, _ = read_block(block)
    if old == entry:
        return block
    lines = block.splitlines(keepends=True)
    begin = next(n for n, line in enumerate(lines) if line.lstrip().startswith("-"))
    end = len(lines)
    while not lines[end - 1].strip():
        end -= 1
    margin = " " * indent
    body = "".join(line.removeprefix(margin) for line in lines[begin:end])
    loaded = _yaml().load(body)
    given = loaded[0]
    if isinstance(entry, NoteEntry):
        given["note"] = _note(entry.text)
    else:
        given["id"], given["op"] = _keep(given.get("id"), entry.id), _keep(given["op"], entry.op)
        if not isinstance(old, CellEntry) or old.inputs != entry.inputs:
            _set_inputs(given, entry.inputs)
        _set_params(given, entry.params)
    made = _dumped(given, indent, newline)
    return "".join(lines[:begin]) + made + "".join(lines[end:])


def _keep(old: Any, new: str) -> Any:
    """The old value, quotes and all, where it says the same."""
    return old if old == new else new


def _note(text: str) -> Any:
    text = text.replace("\r\n", "\n").rstrip()
    if "\n" in text:
        return LiteralScalarString(text + "\n")
    return text


def _set_inputs(given: CommentedMap, inputs: tuple[str, ...] | None) -> None:
    if inputs is None:
        given.pop("input", None)
        return
    value: Any = inputs[0]
    if len(inputs) != 1:
        value = CommentedSeq(inputs)
        value.fa.set_flow_style()
    if "input" in given:
        given["input"] = value
    else:
        given.insert(list(given).index("op") + 1 if "op" in given else len(given), "input", value)


def _set_params(given: CommentedMap, params: Mapping[str, Any]) -> None:
    have = given.get("params")
    if not params:
        if have is not None:
            given.pop("params")
        return
    if not isinstance(have, CommentedMap):
        have = CommentedMap()
        have.fa.set_flow_style()
        given["params"] = have
    for name in [name for name in have if name not in params]:
        del have[name]
    for name, value in params.items():
        if name not in have or not _same(have[name], value):
            have[name] = _plain(value)


def _same(old: Any, new: Any) -> bool:
    return bool(old == new) and isinstance(old, bool) == isinstance(new, bool)


def _plain(value: Any) -> Any:
    """A value as YAML writes it, lists and mappings on one line."""
    if isinstance(value, Mapping):
        made: Any = CommentedMap({str(key): _plain(inner) for key, inner in value.items()})
    elif isinstance(value, list | tuple | set | frozenset):
        made = CommentedSeq([_plain(inner) for inner in value])
    elif isinstance(value, str) and "${" in value:
        return DoubleQuotedScalarString(value)
    else:
        return value
    made.fa.set_flow_style()
    return made


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.allow_unicode = True
    return yaml


def _dumped(given: CommentedMap, indent: int, newline: str) -> str:
    out = StringIO()
    _yaml().dump(CommentedSeq([given]), out)
    lines = out.getvalue().splitlines()
    return "".join((" " * indent + line if line else "") + newline for line in lines)
