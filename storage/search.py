"""Text, vector and hybrid search in one version of a collection.

A question is data: its characters are never read as query syntax.
"""

from __future__ import annotations

__all__ = ["Mode", "SearchHit", "near", "search"]

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ops.context import CollectionSpec
from ops.errors import StoreError, UsageError
from ops.fusion import depth, fused
from storage.arrow import from_arrow
from storage.filters import equals
from storage.pages import ROW_ID

Mode: TypeAlias = Literal["text", "vector", "hybrid"]

_PROBES: Final = 40
"""Partitions of a vector index that are looked into."""

_MARGIN: Final = 32
_MOST: Final = 100_000

_KEY: Final = "chunk_id"


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One row that a question found."""

    row: dict[str, Any]
    """The columns of the collection, without its vector."""
    score: float
    """Larger is better: BM25; for vectors 1 - distance; for hybrid both, from 0 to 1."""
    rank: int
    """From 1."""


def search(
    handle: Any,
    spec: CollectionSpec,
    question: str,
    mode: Mode,
    vector: NDArray[np.float32] | None,
    k: int,
    where: str | None,
) -> pl.DataFrame:
    """Row ids and scores of the k best rows; equal scores are ordered by chunk id."""
    if k < 1:
        raise UsageError(f"cannot show {k} results", hint="ask for at least one")
    if mode == "text":
        return _text(handle, spec, question, k, where)
    if mode == "vector":
        return _vector(handle, spec, vector, k, where)
    if mode != "hybrid":
        raise UsageError(f"there is no search mode {mode!r}", hint="text, vector or hybrid")
    deep = depth(k)
    worded = _text(handle, spec, question, deep, where)
    return _best(_fused(spec, _vector(handle, spec, vector, deep, where), worded), k)


def near(handle: Any, spec: CollectionSpec, chunk_id: str, k: int) -> pl.DataFrame:
    """Row ids and scores of the rows whose vectors are nearest to that of this row."""
    column = _vector_column(spec)
    rows = handle.search().select([column]).where(equals(_KEY, chunk_id)).to_arrow()
    if not rows.num_rows:
        raise UsageError(f"the collection has no chunk {chunk_id!r}")
    vector = rows[column][0].as_py()
    if vector is None:
        return _nothing()
    # One more than asked: the row finds itself.
    found = _vector(handle, spec, np.asarray(vector, dtype=np.float32), k + 1, None)
    return found.filter(pl.col(_KEY) != chunk_id).head(k)


def _text(
    handle: Any, spec: CollectionSpec, question: str, k: int, where: str | None
) -> pl.DataFrame:
    from lancedb import query as queries

    if not spec.text:
        raise UsageError("this collection has no text to search in", hint="use mode vector")
    if not handle.count_rows():
        return _nothing()
    columns = list(spec.text)
    one: Any = queries.MatchQuery
    several: Any = queries.MultiMatchQuery
    query = one(question, columns[0]) if len(columns) == 1 else several(question, columns)

    def fetch(n: int) -> pl.DataFrame:
        builder = handle.search(query, query_type="fts").limit(n)
        return _scored(builder, "_score", where, pl.col("_score"))

    return _top(fetch, k)


def _vector(
    handle: Any,
    spec: CollectionSpec,
    vector: NDArray[np.float32] | None,
    k: int,
    where: str | None,
) -> pl.DataFrame:
    column = _vector_column(spec)
    if vector is None:
        raise UsageError("a search by vector needs the vector of the question")
    if not handle.count_rows():
        return _nothing()
    width = handle.schema.field(column).type.list_size
    if vector.shape != (width,) or not bool(np.isfinite(vector).all()):
        raise StoreError(
            f"the question's vector, of shape {vector.shape}, cannot be compared with vectors "
            f"of length {width}",
            hint="embed the question with the model that embedded the collection",
        )

    def fetch(n: int) -> pl.DataFrame:
        builder = handle.search(vector.astype(np.float32), vector_column_name=column)
        builder = builder.distance_type(spec.metric).nprobes(_PROBES).limit(n)
        return _scored(builder, "_distance", where, 1 - pl.col("_distance"))

    return _top(fetch, k)


def _vector_column(spec: CollectionSpec) -> str:
    if spec.vector is None:
        raise UsageError("this collection has no vectors", hint="use mode text")
    return spec.vector


def _scored(builder: Any, column: str, where: str | None, score: pl.Expr) -> pl.DataFrame:
    builder = builder.select([_KEY, column]).with_row_id(True)
    found = from_arrow((builder.where(where) if where else builder).to_arrow())
    return found.select(ROW_ID, _KEY, score.cast(pl.Float64()).alias("score"))


def _top(fetch: Callable[[int], pl.DataFrame], k: int) -> pl.DataFrame:
    """The k best. Which of several equal scores come last must not depend on how rows lie."""
    n = k + _MARGIN
    while True:
        found = fetch(n)
        best = _best(found, k)
        whole = len(found) < n or n >= _MOST
        if whole or found["score"].min() < best["score"][-1]:
            return best
        n *= 8


def _best(found: pl.DataFrame, k: int) -> pl.DataFrame:
    return found.sort("score", _KEY, descending=[True, False]).head(k)


def _fused(spec: CollectionSpec, alike: pl.DataFrame, worded: pl.DataFrame) -> pl.DataFrame:
    """Both, each row once (`ops.fusion`)."""
    # Of unit vectors the squared distance is twice one minus the cosine.
    cosine = (pl.col("score") + 1) / 2 if spec.metric == "l2" else pl.col("score")
    near = dict(alike.select(_KEY, cosine).iter_rows())
    scores = fused(near, dict(worded.select(_KEY, "score").iter_rows()))
    rows = pl.concat([alike, worded]).unique(_KEY, keep="first", maintain_order=True)
    told = pl.Series("score", [scores[key] for key in rows[_KEY]], dtype=pl.Float64)
    return rows.with_columns(told)


def _nothing() -> pl.DataFrame:
    return pl.DataFrame(schema={ROW_ID: pl.UInt64(), _KEY: pl.String(), "score": pl.Float64()})
