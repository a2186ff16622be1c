"""Sections as parents of the chunks that they hold."""

from __future__ import annotations

__all__ = ["Parents", "with_parents"]

from bisect import bisect_left
from collections.abc import Iterator
from typing import Literal

from ops.segment.outline import Section
from ops.segment.piece import Piece

Parents = Literal["none", "nearest", "all"]


def with_parents(leaves: list[Piece], sections: list[Section], which: Parents) -> Iterator[Piece]:
    """The leaves with the sections above them, in order of start, outer ones first.

    A section that holds but one leaf is no parent; a leaf that reaches past its end is not in it.
    """
    if which == "none":
        yield from leaves
        return
    starts = [leaf.start for leaf in leaves]
    held = [_held(leaves, starts, one) for one in sections]
    kept = [number for number, range_ in enumerate(held) if len(range_) > 1]
    nearest = [-1] * len(leaves)
    for number in kept:  # inner sections come last
        nearest[held[number].start : held[number].stop] = [number] * len(held[number])
    if which == "nearest":
        kept = sorted(set(nearest) - {-1})
    above = _above(sections, kept if which == "all" else [])
    heights = dict.fromkeys(kept, 1)
    for number in reversed(kept):
        if above.get(number, -1) >= 0:
            heights[above[number]] = max(heights[above[number]], heights[number] + 1)
    made: dict[int, Piece] = {}
    for number in kept:
        one, parent = sections[number], made.get(above.get(number, -1))
        made[number] = Piece(one.start, one.end, "heading", heights[number], parent)
    pieces = [
        leaf._replace(parent=made.get(near)) for leaf, near in zip(leaves, nearest, strict=True)
    ]
    yield from sorted([*made.values(), *pieces], key=lambda piece: (piece.start, -piece.level))


def _held(leaves: list[Piece], starts: list[int], section: Section) -> range:
    """The leaves that lie in a section."""
    first, after = bisect_left(starts, section.start), bisect_left(starts, section.end)
    while after > first and leaves[after - 1].end > section.end:
        after -= 1
    return range(first, after)


def _above(sections: list[Section], kept: list[int]) -> dict[int, int]:
    """For each of the sections kept the nearest of them that holds it."""
    found: dict[int, int] = {}
    waiting: list[int] = []
    for number in kept:
        while waiting and sections[waiting[-1]].end < sections[number].end:
            waiting.pop()
        if waiting:
            found[number] = waiting[-1]
        waiting.append(number)
    return found
