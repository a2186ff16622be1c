"""What can be said of chunks without gold or questions."""

from __future__ import annotations

__all__ = ["Shape", "Tally", "shape_of", "tally"]

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Final

import numpy as np
import polars as pl

from ops.segment.piece import Document, documents_of
from ops.segment.sentences import sentences

WHOLE: Final = frozenset({"code", "table", "row"})


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one document's leaves; tallies add up."""

    edges: int = 0
    """Boundaries inside the document."""
    cut: int = 0
    """Those that fall into a sentence."""
    solid: int = 0
    """Tables, rows and code blocks."""
    solid_cut: int = 0
    filled: int = 0
    """Characters that are no white space."""
    covered: int = 0
    """Those that lie in some chunk."""
    repeated: int = 0
    """Characters in chunks beyond the first time."""

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def sentences_cut(self) -> float:
        """Share of the boundaries that fall into a sentence."""
        return self.cut / self.edges if self.edges else 0.0

    @property
    def structure_cut(self) -> float:
        """Share of tables, rows and code blocks that are cut."""
        return self.solid_cut / self.solid if self.solid else 0.0

    @property
    def coverage(self) -> float:
        """Share of the characters that are no white space and lie in some chunk."""
        return self.covered / self.filled if self.filled else 1.0

    @property
    def redundancy(self) -> float:
        """Characters in chunks beyond the first time, over the characters covered."""
        return self.repeated / self.covered if self.covered else 0.0


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
    for doc_id, start, end in leaves.select("doc_id", "start", "end").iter_rows():
        spans.setdefault(doc_id, []).append((start, end))
    parts = (tally(one, spans.get(one.doc_id, ())) for one in documents_of(documents))
    total = sum(parts, Tally())
    tokens = leaves["tokens"].to_numpy() if len(leaves) else np.zeros(1)
    low, middle, high = np.percentile(tokens, [5, 50, 95])
    return Shape(
        chunks=len(leaves),
        tokens_mean=float(tokens.mean()),
        tokens_median=float(middle),
        tokens_p05=float(low),
        tokens_p95=float(high),
        budget_use=float(tokens.mean()) / size if size else None,
        sentences_cut=total.sentences_cut,
        structure_cut=total.structure_cut,
        coverage=total.coverage,
        redundancy=total.redundancy,
    )


def tally(document: Document, spans: Iterable[tuple[int, int]]) -> Tally:
    """The counts of one document whose leaves are these half-open spans, in any order."""
    own, text = sorted(spans), document.text
    starts = [start for start, _ in own[1:]]
    found = sentences(text)
    begins = [start for start, _ in found]
    cut = 0
    for start in starts:
        at = bisect_right(begins, start) - 1
        cut += at >= 0 and found[at][0] < start < found[at][1]
    solid = [span for span in document.structure if span.kind in WHOLE]
    seen = np.zeros(len(text) + 1, dtype=np.int64)
    for start, end in own:
        seen[start] += 1
        seen[end] -= 1
    times = np.cumsum(seen)[:-1]
    ink = np.array([not sign.isspace() for sign in text], dtype=bool)
    return Tally(
        edges=len(starts),
        cut=cut,
        solid=len(solid),
        solid_cut=sum(_inside(starts, span.start, span.end - 1) for span in solid),
        filled=int(ink.sum()),
        covered=int(np.sum(ink & (times > 0))),
        repeated=int(np.sum(np.maximum(times - 1, 0)[ink])),
    )


def _inside(places: Sequence[int], low: int, high: int) -> bool:
    """Whether one of these ascending places lies between, neither end counted."""
    at = bisect_right(places, low)
    return at < len(places) and places[at] < high
