"""Where the rows of a wrapped text begin. Pure, and quick enough for texts of 10 MB."""

from __future__ import annotations

__all__ = ["Rows", "wrap"]

from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from tui.widgets.plain import widths

NARROWEST: Final = 8
REACH: Final = 4
"""A row holds at most this many characters for each cell, however many of them have no width."""
CHECK_EVERY: Final = 4096


@cache
def _single() -> frozenset[str]:
    """Common characters that take one cell, to pass over most text without measuring it."""
    ranges = ((0x20, 0x7E), (0xA0, 0x2FF), (0x370, 0x482), (0x2010, 0x2027))
    common = "".join(chr(code) for first, last in ranges for code in range(first, last + 1))
    return frozenset(c for c, cells in zip(common, widths(common), strict=True) if cells == 1)


@dataclass(frozen=True, slots=True)
class Rows:
    """The first character of each row of a text at one width.

    `whole` is False when only the beginning of the text is wrapped.
    """

    starts: Sequence[int]
    end: int
    width: int
    whole: bool

    def __len__(self) -> int:
        return len(self.starts)

    def span(self, row: int) -> tuple[int, int]:
        """The half-open characters of a row; its line end, or the space it broke at, included."""
        after = self.starts[row + 1] if row + 1 < len(self.starts) else self.end
        return self.starts[row], after

    def of(self, offset: int) -> int:
        """The row that a character lies in."""
        return max(bisect_right(self.starts, offset) - 1, 0)


def wrap(
    text: str,
    width: int,
    most: int | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Rows:
    """Wrap a text at spaces, or anywhere where there is none, to rows of `width` cells.

    The space that a row breaks at may stand beyond the width; it is not for showing.

    Args:
        most: stop after this many rows.
        cancelled: asked now and then; what is wrapped until then is given.
    """
    width = max(width, NARROWEST)
    reach = width * REACH
    single = _single()
    starts = array("q", [0])
    here, size = 0, len(text)
    while True:
        line, newline, _ = text[here : here + reach].partition("\n")
        fits = _fits(line, width, single)
        if fits < len(line):
            space = line.rfind(" ", 1, fits + 1)
            here += space + 1 if space > 0 else max(fits, 1)
        else:
            here += fits + len(newline)
        if here >= size:
            return Rows(starts, size, width, True)
        full = most is not None and len(starts) >= most
        if full or (len(starts) % CHECK_EVERY == 0 and cancelled()):
            return Rows(starts, here, width, False)
        starts.append(here)


def _fits(line: str, width: int, single: frozenset[str]) -> int:
    """How many characters of the line fit into the width, marks on the last one included."""
    if single.issuperset(line[: width + 1]):
        return min(len(line), width)
    import numpy as np

    reached = np.cumsum(widths(line), dtype=np.int64)
    return int(np.searchsorted(reached, width, side="right"))
