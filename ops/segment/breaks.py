"""Where the lines of a text break, found in a few passes over arrays.

A break is a run of white space that holds a line feed, as the end of what lies before it and the
start of what follows it. Runs at the edges of the text are none.
"""

from __future__ import annotations

__all__ = ["ITEM", "LINE_ENDS", "Breaks", "Gaps", "breaks_of", "inside"]

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ops.segment.codes import Codes, Ints, codes_of, is_space, skipped

Gaps: TypeAlias = tuple[Ints, Ints]
"""Ends of what lies before each gap, and starts of what follows it; ascending."""

LINE_ENDS: Final = frozenset('.!?:;…。！？|}>`"”»')
ITEM: Final = re.compile(r"(?:[-*+•–]|\d{1,3}[.)])[^\S\n]")
_ENDS: Final = np.array([chr(code) in LINE_ENDS for code in range(128)])
_ALNUM: Final = np.array([chr(code).isalnum() for code in range(128)])
_ITEMS: Final = np.array([chr(code) in "-*+0123456789" for code in range(128)])


@dataclass(frozen=True, eq=False)
class Breaks:
    """The line breaks of one text, found where they are asked for."""

    text: str
    codes: Codes
    feeds: Ints
    """Every line feed."""

    def lines(self, starts: Ints, ends: Ints) -> Gaps:
        """The line breaks strictly inside spans, which ascend."""
        first, last = self.feeds.searchsorted(starts), self.feeds.searchsorted(ends)
        feeds = self.feeds[ranges(first, last)]
        rights = skipped(self.codes, feeds + 1)
        fresh = np.diff(rights, prepend=-1) > 0  # one break may hold many line feeds
        gaps = skipped(self.codes, feeds[fresh], -1), rights[fresh]
        return inside(gaps, starts, ends)

    @cached_property
    def blanks(self) -> Gaps:
        """Blank lines."""
        feeds = self.feeds[:-1]
        edges = is_space(self.codes[feeds + 1]) & is_space(self.codes[self.feeds[1:] - 1])
        wide = np.flatnonzero(edges)
        rights = skipped(self.codes, feeds[wide] + 1)
        blank = (self.feeds[wide + 1] < rights) & (np.diff(rights, prepend=-1) > 0)
        lefts = skipped(self.codes, feeds[wide[blank]], -1)
        inner = (lefts > 0) & (rights[blank] < len(self.text))
        return lefts[inner], rights[blank][inner]

    def finished(self, gaps: Gaps) -> NDArray[np.bool_]:
        """Which come after the end of a sentence, or before a line that begins with a sign."""
        lefts, rights = gaps
        before, after = self.codes[lefts - 1], self.codes[rights]
        low = (before < 128) & (after < 128)
        kept: NDArray[np.bool_] = _ENDS[before & 127] | ~_ALNUM[after & 127]
        for at in np.flatnonzero(~low).tolist():
            kept[at] = chr(before[at]) in LINE_ENDS or not chr(after[at]).isalnum()
        return kept

    def items(self, gaps: Gaps) -> NDArray[np.bool_]:
        """Which come before a bullet or a number."""
        rights = gaps[1]
        after = self.codes[rights]
        kept: NDArray[np.bool_] = (after >= 128) | _ITEMS[after & 127]
        for at in np.flatnonzero(kept).tolist():
            kept[at] = ITEM.match(self.text, int(rights[at])) is not None
        return kept


def breaks_of(text: str) -> Breaks:
    """The line breaks of a text."""
    codes = codes_of(text)
    return Breaks(text, codes, np.flatnonzero(codes == 10))


def inside(gaps: Gaps, starts: Ints, ends: Ints) -> Gaps:
    """Those strictly inside spans, which ascend."""
    lefts, rights = gaps
    chosen = ranges(lefts.searchsorted(starts, "right"), rights.searchsorted(ends, "left"))
    return lefts[chosen], rights[chosen]


def ranges(firsts: Ints, lasts: Ints) -> Ints:
    """All numbers from each first up to its last, which is left out."""
    counts = np.maximum(lasts - firsts, 0)
    total = np.cumsum(counts)
    shifts = np.repeat(firsts - total + counts, counts)
    found: Ints = np.arange(len(shifts), dtype=np.int64) + shifts
    return found
