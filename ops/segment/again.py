"""What ops that work on chunks made before share: the chunks as pieces."""

from __future__ import annotations

__all__ = ["Again"]

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

import polars as pl

from ops.context import Context
from ops.frames import Frames
from ops.op import Columns
from ops.segment.budgeted import Budgeted
from ops.segment.piece import Document, Piece
from ops.segment.ruler import Ruler

COLUMNS = ("level", "parent_id", "start", "end", "boundary")
MARKS = ("boundary_score", "boundary_threshold", "derived_spans")


class Again(Budgeted):
    """Makes new chunks of those that the cell above made; parents are kept."""

    reads: ClassVar[Columns] = {**Budgeted.reads, "chunks": COLUMNS}
    uses: ClassVar[Columns] = {"chunks": MARKS}

    @abstractmethod
    def leaves(self, document: Document, ruler: Ruler, leaves: list[Piece]) -> Iterable[Piece]:
        """The new leaves of a document that has some, in order of start."""

    def plan(self, document: Document, ruler: Ruler) -> Iterable[Piece]:
        raise TypeError(f"{self.name} plans with chunks")

    def plans(
        self, frames: Frames, documents: list[Document], rulers: list[Ruler], ctx: Context
    ) -> Iterator[list[Piece]]:
        by_document = frames["chunks"].partition_by("doc_id", as_dict=True)
        for document, ruler in zip(documents, rulers, strict=True):
            ctx.check()
            pieces = _pieces(by_document.get((document.doc_id,)))
            parents = [piece for piece in pieces if piece.level]
            leaves = [piece for piece in pieces if not piece.level]
            made = list(self.leaves(document, ruler, leaves)) if leaves else []
            yield sorted([*parents, *made], key=lambda piece: (piece.start, -piece.level))
            ctx.advance(1)


def _pieces(table: pl.DataFrame | None) -> list[Piece]:
    """The rows as pieces, in order of start; of each level the higher ones are made first."""
    if table is None:
        return []
    made: dict[str, Piece] = {}
    ordered = table.sort(["level", "start", "end"], descending=[True, False, False])
    for row in ordered.iter_rows(named=True):
        spans = row.get("derived_spans") or ()
        made[row["chunk_id"]] = Piece(
            row["start"],
            row["end"],
            row["boundary"],
            row["level"],
            made.get(row["parent_id"]),
            score=row.get("boundary_score"),
            threshold=row.get("boundary_threshold"),
            lead=tuple((s["start"], s["end"]) for s in spans if s["end"] <= row["start"]),
        )
    return sorted(made.values(), key=lambda piece: (piece.start, piece.end))
