"""Edits of published chunks as screens ask for them, in worker threads."""

from __future__ import annotations

__all__ = ["EditDesk", "Marks"]

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.book import Book

if TYPE_CHECKING:
    from pipelines.correcting.standing import Standing
    from pipelines.events import Observer, RunReport
    from storage.edits import Edit


@dataclass(frozen=True)
class Marks:
    """Every edit as it stands, by the document it belongs to."""

    all: Sequence[Standing] = ()
    by_document: Mapping[str, Sequence[Standing]] = field(default_factory=dict)

    @classmethod
    def of(cls, found: Sequence[Standing]) -> Marks:
        by_document: dict[str, list[Standing]] = {}
        for one in found:
            by_document.setdefault(one.doc_id, []).append(one)
        return cls(tuple(found), by_document)

    @property
    def conflicts(self) -> int:
        return sum(one.state == "conflict" for one in self.all)

    @property
    def pending(self) -> int:
        return sum(one.state == "pending" for one in self.all)

    def waiting(self, row: Mapping[str, Any]) -> list[Standing]:
        """What waits for the next run in a published chunk."""
        found = []
        own = self.by_document.get(str(row["doc_id"]), ())
        numbers = {str(one.edit.number): one for one in own}
        for one in own:
            if one.state != "pending":
                continue
            target = numbers.get(one.edit.value) if one.edit.kind == "undo" else one
            if target is None:
                continue
            anchor = target.edit.anchor
            spans = target.spans or ((anchor.start, anchor.end),)
            if any(_concerns(span, (row["start"], row["end"])) for span in spans):
                found.append(one)
        return found


def _concerns(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether one span holds the other; neighbours that only overlap do not count."""
    within = one[0] <= other[0] and other[1] <= one[1]
    return within or (other[0] <= one[0] and one[1] <= other[1])


@dataclass(frozen=True)
class EditDesk:
    """The edits of an open notebook."""

    book: Book

    def marks(self) -> Marks:
        """Every edit as it stands."""
        from pipelines.correcting.desk import Desk

        return Marks.of(Desk(self.book.workspace).all())

    def act(self, kind: str, chunk_id: str, value: str | int | None = None) -> Edit:
        """Edit a chunk.

        Args:
            value: the title, wording or note; of a split, characters from the chunk's beginning.

        Raises:
            UsageError: it cannot be done.
        """
        from pipelines.correcting.desk import Desk

        action = getattr(Desk(self.book.workspace), kind)
        made: Edit = action(chunk_id) if value is None else action(chunk_id, value)
        return made

    def undo(self, number: int | None = None) -> Edit:
        """Take an edit back: this one, or the last."""
        from pipelines.correcting.desk import Desk

        return Desk(self.book.workspace).undo(number)

    def run(self, doc_id: str, observer: Observer, cancelled: Callable[[], bool]) -> RunReport:
        """Bring one document up to date in every cell that has inputs."""
        from pipelines.orchestrate.job import run_recorded
        from pipelines.running.run import Options

        model = self.book.model
        cells = tuple(cell.id for cell in model.cells if not cell.is_source)
        return run_recorded(
            model.path, Options(cells=cells, documents=(doc_id,)), observer, cancelled
        )
