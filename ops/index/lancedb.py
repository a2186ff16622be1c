"""Publish chunks, with all that is known of them, as one searchable collection."""

from __future__ import annotations

__all__ = ["LanceDB"]

from collections.abc import Mapping
from typing import ClassVar, Literal

import polars as pl

from ops.context import CollectionSpec, Context
from ops.frames import KEYWORD, Frames, Schema, conform, keys
from ops.op import Columns, Op, parameter

DOCUMENT = ("uri", "title", "format", "language")
PLAIN = (pl.String, pl.Int64, pl.Float64, pl.Boolean, pl.List)


class LanceDB(Op):
    """Join what the inputs know of each chunk into one wide table and index it for search.

    The table has the chunks' columns, the documents' `uri`, `title`, `format` and `language`, the
    keywords as plain phrases and the names of the entities mentioned. It gets full-text indexes
    on `text` and `derived_text`, scalar indexes on ids, and, past the size where comparing with
    every vector stays quick, an approximate vector index (LanceDB's IVF; exact below).
    """

    name: ClassVar[str] = "index.lancedb"
    reads: ClassVar[Columns] = {
        "chunks": ("level", "ordinal", "parent_id", "start", "end", "text", "tokens", "boundary")
    }
    uses: ClassVar[Columns] = {"documents": DOCUMENT}
    creates: ClassVar[tuple[str, ...]] = ("collection",)
    writes: ClassVar[Mapping[str, Schema]] = {"collection": {}}
    needs: ClassVar[tuple[str, ...]] = ("collection",)

    metric: Literal["cosine", "l2", "dot"] = parameter("cosine", "distance between vectors")
    language: str = parameter("English", "language whose word forms full-text search joins")
    leaves_only: bool = parameter(False, "publish only chunks without children")

    def inputs(self, available: Columns) -> Columns:
        chosen = dict(super().inputs(available))
        chosen["chunks"] = available["chunks"]
        for frame, columns in (("mentions", ("chunk_id", "entity_id")), ("entities", ("name",))):
            if set(columns) - {"entity_id"} <= set(available.get(frame, ())):
                chosen[frame] = tuple(c for c in columns if c in available[frame])
        return chosen

    def outputs(self, inputs: Mapping[str, Schema]) -> Mapping[str, Schema]:
        return {"collection": _schema(inputs)}

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        schema = _schema({name: dict(table.schema.items()) for name, table in frames.items()})
        table = frames["chunks"]
        if self.leaves_only:
            parents = table["parent_id"].drop_nulls().implode()
            table = table.filter(~pl.col("chunk_id").is_in(parents))
        if "keywords" in table.columns:
            phrases = pl.col("keywords").list.eval(pl.element().struct.field("phrase"))
            table = table.with_columns(phrases)
        if "documents" in frames:
            extra = [c for c in frames["documents"].columns if c not in table.columns]
            documents = frames["documents"].select("doc_id", *(c for c in extra if c != "doc_id"))
            table = table.join(documents, on="doc_id", how="left", maintain_order="left")
        if "entities" in schema:
            table = table.join(_names(frames), on="chunk_id", how="left", maintain_order="left")
            table = table.with_columns(pl.col("entities").fill_null([]))
        ctx.advance(table["doc_id"].n_unique())
        return Frames({"collection": conform("collection", table, schema)})

    def finish(self, ctx: Context) -> None:
        spec = CollectionSpec(
            vector="vector",
            metric=self.metric,
            text=("text", "derived_text"),
            scalar=("chunk_id", "doc_id"),
            language=self.language,
        )
        ctx.resources.collection().build(spec)


def _schema(inputs: Mapping[str, Schema]) -> Schema:
    schema: dict[str, pl.DataType] = {key: pl.String() for key in keys("collection")}
    for column, dtype in inputs["chunks"].items():
        if dtype == KEYWORD:
            schema[column] = pl.List(pl.String())
        elif isinstance(dtype, PLAIN) and "Struct" not in str(dtype):
            schema.setdefault(column, dtype)
    for column, dtype in inputs.get("documents", {}).items():
        schema.setdefault(column, dtype)
    if "mentions" in inputs and "entities" in inputs:
        schema["entities"] = pl.List(pl.String())
    return schema


def _names(frames: Frames) -> pl.DataFrame:
    """chunk_id and the sorted names of the entities mentioned in it."""
    return (
        frames["mentions"]
        .filter(pl.col("chunk_id").is_not_null())
        .join(frames["entities"].select("entity_id", "name"), on="entity_id", how="inner")
        .group_by("chunk_id")
        .agg(pl.col("name").unique().sort().alias("entities"))
    )
