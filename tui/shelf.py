"""One published collection: pages, searches and single chunks, read in worker threads."""

from __future__ import annotations

__all__ = ["ChunkView", "Shelf"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ops.errors import UsageError

if TYPE_CHECKING:
    from pipelines.search import Mode
    from pipelines.workspace import Workspace
    from storage import Reader, SearchHit

NEAR: Final = 8
"""Neighbours in vector space that are shown."""


@dataclass(frozen=True, slots=True)
class ChunkView:
    """A published chunk with its neighbours in the text and in vector space."""

    row: Mapping[str, Any]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    near: Sequence[SearchHit]


@dataclass(frozen=True)
class Shelf:
    """A collection as one run published it."""

    workspace: Workspace
    reader: Reader
    name: str

    @cached_property
    def total(self) -> int:
        """Number of chunks."""
        return self.reader.count(self.name)

    @cached_property
    def has_vectors(self) -> bool:
        """Whether it can be searched by meaning."""
        return self.reader.spec(self.name).vector is not None

    def page(self, offset: int, limit: int) -> list[dict[str, Any]]:
        """Chunks by the URI of their document, and by place."""
        by = ("uri",) if "uri" in self.reader.columns(self.name) else ()
        return self.reader.page(self.name, offset=offset, limit=limit, order=by).to_dicts()

    def search(self, question: str, mode: Mode, k: int) -> list[SearchHit]:
        """The best chunks for a question.

        Raises:
            UsageError: the mode needs vectors, and the collection has none.
        """
        from pipelines.search import embed_question, embedding_model

        vector = None
        if mode != "text":
            model = embedding_model(self.workspace, self.name)
            if model is None:
                hint = "add an embed.llama cell above it, or search by text"
                raise UsageError(f"the collection {self.name!r} has no vectors", hint=hint)
            vector = embed_question(self.workspace, model, question)
        return self.reader.search(self.name, question, mode=mode, vector=vector, k=k)

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
        return ChunkView(row, around.get(place - 1), around.get(place + 1), near)
