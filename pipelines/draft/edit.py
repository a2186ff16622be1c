"""What can be done to a draft. Pure: each gives another draft, and changes no other line."""

from __future__ import annotations

__all__ = [
    "delete",
    "duplicate",
    "free_id",
    "insert_cell",
    "insert_note",
    "move",
    "rename",
    "rewire",
    "set_note",
    "set_params",
]

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from ops.errors import UsageError
from ops.registry import op_class
from pipelines.draft.draft import Draft
from pipelines.draft.entries import CellEntry, NoteEntry
from pipelines.file.parse import NAME

Part: TypeAlias = tuple[str, tuple[str, ...] | None]
STEM = re.compile(r"(.*?)_?\d*")


def insert_cell(
    draft: Draft,
    place: int,
    op: str,
    inputs: Sequence[str] = (),
    *,
    params: Mapping[str, Any] | None = None,
    readers: Sequence[str] = (),
    cell_id: str = "",
) -> Draft:
    """A new cell at a place.

    Args:
        inputs: the cells that it reads; always written out.
        readers: cells that are to read the new one instead of these inputs.
        cell_id: a name made from the op's if it is left out.
    """
    _editable(draft)
    name = cell_id or free_id(draft, op)
    _usable(draft, name)
    entry = CellEntry(name, op, tuple(inputs) or None, dict(params or {}))
    parts = _parts(draft)
    for other in readers:
        at = draft.cells[other]
        parts[at] = parts[at][0], _replaced(draft.inputs[at], inputs, (name,))
    parts.insert(place, (draft.write(entry), None))
    return draft.rearranged(parts)


def insert_note(draft: Draft, place: int, text: str) -> Draft:
    """A new note at a place."""
    _editable(draft)
    parts = _parts(draft)
    parts.insert(place, (draft.write(NoteEntry(text)), None))
    return draft.rearranged(parts)


def duplicate(draft: Draft, place: int) -> Draft:
    """A copy right below: of a cell with the same input, under a new id."""
    parts = _parts(draft)
    block, inputs = parts[place]
    entry = draft.entries[place]
    if isinstance(entry, CellEntry):
        twin = replace(entry, id=free_id(draft, entry.op, entry.id))
        block = draft.revise(_without_comments(block), twin)
    parts.insert(place + 1, (block, inputs))
    return draft.rearranged(parts)


def move(draft: Draft, place: int, by: int) -> Draft:
    """Another place in the reading order; what each cell reads stays the same."""
    there = min(max(place + by, 0), len(draft.entries) - 1)
    parts = _parts(draft)
    parts.insert(there, parts.pop(place))
    return draft.rearranged(parts)


def rewire(draft: Draft, place: int, inputs: Sequence[str]) -> Draft:
    """Another input."""
    entry = draft.cell(place)
    wanted = tuple(dict.fromkeys(inputs))
    if wanted == draft.inputs[place]:
        return draft
    parts = _parts(draft)
    parts[place] = draft.revise(parts[place][0], replace(entry, inputs=wanted or None)), None
    return draft.rearranged(parts)


def delete(draft: Draft, place: int) -> Draft:
    """Without an entry.

    Who read the cell now reads what it read; who is left without an input keeps the name, which is
    then a fault that says so.
    """
    _editable(draft)
    gone = draft.entries[place]
    parts = _parts(draft)
    if isinstance(gone, CellEntry) and draft.cells[gone.id] == place and draft.inputs[place]:
        for reader in draft.readers(gone.id):
            at = draft.cells[reader]
            if at != place:
                healed = _replaced(draft.inputs[at], (gone.id,), draft.inputs[place])
                parts[at] = parts[at][0], healed
    del parts[place]
    return draft.rearranged(parts)


def set_params(draft: Draft, place: int, params: Mapping[str, Any]) -> Draft:
    """Other parameters; those not named have their defaults."""
    entry = draft.cell(place)
    return _with(draft, place, draft.revise(_block(draft, place), replace(entry, params=params)))


