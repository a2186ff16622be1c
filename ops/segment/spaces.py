"""White space around a place in a text."""

from __future__ import annotations

__all__ = ["last_break", "next_break", "skip", "strip"]

import re
from typing import Final

from ops.segment.ruler import BREAKS

_RUN: Final = re.compile("[" + "".join(sorted(BREAKS)) + "]+")


def strip(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space at its edges; empty at `end` when there is nothing else."""
    start = skip(text, start, end)
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def skip(text: str, start: int, end: int) -> int:
    """The first place in [start, end) that is not white space, else `end`."""
    while start < end and text[start].isspace():
        start += 1
    return start


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
