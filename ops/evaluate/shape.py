"""What can be said of chunks without gold or questions."""

from __future__ import annotations

__all__ = ["Shape", "shape_of", "stability"]

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from ops.segment.piece import documents_of
from ops.segment.sentences import sentences

WHOLE: Final = frozenset({"code", "table", "row"})


@dataclass(frozen=True, slots=True)
class Shape:
    """Figures of the leaves of a set of documents; shares are from 0 to 1."""

    chunks: int
    tokens_mean: float
    tokens_median: float
    tokens_p05: float
    tokens_p95: float
    budget_use: float | None
    """Mean tokens over the size that is allowed; None without one."""
    sentences_cut: float
    """Share of the boundaries inside documents that fall into a sentence."""
    structure_cut: float
    """Share of tables, rows and code blocks that are cut."""
    coverage: float
    """Share of the characters that are no white space and lie in some chunk."""
    redundancy: float
    """Characters in chunks beyond the first time, over the characters covered."""


def shape_of(documents: pl.DataFrame, chunks: pl.DataFrame, size: int | None = None) -> Shape:
    """The shape of these documents' chunks (`doc_id`, `start`, `end`, `tokens`, `level`)."""
    leaves = chunks.filter(pl.col("level") == 0) if "level" in chunks.columns else chunks
    spans: dict[str, list[tuple[int, int]]] = {}
    for doc_id, start, end in (
        leaves.sort("doc_id", "start").select("doc_id", "start", "end").iter_rows()
    ):
        spans.setdefault(doc_id, []).append((start, end))
    cut = edges = solid = solid_cut = filled = covered = repeated = 0
    for document in documents_of(documents):
        own, text = spans.get(document.doc_id, []), document.text
        starts = [start for start, _ in own[1:]]
        found = sentences(text)
        begins = [start for start, _ in found]
        edges += len(starts)
        for start in starts:
            at = bisect_right(begins, start) - 1
            cut += at >= 0 and found[at][0] < start < found[at][1]
        for span in document.structure:
            if span.kind in WHOLE:
                solid += 1
                solid_cut += any(span.start < at < span.end - 1 for at in starts)
        seen = np.zeros(len(text) + 1, dtype=np.int64)
        for start, end in own:
            seen[start] += 1
            seen[end] -= 1
        times = np.cumsum(seen)[:-1]
        ink = np.array([not sign.isspace() for sign in text], dtype=bool)
        filled += int(ink.sum())
        covered += int(np.sum(ink & (times > 0)))
        repeated += int(np.sum(np.maximum(times - 1, 0)[ink]))
    tokens = leaves["tokens"].to_numpy() if len(leaves) else np.zeros(1)
    low, middle, high = np.percentile(tokens, [5, 50, 95])
    return Shape(
        chunks=len(leaves),
        tokens_mean=float(tokens.mean()),
        tokens_median=float(middle),
        tokens_p05=float(low),
        tokens_p95=float(high),
        budget_use=float(tokens.mean()) / size if size else None,
        sentences_cut=cut / edges if edges else 0.0,
        structure_cut=solid_cut / solid if solid else 0.0,
        coverage=covered / filled if filled else 1.0,
        redundancy=repeated / covered if covered else 0.0,
    )


def stability(before: Mapping[str, Sequence[str]], after: Mapping[str, Sequence[str]]) -> float:
    """Share of the chunks that a small edit leaves as they were, by their texts.

    Both map a document to the texts of its chunks, before and after the edit.
    """
    same = total = 0
    for document, texts in before.items():
        total += len(texts)
        same += (Counter(texts) & Counter(after.get(document, ()))).total()
    return same / total if total else 1.0
