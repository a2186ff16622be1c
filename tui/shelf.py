"""One published collection: pages, searches and single chunks, read in worker threads."""

from __future__ import annotations

__all__ = ["ChunkView", "ScoredKeyword", "Shelf"]

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ops.errors import UsageError
from storage.filters import Test

if TYPE_CHECKING:
    import polars as pl

    from pipelines.looking.search import Mode
    from pipelines.workspace import Workspace
    from storage import Reader, SearchHit, Where

NEAR: Final = 8
"""Neighbours in vector space that are shown."""
READ: Final = 10_000
"""Chunks held at once where all are read."""


@dataclass(frozen=True, slots=True)
class ScoredKeyword:
    """A keyword of a chunk, and why it has its score."""

    phrase: str
    score: float
    times: int
    """How often it stands in the chunk."""
    parts: tuple[tuple[str, float], ...]
    """Named parts of the score, where its cell tells them for the document's keywords."""


@dataclass(frozen=True, slots=True)
class ChunkView:
    """A published chunk with its neighbours in the text and in vector space."""

    row: Mapping[str, Any]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    near: Sequence[SearchHit]
    keywords: Sequence[ScoredKeyword] = ()


@dataclass(frozen=True)
class Shelf:
    """A collection as one run published it."""

    workspace: Workspace
    reader: Reader
    name: str

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The columns that are shown → text, number, flag or list."""
        return self.reader.kinds(self.name)

    @cached_property
    def total(self) -> int:
        """Number of chunks."""
        return self.count()

    def count(self, where: Where | None = None) -> int:
        """Number of chunks that pass the filter."""
        return self.reader.count(self.name, where)

    @cached_property
    def has_vectors(self) -> bool:
        """Whether it can be searched by meaning."""
        return self.reader.spec(self.name).vector is not None

    def page(
        self, offset: int, limit: int, where: Where | None = None, order: Sequence[str] = ()
    ) -> list[dict[str, Any]]:
        """Chunks in this order, then by the URI of their document, and by place.

        Args:
            order: columns, "-name" for largest first.
        """
        return self._page(offset, limit, where, order).to_dicts()

    def pages(
        self, where: Where | None = None, order: Sequence[str] = ()
    ) -> Iterator[pl.DataFrame]:
        """All chunks that pass, in this order, page by page; at least one page."""
        for offset in range(0, max(self.count(where), 1), READ):
            yield self._page(offset, READ, where, order)

    def _page(
        self, offset: int, limit: int, where: Where | None, order: Sequence[str]
    ) -> pl.DataFrame:
        sorts = {name.removeprefix("-") for name in order}
        by = ("uri",) if "uri" in self.kinds and "uri" not in sorts else ()
        return self.reader.page(
            self.name, offset=offset, limit=limit, where=where, order=(*order, *by)
        )

    def search(
        self, question: str, mode: Mode, k: int, where: Where | None = None
    ) -> list[SearchHit]:
        """The best chunks for a question.

        Raises:
            UsageError: the mode needs vectors, and the collection has none.
        """
        from pipelines.looking.search import embed_question, embedding_model

        vector = None
        if mode != "text":
            model = embedding_model(self.workspace, self.name)
            if model is None:
                hint = "add an embed.llama cell above it, or search by text"
                raise UsageError(f"the collection {self.name!r} has no vectors", hint=hint)
            vector = embed_question(self.workspace, model, question)
        return self.reader.search(self.name, question, mode=mode, vector=vector, k=k, where=where)

    def at(self, doc_id: str, place: int) -> str | None:
        """The id of the chunk that holds a place of a document, or begins soonest after it."""
        where = {"doc_id": doc_id, "level": 0, "end": Test(">", place)}
        found = self.reader.page(self.name, offset=0, limit=1, where=where)
        return str(found["chunk_id"][0]) if len(found) else None

    def chunk(self, chunk_id: str) -> ChunkView | None:
        """A chunk with its neighbours; None when it is not there."""
        row = self.reader.chunk(self.name, chunk_id)
        if row is None:
            return None
        place = row["ordinal"]
        beside = {"doc_id": row["doc_id"], "level": row["level"], "ordinal": [place - 1, place + 1]}
        found = self.reader.page(self.name, offset=0, limit=2, where=beside)
        around = {told["ordinal"]: told for told in found.iter_rows(named=True)}
        near: Sequence[SearchHit] = ()
        if self.has_vectors:
            near = self.reader.near(self.name, chunk_id, NEAR)
        beside_it = around.get(place - 1), around.get(place + 1)
        return ChunkView(row, *beside_it, near, self._keywords(row))

    def _keywords(self, row: Mapping[str, Any]) -> list[ScoredKeyword]:
        """The chunk's keywords from the cell that the collection has them from, best first."""
        wired = self.workspace.wiring.cells.get(self.name)
        cell = wired.reads.get("chunks", {}).get("keywords") if wired is not None else None
        if cell is None or "chunks" not in self.reader.cells().get(cell, ()):
            return []
        found = self.reader.rows(cell, "chunks", {"chunk_id": row["chunk_id"]}, limit=1).to_dicts()
        parts: dict[str, tuple[tuple[str, float], ...]] = {}
        frames = self.reader.cells()[cell]
        has_parts = "documents" in frames and "keyword_parts" in self.reader.table_columns(
            cell, "documents"
        )
        if has_parts:
            own = self.reader.rows(cell, "documents", {"doc_id": row["doc_id"]}, limit=1).to_dicts()
            for told in own[0]["keyword_parts"] or () if own else ():
                named = ((part["name"], part["value"]) for part in told["parts"] or ())
                parts[told["phrase"]] = tuple(named)
        return [
            ScoredKeyword(
                one["phrase"], one["score"], len(one["spans"] or ()), parts.get(one["phrase"], ())
            )
            for one in (found[0]["keywords"] or () if found else ())
        ]
