"""Which parts of a long document are read together, and which chunks each part answers for."""

from __future__ import annotations

__all__ = ["Reading", "readings"]

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """Characters `start` to `end` of a text, for the chunks from `first` up to `last`."""

    start: int
    end: int
    first: int
    last: int


def readings(
    text: str, spans: Sequence[tuple[int, int]], most: int, count: Callable[[str], int]
) -> list[Reading]:
    """The whole text, if it has at most `most` tokens; else runs of chunks that do.

    Args:
        spans: of the chunks, ascending by their starts.
        count: tokens of a text.

    A chunk that is longer than `most` by itself is a part of its own, cut to what its beginning
    has room for.
    """
    if not spans:
        return []
    tokens = count(text)
    if tokens <= most:
        return [Reading(0, len(text), 0, len(spans))]
    # Characters that surely fit, by the mean; each part is then checked exactly.
    found: list[Reading] = []
    first = 0
    while first < len(spans):
        start = spans[first][0]
        last = first + 1
        end = spans[first][1]
        while last < len(spans):
            farther = max(end, spans[last][1])
            if (farther - start) * tokens > most * len(text):
                break
            end, last = farther, last + 1
        while last > first + 1 and count(text[start:end]) > most:
            last -= max(1, (last - first) // 8)
            last = max(last, first + 1)
            end = max(stop for _, stop in spans[first:last])
        while count(text[start:end]) > most:
            end = start + (end - start) * 7 // 8
        found.append(Reading(start, end, first, last))
        first = last
    return found
