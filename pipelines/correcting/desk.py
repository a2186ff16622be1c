"""Where people edit published chunks: every action is checked, then recorded as an event."""

from __future__ import annotations

__all__ = ["Desk", "Target"]

import getpass
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from ops.errors import UsageError
from pipelines.correcting.standing import Standing, standings
from pipelines.edits.anchor import anchored
from pipelines.edits.apply import Applied, active, edit_document
from pipelines.edits.book import EditBook
from pipelines.edits.count import counter
from pipelines.workspace import Workspace
from storage.edits import Edit

if TYPE_CHECKING:
    from storage import Reader

AUTHOR = "CHUNKBOOK_AUTHOR"


@dataclass(frozen=True, slots=True)
class Target:
    """A published chunk that is to be edited, with its document as the next run will know it."""

    cell: str
    """The segmenter that made it."""
    row: Mapping[str, Any]
    text: str
    """Of the document."""
    uri: str
    published: pl.DataFrame
    """The document's chunks as they are published."""
    pending: tuple[Edit, ...]
    """Edits of the document that no run has seen yet."""

    @property
    def doc_id(self) -> str:
        return str(self.row["doc_id"])


class Desk:
    """Edits of one notebook, by one author.

    An action takes the id of a published chunk, and raises UsageError when there is no such chunk,
    or when the edit cannot be applied to it; it gives the event that it recorded. The next run
    applies it.

    Args:
        author: who edits; `CHUNKBOOK_AUTHOR`, or else the name of the user.
    """

    def __init__(self, workspace: Workspace, author: str = "") -> None:
        self.workspace = workspace
        self.author = author or os.environ.get(AUTHOR) or _user()

    def all(self) -> list[Standing]:
        """Every edit with what became of it, in their order."""
        return standings(self.workspace)

    def merge(self, chunk_id: str) -> Edit:
        """Join a chunk with the one that follows it."""
        target = self.target(chunk_id)
        start, end = target.row["start"], target.row["end"]
        leaves = self._leaves(target)
        place = _place(leaves, target)
        if place + 1 >= len(leaves):
            raise UsageError("no chunk follows this one in its document")
        return self._record(target, "merge", start, max(end, leaves[place + 1]["end"]))

    def split(self, chunk_id: str, at: int) -> Edit:
        """Cut a chunk in two, `at` characters from its beginning."""
        target = self.target(chunk_id)
        length = target.row["end"] - target.row["start"]
        if not 0 < at < length:
            raise UsageError(f"the chunk has {length} characters, so it cannot be cut at {at}")
        return self._record(target, "split", place=at)

    def retitle(self, chunk_id: str, title: str) -> Edit:
        """Give a chunk a title; an empty one takes it away."""
        return self._record(self.target(chunk_id), "retitle", value=title.strip())

    def change(self, chunk_id: str, wording: str) -> Edit:
        """Give a chunk another wording: it stands for the text where that is embedded or shown."""
        target = self.target(chunk_id)
        if wording in (target.row["derived_text"], target.row["text"]):
            raise UsageError("this is the wording it has already")
        return self._record(target, "change", value=wording)

    def drop(self, chunk_id: str) -> Edit:
        """Leave a chunk out."""
        return self._record(self.target(chunk_id), "drop")

    def pin(self, chunk_id: str) -> Edit:
        """Keep a chunk's borders, however its document is cut from now on."""
        return self._record(self.target(chunk_id), "pin")

    def annotate(self, chunk_id: str, note: str) -> Edit:
        """Note something of a chunk; an empty note takes the former away."""
        return self._record(self.target(chunk_id), "annotate", value=note.strip())

    def undo(self, number: int | None = None) -> Edit:
        """Take an edit back: this one, or the last that holds.

        To take back an undo, give its number.
        """
        events = self.workspace.edits().events
        if number is None:
            holds = active(events)
            if not holds:
                raise UsageError("there is no edit to undo")
            number = holds[-1].number
        found = next((edit for edit in events if edit.number == number), None)
        if found is None or found.kind == "move":
            raise UsageError(f"there is no edit {number}")
        if any(e.kind == "undo" and e.value == str(number) for e in _in_force(events)):
            raise UsageError(f"edit {number} is undone already")
        return self._add(
            Edit("undo", found.cell, found.doc_id, self.author, value=str(number), uri=found.uri)
        )

    def target(self, chunk_id: str) -> Target:
        """A published chunk with all that an edit of it needs."""
        reader = self._reader()
        cell, row = _find(self.workspace, reader, chunk_id)
        if row["level"]:
            raise UsageError(
                f"the chunk {chunk_id} holds others; only those at the bottom are edited",
                hint="choose one of its parts: it follows them",
            )
        doc_id = str(row["doc_id"])
        document = reader.document(doc_id)
        assert document is not None  # published with its chunks
        published = reader.frame(cell, "chunks", documents=[doc_id])
        book = self.workspace.edits()
        return Target(
            cell,
            row,
            str(document["text"]),
            str(document["uri"]),
            published,
            tuple(self._pending(book, cell, doc_id)),
        )

    def proposed(self, target: Target, *more: Edit) -> Applied | None:
        """The document's chunks after what is pending, and more; None where only a run can tell.

        Undoing what is published needs the segmenter's own chunks, so it waits for the run.
        """
        events = [*target.pending, *more]
        known = {edit.number for edit in events}
        if any(edit.kind == "undo" and int(edit.value) not in known for edit in events):
            return None
        op = self.workspace.wiring.cells[target.cell].cell.op
        count = counter(op, self.workspace.context(self.workspace.wiring.cells[target.cell]))
        return edit_document(target.published, target.text, events, count)

    def _pending(self, book: EditBook, cell: str, doc_id: str) -> Sequence[Edit]:
        outcomes = self.workspace.tables.edits.outcomes()
        return [edit for edit in book.of(cell).get(doc_id, ()) if edit.number not in outcomes]

    def _leaves(self, target: Target) -> list[dict[str, Any]]:
        proposed = self.proposed(target)
        chunks = proposed.chunks if proposed is not None else target.published
        return chunks.filter(pl.col("level") == 0).sort("start", "end").to_dicts()

    def _record(
        self,
        target: Target,
        kind: str,
        start: int | None = None,
        end: int | None = None,
        *,
        value: str = "",
        place: int = 0,
    ) -> Edit:
        start = target.row["start"] if start is None else start
        end = target.row["end"] if end is None else end
        anchor = anchored(target.text, start, end)
        edit = Edit(kind, target.cell, target.doc_id, self.author, anchor, value, place, target.uri)
        last = max((edit.number for edit in target.pending), default=0)
        proposed = self.proposed(target, replace(edit, number=last + 1))
        if proposed is not None and proposed.outcomes[-1].state == "conflict":
            hint = "run the notebook first, so that earlier edits are applied"
            said = f"cannot {kind} this chunk: {proposed.outcomes[-1].reason}"
            raise UsageError(said, hint=hint if target.pending else "")
        return self._add(edit)

    def _add(self, edit: Edit) -> Edit:
        writer = self.workspace
        if writer.read_only:
            writer = Workspace(writer.model)
        return writer.tables.edits.add(replace(edit, at=datetime.now(UTC)))

    def _reader(self) -> Reader:
        reader = self.workspace.store.reader(self.workspace.model.name)
        if reader is None:
            hint = f"`chunkbook run {self.workspace.model.path}` makes and publishes them"
            raise UsageError(f"{self.workspace.model.name} has no published chunks", hint=hint)
        return reader


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        return "unknown"


