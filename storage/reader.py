"""What has been published, as one whole state that no writer disturbs."""

from __future__ import annotations

__all__ = ["Reader"]

import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from ops.context import CollectionSpec
from ops.errors import StoreError, UsageError
from ops.frames import ORDER, in_order
from storage.arrow import VECTOR, from_arrow, scan
from storage.cells import frame_of, read_ordered
from storage.database import Database, talking
from storage.filters import Where, condition, equals
from storage.indexes import read_spec
from storage.manifests import Manifest, Manifests
from storage.pages import ROW_ID, Pages
from storage.search import Mode, SearchHit, near, search

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Reader:
    """One manifest's tables, each at its version. Safe to share between threads."""

    def __init__(self, database: Database, notebook: str, manifest: Manifest) -> None:
        self.manifest = manifest
        self.notebook = notebook
        self._database = database
        self._lock = threading.Lock()
        self._handles: dict[str, Any] = {}
        self._pages: dict[str, Pages] = {}

    @classmethod
    def newest(cls, database: Database, notebook: str) -> Reader | None:
        """A reader of the newest published state; None when there is none."""
        manifest = Manifests(database, notebook).latest()
        return None if manifest is None else cls(database, notebook, manifest)

    def refresh(self) -> Reader | None:
        """A reader of a newer state; None when this one is the newest."""
        if Manifests(self._database, self.notebook).latest_number() == self.manifest.number:
            return None
        return Reader.newest(self._database, self.notebook)

    def cells(self) -> Mapping[str, tuple[str, ...]]:
        """Cell → the frames it wrote."""
        return {cell: tuple(frames) for cell, frames in self.manifest.cells.items()}

    def frame(
        self,
        cell: str,
        frame: str,
        *,
        documents: Sequence[str] | None = None,
        columns: Sequence[str] | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> pl.DataFrame:
        """What a cell wrote: its keys and its own columns, in the frame's order."""
        table = self._table_of(cell, frame)
        if documents is not None or (limit is None and not offset):
            handle = self._handle(table)
            rows = read_ordered(self._database, handle, table, documents, columns)
            return rows.slice(offset, limit)
        with talking(self._database.uri, f"reading {table}"):
            names = list(columns) if columns is not None else self._handle(table).schema.names
            return self._paged(table).page(offset, limit, names)

    def rows(self, cell: str, frame: str, where: Where, *, limit: int = 100) -> pl.DataFrame:
        """Rows that a cell wrote, filtered, without vectors, in the frame's order."""
        table = self._table_of(cell, frame)
        handle = self._handle(table)
        with talking(self._database.uri, f"reading {table}"):
            names = [name for name in handle.schema.names if name != VECTOR]
            query = handle.search().select(names).where(condition(where, handle.schema))
            return in_order(frame, from_arrow(query.limit(limit).to_arrow()))

    def table_columns(self, cell: str, frame: str) -> list[str]:
        """The columns of a table that a cell wrote."""
        return list(self._handle(self._table_of(cell, frame)).schema.names)

    def collections(self) -> list[str]:
        """The index cells, in the order of the notebook."""
        return list(self.manifest.collections)

    def columns(self, collection: str) -> list[str]:
        """The columns of a collection that are shown: all but its vector."""
        table = self._collection(collection)
        vector = self.spec(collection).vector
        return [name for name in self._handle(table).schema.names if name != vector]

    def kinds(self, collection: str) -> dict[str, str]:
        """The columns that are shown → text, number, flag or list."""
        import pyarrow as pa

        schema = self._handle(self._collection(collection)).schema
        found = {}
        for name in self.columns(collection):
            kind = schema.field(name).type
            if pa.types.is_boolean(kind):
                found[name] = "flag"
            elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
                found[name] = "number"
            else:
                texts = pa.types.is_string(kind) or pa.types.is_large_string(kind)
                found[name] = "text" if texts else "list"
        return found

    def spec(self, collection: str) -> CollectionSpec:
        """How a collection was indexed."""
        return read_spec(self._handle(self._collection(collection)))

    def page(
        self,
        collection: str,
        *,
        offset: int,
        limit: int,
        where: Where | None = None,
        order: Sequence[str] = (),
    ) -> pl.DataFrame:
        """Rows of a collection without their vectors.

        Args:
            where: column → value, values or None; see `storage.filters.Where`.
            order: columns to sort by first, "-name" for largest first; then by document and place.
        """
        table = self._collection(collection)
        with talking(self._database.uri, f"reading {table}"):
            sql = condition(where, self._handle(table).schema)
            return self._paged(table).page(offset, limit, self.columns(collection), sql, order)

    def count(self, collection: str, where: Where | None = None) -> int:
        """Number of rows that pass the filter."""
        table = self._collection(collection)
        with talking(self._database.uri, f"counting {table}"):
            return self._paged(table).count(condition(where, self._handle(table).schema))

    def chunk(self, collection: str, chunk_id: str) -> dict[str, Any] | None:
        """One row of a collection, without its vector."""
        table = self._collection(collection)
        with talking(self._database.uri, f"reading {table}"):
            query = self._handle(table).search().select(self.columns(collection))
            rows = query.where(equals("chunk_id", chunk_id)).limit(1).to_polars()
        return rows.row(0, named=True) if len(rows) else None

    def search(
        self,
        collection: str,
        question: str,
        *,
        mode: Mode,
        vector: NDArray[np.float32] | None = None,
        k: int = 10,
        where: Where | None = None,
    ) -> list[SearchHit]:
        """The k best rows for a question, best first, equal scores by chunk id."""
        table = self._collection(collection)
        with talking(self._database.uri, f"searching {table}"):
            handle = self._handle(table)
            sql = condition(where, handle.schema)
            found = search(handle, read_spec(handle), question, mode, vector, k, sql)
            return self._hits(collection, found)

    def near(self, collection: str, chunk_id: str, k: int = 10) -> list[SearchHit]:
        """The rows nearest to this one in vector space, itself left out."""
        table = self._collection(collection)
        with talking(self._database.uri, f"searching {table}"):
            handle = self._handle(table)
            return self._hits(collection, near(handle, read_spec(handle), chunk_id, k))

    def documents(self, collection: str | None = None) -> pl.DataFrame:
        """doc_id, uri, title, format, chunks of every document.

        Args:
            collection: whose chunks are counted; without it those of the first collection, or of
                the first cell that made chunks.
        """
        names = ["doc_id", "uri", "title", "format"]
        tables = [
            self.frame(cell, "documents", columns=names) for cell in self._sources("documents")
        ]
        empty = pl.DataFrame(schema=dict.fromkeys(names, pl.String()))
        found = pl.concat([empty, *tables]).unique("doc_id", keep="first", maintain_order=True)
        counts = self._chunk_counts(collection)
        joined = found.join(counts, on="doc_id", how="left", maintain_order="left")
        return joined.with_columns(pl.col("chunks").fill_null(0)).sort("uri", "doc_id")

    def document(self, doc_id: str) -> dict[str, Any] | None:
        """Everything its source told of a document, with its text."""
        for cell in self._sources("documents"):
            rows = self.frame(cell, "documents", documents=[doc_id])
            if len(rows):
                return rows.row(0, named=True)
        return None

    def text(self, doc_id: str) -> str | None:
        """The text of a document, which the offsets of chunks count in."""
        found = self.document(doc_id)
        return None if found is None else str(found["text"])

    def _sources(self, frame: str) -> list[str]:
        made_by = {"documents": "text", "chunks": "start"}[frame]
        return [
            cell
            for cell, frames in self.manifest.cells.items()
            if frame in frames and made_by in self._handle(frames[frame]).schema.names
        ]

    def _chunk_counts(self, collection: str | None) -> pl.DataFrame:
        wanted = [collection] if collection is not None else self.collections()[:1]
        tables = [self._collection(name) for name in wanted]
        tables += [self.manifest.cells[cell]["chunks"] for cell in self._sources("chunks")]
        if not tables:
            return pl.DataFrame(schema={"doc_id": pl.String(), "chunks": pl.UInt32()})
        with talking(self._database.uri, f"reading {tables[0]}"):
            rows = from_arrow(scan(self._handle(tables[0]).search().select(["doc_id"])))
        return rows.group_by("doc_id").len("chunks")

    def _hits(self, collection: str, found: pl.DataFrame) -> list[SearchHit]:
        pages = self._paged(self._collection(collection))
        rows = pages.take(found[ROW_ID].to_numpy(), self.columns(collection))
        scored = zip(rows.iter_rows(named=True), found["score"], strict=True)
        return [SearchHit(row, score, rank) for rank, (row, score) in enumerate(scored, 1)]

    def _collection(self, collection: str) -> str:
        try:
            return self.manifest.collections[collection]
        except KeyError:
            known = ", ".join(self.collections()) or "none"
            raise UsageError(
                f"there is no published collection {collection!r}", hint=f"published: {known}"
            ) from None

    def _table_of(self, cell: str, frame: str) -> str:
        try:
            return self.manifest.cells[cell][frame]
        except KeyError:
            raise UsageError(f"cell {cell!r} published no {frame}") from None

    def _handle(self, table: str) -> Any:
        with self._lock:
            if table not in self._handles:
                try:
                    version = self.manifest.tables[table]
                    self._handles[table] = self._database.at(table, version)
                except StoreError as error:
                    raise StoreError(
                        f"what run {self.manifest.run_id} published is no longer kept: "
                        f"{error.message}",
                        hint="open the newest result",
                    ) from error
            return self._handles[table]

    def _paged(self, table: str) -> Pages:
        handle = self._handle(table)
        with self._lock:
            if table not in self._pages:
                self._pages[table] = Pages(handle, ORDER[frame_of(table)])
            return self._pages[table]
