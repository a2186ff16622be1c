"""Where the lines of a text break, found in a few passes over arrays.

A break is a run of white space that holds a line feed, as the end of what lies before it and the
start of what follows it. Runs at the edges of the text are none.
"""

from __future__ import annotations

__all__ = ["LINE_ENDS", "Breaks", "Gaps", "breaks_of"]

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Codes: TypeAlias = NDArray[np.uint8] | NDArray[np.uint32]
Gaps: TypeAlias = tuple[list[int], list[int]]
"""Ends of what lies before each gap, and starts of what follows it; ascending."""

LINE_ENDS: Final = frozenset('.!?:;…。！？|}>`"”»')
_SPACES: Final = np.array([chr(code).isspace() for code in range(0x3002)])
_ITEM: Final = re.compile(r"(?:[-*+•–]|\d{1,3}[.)])[^\S\n]")
_ENDS: Final = np.array([chr(code) in LINE_ENDS for code in range(128)])
_ALNUM: Final = np.array([chr(code).isalnum() for code in range(128)])
_ITEMS: Final = np.array([chr(code) in "-*+0123456789" for code in range(128)])


@dataclass
class Breaks:
    """The line breaks of one text; what is asked for is made when it is first asked for."""

    text: str
    codes: Codes
    lefts: NDArray[np.int64]
    """Ends of what lies before each break."""
    rights: NDArray[np.int64]
    """Starts of what follows it."""
    feeds: NDArray[np.int64]
    """Line feeds in it."""

    @cached_property
    def lines(self) -> Gaps:
        """Every line break."""
        return self.lefts.tolist(), self.rights.tolist()

    @cached_property
    def blanks(self) -> Gaps:
        """Blank lines."""
        return self._where(self.feeds > 1)

    @cached_property
    def finished(self) -> Gaps:
        """Breaks after the end of a sentence, or before a line that begins with a sign."""
        before, after = self.codes[self.lefts - 1], self.codes[self.rights]
        low = (before < 128) & (after < 128)
        kept = _ENDS[before & 127] | ~_ALNUM[after & 127]
        text = self.text
        for at in np.flatnonzero(~low).tolist():
            left, right = text[self.lefts[at] - 1], text[self.rights[at]]
            kept[at] = left in LINE_ENDS or not right.isalnum()
        return self._where(kept)

    @cached_property
    def items(self) -> Gaps:
        """Breaks before a bullet or a number."""
        after = self.codes[self.rights]
        kept = (after >= 128) | _ITEMS[after & 127]
        for at in np.flatnonzero(kept).tolist():
            kept[at] = _ITEM.match(self.text, int(self.rights[at])) is not None
        return self._where(kept)

    def _where(self, kept: NDArray[np.bool_]) -> Gaps:
        return self.lefts[kept].tolist(), self.rights[kept].tolist()


def breaks_of(text: str) -> Breaks:
    """The line breaks of a text."""
    codes: Codes
    if text.isascii():
        codes = np.frombuffer(text.encode("ascii"), dtype=np.uint8)
        space = _SPACES[codes]
    else:
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        space = np.take(_SPACES, np.minimum(codes, len(_SPACES) - 1))
    feeds = np.flatnonzero(codes == 10)
    padded = np.zeros(len(codes) + 2, dtype=bool)
    padded[1:-1] = space
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    starts, ends = edges[::2], edges[1::2]
    runs = starts.searchsorted(feeds, "right") - 1
    first = np.flatnonzero(np.diff(runs, prepend=-1))
    counts = np.diff(first, append=len(runs))
    lefts, rights = starts[runs[first]], ends[runs[first]]
    inner = (lefts > 0) & (rights < len(codes))
    return Breaks(text, codes, lefts[inner], rights[inner], counts[inner])
