"""White space around a place in a text."""

from __future__ import annotations

__all__ = ["back", "last_break", "next_break", "skip", "strip"]

import re
from typing import Final

from ops.segment.ruler import BREAKS

_RUN: Final = re.compile("[" + "".join(sorted(BREAKS)) + "]+")
_INK: Final = re.compile(r"\S")
STEPS: Final = 8  # characters of white space that are walked over one by one


def strip(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space at its edges; empty at `end` when there is nothing else."""
    start = skip(text, start, end)
    return start, back(text, start, end)


def skip(text: str, start: int, end: int) -> int:
    """The first place in [start, end) that is not white space, else `end`."""
    near = start + STEPS
    while start < end:
        if not text[start].isspace():
            return start
        start += 1
        if start == near:
            found = _INK.search(text, start, end)
            return found.start() if found else max(start, end)
    return start


def back(text: str, start: int, end: int) -> int:
    """The place after the last of [start, end) that is not white space, else `start`."""
    near = end - STEPS
    while end > start:
        if not text[end - 1].isspace():
            return end
        end -= 1
        if end == near:
            return _far_back(text, start, end)
    return end


def _far_back(text: str, start: int, end: int) -> int:
    """The same over long runs."""
    size = 64
    while end > start:
        piece = text[max(start, end - size) : end]
        end -= len(piece) - len(kept := piece.rstrip())
        if kept:
            return end
        size *= 2
    return end


def last_break(text: str, start: int, limit: int) -> int:
    """The last place in (start, limit] with white space beside it, else `start`.

    It lies after the white space, but for `limit` itself.
    """
    if limit >= len(text) or text[limit] in BREAKS:
        return max(start, limit)
    return max(text.rfind(space, start, limit) + 1 for space in BREAKS) or start


def next_break(text: str, start: int, limit: int) -> int:
    """The first place in [start, limit] that follows white space, else -1."""
    if start == 0 or text[start - 1] in BREAKS:
        return skip(text, start, limit)
    found = _RUN.search(text, start, limit)
    return found.end() if found else -1
