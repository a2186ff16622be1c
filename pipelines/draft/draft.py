"""A notebook file that is being changed, as a value."""

from __future__ import annotations

__all__ = ["Draft"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from ops.errors import UsageError
from ops.registry import op_class
from pipelines.draft.blocks import Blocks, cut
from pipelines.draft.entries import (
    CellEntry,
    Entry,
    NoteEntry,
    read_block,
    revised,
    written,
)


@dataclass(frozen=True)
class Draft:
    """The text of a notebook file and what stands in it, right or wrong.

    Entries are addressed by their place among cells and notes, from 0. Operations are in
    `pipelines.draft.edit`; each gives another draft.
    """

    path: Path
    blocks: Blocks
    whole: bool = True
    """False for a text in which no cells can be told apart; it cannot be edited here."""

    @classmethod
    def of(cls, text: str, path: Path) -> Draft:
        """The draft of a file's text. Cells that cannot be told apart by their lines are laid out
        anew, one below the other, if the text is YAML at all."""
        found = cut(text)
        if found is not None and _reads_alike(found):
            return cls(path, found)
        laid = _laid_out(text)
        if laid is not None:
            return cls(path, laid)
        if found is not None:
            return cls(path, found)
        return cls(path, Blocks(text, (), ""), whole=False)

    @property
    def text(self) -> str:
        """The file."""
        return self.blocks.text

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Cells and notes in reading order."""
        return tuple(read_block(block)[0] for block in self.blocks.blocks)

    @cached_property
    def cells(self) -> dict[str, int]:
        """Id of a cell → its place; the first of two with one id."""
        found: dict[str, int] = {}
        for place, entry in enumerate(self.entries):
            if isinstance(entry, CellEntry):
                found.setdefault(entry.id, place)
        return found

    def above(self, place: int) -> str | None:
        """The id of the nearest cell above a place."""
        for entry in reversed(self.entries[:place]):
            if isinstance(entry, CellEntry):
                return entry.id
        return None

    @cached_property
    def inputs(self) -> tuple[tuple[str, ...], ...]:
        """Where each entry takes its input from, written out."""
        return tuple(self._inputs(place, entry) for place, entry in enumerate(self.entries))

    def _inputs(self, place: int, entry: Entry) -> tuple[str, ...]:
        if not isinstance(entry, CellEntry):
            return ()
        if entry.inputs is not None:
            return tuple(dict.fromkeys(entry.inputs))
        above = self.above(place)
        return (above,) if above is not None and _takes_input(entry.op) else ()

    def readers(self, cell: str) -> tuple[str, ...]:
        """The cells that take their input from this one, in reading order."""
        return tuple(
            entry.id
            for entry, inputs in zip(self.entries, self.inputs, strict=True)
            if isinstance(entry, CellEntry) and cell in inputs
        )

    def cell(self, place: int) -> CellEntry:
        """The cell at a place.

        Raises:
            UsageError: there is none.
        """
        entry = self.entries[place] if 0 <= place < len(self.entries) else None
        if not isinstance(entry, CellEntry):
            raise UsageError("this is not a cell", hint="choose a cell first")
        return entry

    def rearranged(self, parts: Sequence[tuple[str, tuple[str, ...] | None]]) -> Draft:
        """A draft of these blocks, each with the inputs that it is to have.

        An input that was left out, and would now mean another cell, is written out. None: whatever
        the block says.
        """
        made = replace(self, blocks=replace(self.blocks, blocks=tuple(b for b, _ in parts)))
        blocks = list(made.blocks.blocks)
        for place, (_, wanted) in enumerate(parts):
            entry = made.entries[place]
            if wanted is None or not isinstance(entry, CellEntry) or made.inputs[place] == wanted:
                continue
            if not wanted and entry.inputs is None:
                continue  # nothing to read from cannot be written out
            blocks[place] = self.revise(blocks[place], replace(entry, inputs=wanted or None))
        return replace(self, blocks=replace(self.blocks, blocks=tuple(blocks)))

    def revise(self, block: str, entry: CellEntry | NoteEntry) -> str:
        """A block that says what `entry` says."""
        return revised(block, entry, self.blocks.indent, self.blocks.newline)

    def write(self, entry: CellEntry | NoteEntry) -> str:
        """A new block."""
        return written(entry, self.blocks.indent, self.blocks.newline)


def _takes_input(name: str) -> bool:
    try:
        kind = op_class(name)
    except UsageError:
        return not name.startswith("load.")
    return bool(kind.reads or kind.uses)


def _reads_alike(blocks: Blocks) -> bool:
    """Whether the blocks, read one by one, are the cells of the file."""
    try:
        root = YAML(typ="rt").load(blocks.text)
    except YAMLError:
        return True  # the fault is shown at the block that has it
    cells = root.get("cells") if isinstance(root, Mapping) else None
    alone = [read_block(block)[1] for block in blocks.blocks]
    if not isinstance(cells, CommentedSeq):
        return not alone
    return (
        len(cells) == len(alone)
        and all(mine is None or mine == theirs for mine, theirs in zip(alone, cells, strict=True))
        and not any(
            mine is None and isinstance(theirs, CommentedMap)
            for mine, theirs in zip(alone, cells, strict=True)
        )
    )


def _laid_out(text: str) -> Blocks | None:
    """The blocks of a file with its cells in one line, or with anchors across them."""
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    try:
        root = yaml.load(text)
    except YAMLError:
        return None
    if not isinstance(root, CommentedMap) or not isinstance(root.get("cells"), CommentedSeq):
        return None
    root["cells"].fa.set_block_style()
    alone = [_without_anchors(cell) for cell in root["cells"]]
    for place, cell in enumerate(alone):
        root["cells"][place] = cell
    out = StringIO()
    yaml.dump(root, out)
    found = cut(out.getvalue())
    return found if found is not None and _reads_alike(found) else None


def _without_anchors(value: object) -> object:
    """The same without anchors, aliases and merged keys; its comments go where it has any."""
    if isinstance(value, CommentedMap):
        if not _has_anchors(value):
            value.fa.set_block_style()
            return value
        made = CommentedMap({key: _plainly(inner) for key, inner in value.items()})
        made.fa.set_block_style()
        return made
    return value


def _plainly(value: object) -> object:
    if isinstance(value, Mapping):
        made: CommentedMap | CommentedSeq = CommentedMap(
            {key: _plainly(inner) for key, inner in value.items()}
        )
    elif isinstance(value, list):
        made = CommentedSeq([_plainly(inner) for inner in value])
    else:
        return value
    made.fa.set_flow_style()
    return made


def _has_anchors(value: object) -> bool:
    if isinstance(value, CommentedMap | CommentedSeq):
        if value.anchor.value is not None:
            return True
        if isinstance(value, CommentedMap) and value.merge:
            return True
        inner = value.values() if isinstance(value, CommentedMap) else value
        return any(_has_anchors(each) for each in inner)
    return False
