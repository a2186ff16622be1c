"""Windows of so many tokens that keep words whole where they can."""

from __future__ import annotations

__all__ = ["overlap_start", "window_end", "windows"]

from collections.abc import Iterator
from typing import Final

from ops.segment.graphemes import floor, joined
from ops.segment.ruler import Ruler
from ops.segment.spaces import last_break, next_break, skip, strip

WORD: Final = 100  # characters; what is longer without a break is not held together


def window_end(text: str, ruler: Ruler, start: int, limit: int, size: int) -> tuple[int, str]:
    """The end of the window that starts here, and why: a "word" ends, or the "budget" does.

    One word or character that has more than `size` tokens makes a window of its own, which
    `ops.segment.settle` cuts.
    """
    first = skip(text, start, limit)
    end = ruler.reach(start, size)
    if end >= limit:
        return limit, "end"
    if end <= first:
        end = min(first + WORD, limit)
        found = next_break(text, first + 1, end)
        end = end if found < 0 else found
        return end, "end" if end == limit else "word"
    place = last_break(text, first, end)
    if place > first:
        return floor(text, place, first), "word"
    return floor(text, end, first), "budget"


def windows(
    text: str, ruler: Ruler, start: int, end: int, size: int
) -> Iterator[tuple[int, int, str]]:
    """Cuts a span into windows, each without white space at its edges."""
    start, end = strip(text, start, end)
    while start < end:
        stop, why = window_end(text, ruler, start, end, size)
        yield start, strip(text, start, stop)[1], why
        start = skip(text, stop, end)


def overlap_start(text: str, ruler: Ruler, low: int, end: int, tokens: int) -> int:
    """The first start of a word in (low, end] from where at most `tokens` tokens lead to `end`.

    It is `end` when not even the last word fits. Text without white space is cut anywhere.
    """
    start = max(ruler.back(end, tokens), low + 1)
    if start >= end:
        return end
    found = next_break(text, start, end)
    if found >= 0:
        return found
    if last_break(text, max(low, start - WORD), start) > max(low, start - WORD):
        return end
    while start < end and joined(text, start):
        start += 1
    return start
