"""Keywords of many documents or chunks as one column, built from flat arrays.

A word may occur millions of times in a document; as Python objects its spans would not fit.
"""

from __future__ import annotations

__all__ = ["PARTS", "KeywordRows", "Parts", "chunk_places", "parts_column"]

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

import numpy as np
import polars as pl

from ops.frames import KEYWORD, Frames
from ops.keywords.tokens import IntArray

PARTS: Final = pl.List(
    pl.Struct(
        {
            "phrase": pl.String(),
            "parts": pl.List(pl.Struct({"name": pl.String(), "value": pl.Float64()})),
        }
    )
)
"""Why each keyword of a document has its score, in the order of `keywords`; then the same of those
that are keywords of its chunks only, as they come up."""

Parts: TypeAlias = Sequence[tuple[str, tuple[tuple[str, float], ...]]]
"""Of each keyword its phrase and the named parts of its score."""


def parts_column(rows: Sequence[Parts]) -> pl.Series:
    """The column `keyword_parts`, a row a document."""
    listed = [
        [
            {"phrase": phrase, "parts": [{"name": name, "value": value} for name, value in parts]}
            for phrase, parts in row
        ]
        for row in rows
    ]
    return pl.Series("keyword_parts", listed, dtype=PARTS)


def chunk_places(frames: Frames) -> dict[str, list[tuple[str, int, int]]]:
    """Document → its chunks with their start and end, in their order; none without chunks."""
    found: dict[str, list[tuple[str, int, int]]] = {}
    if "chunks" in frames:
        table = frames["chunks"].select("doc_id", "chunk_id", "start", "end")
        for document, chunk, start, end in table.iter_rows():
            found.setdefault(document, []).append((chunk, start, end))
    return found


class KeywordRows:
    """Rows of a frame, each with its keywords, collected one after another.

    Args:
        keys: the names of the frame's key columns.
    """

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._keys = keys
        self._rows: list[tuple[str, ...]] = []
        self._owners: list[int] = []
        self._phrases: list[str] = []
        self._scores: list[float] = []
        self._spans: list[IntArray] = []

    def add(self, key: tuple[str, ...], keywords: Iterable[tuple[str, float, IntArray]]) -> None:
        """One row: its key, and phrase, score and spans (one or more) of its keywords."""
        for phrase, score, spans in keywords:
            self._owners.append(len(self._rows))
            self._phrases.append(phrase)
            self._scores.append(score)
            self._spans.append(spans)
        self._rows.append(key)

    def table(self) -> pl.DataFrame:
        """The key columns and `keywords`, rows in the order they were added."""
        counts = [len(spans) for spans in self._spans]
        flat = np.concatenate([np.empty((0, 2), dtype=np.int64), *self._spans])
        spans = (
            pl.DataFrame(
                {
                    "keyword": np.repeat(np.arange(len(counts)), counts),
                    "start": flat[:, 0],
                    "end": flat[:, 1],
                }
            )
            .group_by("keyword", maintain_order=True)
            .agg(spans=pl.struct("start", "end"))
        )
        keywords = (
            pl.DataFrame(
                {"row": self._owners, "phrase": self._phrases, "score": self._scores},
                schema={"row": pl.Int64, "phrase": pl.String, "score": pl.Float64},
            )
            .with_columns(spans["spans"])
            .group_by("row", maintain_order=True)
            .agg(keywords=pl.struct("phrase", "score", "spans"))
        )
        rows = pl.DataFrame(self._rows, schema=dict.fromkeys(self._keys, pl.String), orient="row")
        joined = rows.with_columns(row=pl.int_range(pl.len())).join(
            keywords, on="row", how="left", maintain_order="left"
        )
        none = pl.lit(pl.Series([[]], dtype=KEYWORD))
        return joined.select(*self._keys, pl.col("keywords").fill_null(none))
