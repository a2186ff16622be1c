"""Overlapping spans as pieces of text that do not overlap. Pure."""

from __future__ import annotations

__all__ = ["Piece", "pieces_of"]

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text with the chunks that cover it, by their places in the list."""

    start: int
    end: int
    chunks: tuple[int, ...]


def pieces_of(spans: Sequence[tuple[int, int]], length: int) -> list[Piece]:
    """The stretches covered by spans, in order; what no span covers is left out."""
    events: list[tuple[int, int, int]] = []
    for place, (start, end) in enumerate(spans):
        start, end = max(start, 0), min(end, length)
        if start < end:
            events += [(start, 1, place), (end, 0, place)]
    events.sort()
    found, open_now, here = [], set[int](), 0
    for offset, opens, place in events:
        if open_now and here < offset:
            found.append(Piece(here, offset, tuple(sorted(open_now))))
        here = offset
        if opens:
            open_now.add(place)
        else:
            open_now.discard(place)
    return found