def _find(workspace: Workspace, reader: Reader, chunk_id: str) -> tuple[str, dict[str, Any]]:
    """The segmenter that made a published chunk, and the row as it made it."""
    for cell, frames in reader.cells().items():
        wired = workspace.wiring.cells.get(cell)
        if wired is None or "chunks" not in frames or "chunks" not in wired.cell.op.creates:
            continue
        rows = reader.rows(cell, "chunks", {"chunk_id": chunk_id}, limit=1)
        if len(rows):
            return cell, rows.row(0, named=True)
    hint = "`chunkbook search` prints the ids of what it finds"
    raise UsageError(f"no published chunk has the id {chunk_id!r}", hint=hint)


def _place(leaves: Sequence[Mapping[str, Any]], target: Target) -> int:
    span = target.row["start"], target.row["end"]
    for place, leaf in enumerate(leaves):
        if (leaf["start"], leaf["end"]) == span:
            return place
    raise UsageError(
        "another edit of this chunk is waiting", hint="run the notebook first, then edit it again"
    )


def _in_force(events: Sequence[Edit]) -> list[Edit]:
    """The undoing events that are not undone themselves."""
    undone: set[int] = set()
    found = []
    for edit in sorted(events, key=lambda edit: -edit.number):
        if edit.kind == "undo" and edit.number not in undone:
            undone.add(int(edit.value))
            found.append(edit)
    return found
