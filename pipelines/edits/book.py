"""The edits of a notebook at one moment, by cell and by the document they now belong to."""

from __future__ import annotations

__all__ = ["EditBook", "moved_to"]

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from ops.frames import digest
from pipelines.edits.apply import active
from storage.edits import Edit

NONE: Final[Mapping[str, list[Edit]]] = MappingProxyType({})


class EditBook:
    """All events, arranged; those of a document that moved belong to where it went."""

    def __init__(self, events: Iterable[Edit] = ()) -> None:
        self.events: list[Edit] = sorted(events, key=lambda edit: edit.number)
        self._arranged: dict[str, dict[str, list[Edit]]] | None = None

    def add(self, events: Sequence[Edit]) -> None:
        """Take in events that were written meanwhile."""
        if events:
            self.events = sorted([*self.events, *events], key=lambda edit: edit.number)
            self._arranged = None

    def of(self, cell: str) -> Mapping[str, list[Edit]]:
        """Document → every event of a cell there, undone ones included."""
        if self._arranged is None:
            self._arranged = {}
            moves = [edit for edit in self.events if edit.kind == "move"]
            homes: dict[str, str] = {}
            for edit in self.events:
                if edit.kind == "move":
                    continue
                # What takes an edit back belongs where that is.
                undone = homes.get(edit.value) if edit.kind == "undo" else None
                home = homes[str(edit.number)] = undone or moved_to(edit, moves)
                self._arranged.setdefault(edit.cell, {}).setdefault(home, []).append(edit)
        return self._arranged.get(cell, NONE)

    def cells(self) -> list[str]:
        """The cells that have any, sorted."""
        self.of("")
        return sorted(self._arranged or ())

    def documents(self) -> set[str]:
        """The documents that have any, in whatever cell."""
        return {document for cell in self.cells() for document in self.of(cell)}

    def hashes(self, cell: str) -> dict[str, str]:
        """Document → hash of the edits that hold there; documents without any are not listed."""
        found = {}
        for document, edits in self.of(cell).items():
            holds = active(edits)
            if holds:
                found[document] = digest(*(part for edit in holds for part in _parts(edit)))
        return found


def moved_to(edit: Edit, moves: Sequence[Edit]) -> str:
    """The document that an edit belongs to now, after these moves in their order."""
    document = edit.doc_id
    for move in moves:
        if move.number > edit.number and move.doc_id == document:
            document = move.value
    return document


def _parts(edit: Edit) -> tuple[object, ...]:
    anchor = edit.anchor
    told = (anchor.text, anchor.before, anchor.after, anchor.rank, anchor.count)
    return (edit.number, edit.kind, edit.value, edit.place, *told)
