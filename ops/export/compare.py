"""Two segmentations of one text: the figures of each, and where they differ. Pure."""

from __future__ import annotations

__all__ = ["Comparison", "Side", "boundaries_of", "compare", "side_of"]

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Side:
    """What one segmentation of a text comes to. Lengths are in tokens."""

    chunks: int
    shortest: int
    median: float
    mean: float
    longest: int
    sentences_cut: int
    """Sentences that no chunk holds whole."""
    sentences: int
    budget_use: float | None
    """Mean length as a share of the largest that is allowed; None where nothing limits it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the second segmentation stands to the first."""

    first: Side
    second: Side
    common: int
    """Boundaries inside the text that both have."""
    only_first: tuple[int, ...]
    """Offsets at which only the first cuts, ascending."""
    only_second: tuple[int, ...]

    @property
    def differences(self) -> tuple[int, ...]:
        """Every offset at which one cuts and the other does not, ascending."""
        return tuple(sorted((*self.only_first, *self.only_second)))

    @property
    def agreement(self) -> float:
        """Common boundaries as a share of all (Jaccard); 1 where neither cuts."""
        every = self.common + len(self.only_first) + len(self.only_second)
        return self.common / every if every else 1.0


def compare(
    text: str,
    first: Sequence[Span],
    second: Sequence[Span],
    sides: tuple[Side, Side],
) -> Comparison:
    """Compare two sets of half-open spans over a text.

    A cut that differs only in white space is the same: some segmenters give the space between two
    chunks to one of them, others to none.
    """
    one, two = boundaries_of(text, first), boundaries_of(text, second)
    return Comparison(
        *sides,
        common=len(one & two),
        only_first=tuple(sorted(one - two)),
        only_second=tuple(sorted(two - one)),
    )


def boundaries_of(text: str, spans: Sequence[Span]) -> set[int]:
    """Where these chunks begin, other than at the first word of the text.

    Each is the offset of the first character that is not white space.
    """
    places = {_word(text, start) for start, end in spans if start < end}
    places.discard(_word(text, 0))
    places.discard(len(text))
    return places


def _word(text: str, start: int) -> int:
    while start < len(text) and text[start].isspace():
        start += 1
    return start


def side_of(
    spans: Sequence[Span],
    tokens: Sequence[int],
    sentences: Sequence[Span],
    budget: int | None = None,
) -> Side:
    """The figures of one segmentation.

    Args:
        spans: half-open characters of each chunk.
        tokens: how long each chunk is.
        sentences: half-open characters of each sentence of the text.
        budget: the largest length allowed, in tokens.
    """
    mean = fmean(tokens) if tokens else 0.0
    return Side(
        chunks=len(spans),
        shortest=min(tokens, default=0),
        median=float(median(tokens)) if tokens else 0.0,
        mean=mean,
        longest=max(tokens, default=0),
        sentences_cut=_cut(spans, sentences),
        sentences=len(sentences),
        budget_use=mean / budget if budget and tokens else None,
    )


def _cut(spans: Sequence[Span], sentences: Sequence[Span]) -> int:
    """Sentences that no span holds whole; those outside of every span are not cut."""
    ordered = sorted(span for span in spans if span[0] < span[1])
    starts = [start for start, _ in ordered]
    reach: list[int] = []
    """The furthest end of all spans up to a place."""
    for _, end in ordered:
        reach.append(max(end, reach[-1]) if reach else end)
    cut = 0
    for start, end in sentences:
        place = bisect_right(starts, start) - 1
        whole = place >= 0 and reach[place] >= end
        touched = (place >= 0 and reach[place] > start) or bisect_left(starts, end) > place + 1
        cut += touched and not whole
    return cut