def set_note(draft: Draft, place: int, text: str) -> Draft:
    """Another text of a note.

    Raises:
        UsageError: there is no note at the place.
    """
    if not isinstance(draft.entries[place], NoteEntry):
        raise UsageError("this is not a note", hint="choose a note first")
    return _with(draft, place, draft.revise(_block(draft, place), NoteEntry(text)))


def rename(draft: Draft, place: int, cell_id: str) -> Draft:
    """Another id of a cell, there and wherever it is read.

    Raises:
        UsageError: it is taken, or no id at all.
    """
    entry = draft.cell(place)
    if cell_id == entry.id:
        return draft
    _usable(draft, cell_id)
    own = draft.cells[entry.id] == place
    parts = []
    for at, (block, inputs) in enumerate(_parts(draft)):
        other = draft.entries[at]
        if at == place:
            block = draft.revise(block, replace(entry, id=cell_id))
        elif own and isinstance(other, CellEntry) and entry.id in (other.inputs or ()):
            named = _replaced(other.inputs or (), (entry.id,), (cell_id,))
            block = draft.revise(block, replace(other, inputs=named))
        parts.append((block, _replaced(inputs or (), (entry.id,), (cell_id,)) if own else inputs))
    return draft.rearranged(parts)


def free_id(draft: Draft, op: str, like: str = "") -> str:
    """An id for a new cell that is not taken yet: after its op, or after another's id."""
    stem = like or _stem(op)
    if stem not in draft.cells:
        return stem
    found = STEM.fullmatch(stem)
    base = (found[1] if found else stem) or stem
    number = 2
    while f"{base}_{number}" in draft.cells:
        number += 1
    return f"{base}_{number}"


def _stem(op: str) -> str:
    family, _, name = op.partition(".")
    usual = {"load": "source", "segment": "chunks", "index": "index", "embed": "vectors"}
    if family in usual:
        return usual[family]
    try:
        makes = op_class(op).creates
    except UsageError:
        makes = ()
    plain = re.sub(r"[^a-z0-9_]+", "_", (name if makes or family == "enrich" else family).lower())
    return plain.strip("_0123456789") or "cell"


def _parts(draft: Draft) -> list[Part]:
    _editable(draft)
    return [
        (block, inputs if isinstance(entry, CellEntry) else None)
        for block, entry, inputs in zip(
            draft.blocks.blocks, draft.entries, draft.inputs, strict=True
        )
    ]


def _block(draft: Draft, place: int) -> str:
    _editable(draft)
    return draft.blocks.blocks[place]


def _with(draft: Draft, place: int, block: str) -> Draft:
    blocks = list(draft.blocks.blocks)
    blocks[place] = block
    return replace(draft, blocks=replace(draft.blocks, blocks=tuple(blocks)))


def _replaced(inputs: Sequence[str], old: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """The inputs with the first of `old` replaced by `new`, and the others of `old` left out."""
    found: list[str] = []
    done = False
    for name in inputs:
        if name not in old:
            found.append(name)
        elif not done:
            found += new
            done = True
    return tuple(dict.fromkeys(found))


def _without_comments(block: str) -> str:
    """A block without the comments above its dash: they are about the one it was copied from."""
    lines = block.splitlines(keepends=True)
    begin = next(n for n, line in enumerate(lines) if line.lstrip().startswith("-"))
    return "".join(lines[begin:])


def _editable(draft: Draft) -> None:
    if not draft.whole:
        hint = "open it in an editor, and correct it there"
        raise UsageError(f"{draft.path.name} is not a notebook that can be read", hint=hint)


def _usable(draft: Draft, name: str) -> None:
    if not NAME.fullmatch(name):
        hint = "lower-case letters, digits and _, a letter first"
        raise UsageError(f"{name!r} cannot be a cell's id", hint=hint)
    if name in draft.cells:
        raise UsageError(f"there is a cell {name!r} already", hint="take another id")
