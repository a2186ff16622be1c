"""Figures of a set of chunks, and a picture of their lengths."""

from __future__ import annotations

__all__ = ["Figures", "figures_of", "histogram"]

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from statistics import median
from typing import Final

import polars as pl

from ops.export.spans import paint

BINS: Final = 32


@dataclass(frozen=True, slots=True)
class Figures:
    """What a table of chunks comes to. Lengths are in tokens."""

    documents: int
    chunks: int
    shortest: int
    median: float
    longest: int
    tokens: int
    characters: int
    """Of the documents."""
    covered: float
    """Share of the characters that lie in some chunk, white space between chunks not minded."""
    repeated: float
    """Share of the characters that lie in more than one."""
    boundaries: tuple[tuple[str, int], ...]
    """Why chunks end, the most frequent first."""


def figures_of(documents: pl.DataFrame, chunks: pl.DataFrame) -> Figures:
    """The figures of these chunks (`doc_id`, `start`, `end`; `tokens` and `boundary` if known)."""
    tokens = chunks["tokens"].to_list() if "tokens" in chunks.columns else []
    reasons = chunks["boundary"].to_list() if "boundary" in chunks.columns else []
    spans: dict[str, list[tuple[int, int]]] = {}
    for doc_id, start, end in chunks.select("doc_id", "start", "end").iter_rows():
        spans.setdefault(doc_id, []).append((start, end))
    characters = missing = repeated = 0
    for doc_id, text in documents.select("doc_id", pl.col("text").fill_null("")).iter_rows():
        characters += len(text)
        for segment in paint(len(text), spans.get(doc_id, ())):
            if not segment.chunks:
                missing += sum(map(len, text[segment.start : segment.end].split()))
            elif len(segment.chunks) > 1:
                repeated += segment.end - segment.start
    counted = Counter(reasons)
    return Figures(
        documents=len(documents),
        chunks=len(chunks),
        shortest=min(tokens, default=0),
        median=median(tokens) if tokens else 0,
        longest=max(tokens, default=0),
        tokens=sum(tokens),
        characters=characters,
        covered=1 - missing / max(1, characters),
        repeated=repeated / max(1, characters),
        boundaries=tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))),
    )


def histogram(lengths: Sequence[int], *, width: int = 420, height: int = 96) -> str:
    """An SVG picture of how often each length occurs, with the median marked; "" without any."""
    if not lengths:
        return ""
    top = max(1, *lengths)
    step = -(-top // BINS)
    bins = [0] * (top // step + 1)
    for value in lengths:
        bins[value // step] += 1
    wide, foot = width / len(bins), height - 16
    bars = []
    for place, count in enumerate(bins):
        tall = max(1.5, count / max(bins) * (foot - 4)) if count else 0
        low, high = place * step, (place + 1) * step - 1
        said = f"{low}–{high} tokens: {count}" if step > 1 else f"{low} tokens: {count}"
        bars.append(
            f'<rect x="{place * wide + 0.5:.2f}" y="{foot - tall:.2f}" width="{wide - 1:.2f}" '
            f'height="{tall:.2f}" rx="1"><title>{escape(said)}</title></rect>'
        )
    middle = (median(lengths) / step + 0.5) * wide
    return (
        f'<svg class="lengths" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="How many chunks have how many tokens">'
        f'<g class="bars">{"".join(bars)}</g>'
        f'<line class="middle" x1="{middle:.2f}" x2="{middle:.2f}" y1="0" y2="{foot}"/>'
        f'<line class="axis" x1="0" x2="{width}" y1="{foot}" y2="{foot}"/>'
        f'<text x="0" y="{height - 3}">0</text>'
        f'<text x="{width}" y="{height - 3}" text-anchor="end">{top} tokens</text></svg>'
    )
