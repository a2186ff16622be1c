"""Where the cells of a list are drawn: rows from the top, branches beside each other. Pure."""

from __future__ import annotations

__all__ = ["Block", "Layout", "arrange", "lay_out"]

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from tui.widgets.lanes import Lanes, Node, plan

NARROWEST: Final = 26
"""Cells; branches stand side by side where each column has at least this many."""
MOST_LANES: Final = 8
"""Lines drawn beside each other; what goes beyond is told in words only."""


@dataclass(frozen=True, slots=True)
class Block:
    """Where an entry is drawn: the lines and cells it takes."""

    place: int
    x: int
    y: int
    width: int
    height: int

    def holds(self, x: int, y: int) -> bool:
        """Whether a point lies on it, or on its mark at the left."""
        return self.x - 2 <= x < self.x + self.width and self.y <= y < self.y + self.height


@dataclass(frozen=True, slots=True)
class Layout:
    """All blocks, and the lanes between them."""

    lanes: Lanes = field(default_factory=lambda: plan([], beside=False))
    beside: bool = False
    """Whether branches stand side by side."""
    step: int = 2
    """Cells from one lane to the next."""
    blocks: Mapping[int, Block] = field(default_factory=dict)
    tops: Sequence[int] = ()
    """The first line of each row: that of its wires."""
    height: int = 0

    @property
    def columns(self) -> int:
        """How many branches stand side by side."""
        return self.lanes.lanes if self.beside else 1

    def row_at(self, line: int) -> int:
        """The row that a line belongs to; -1 before the first."""
        return bisect_right(self.tops, line) - 1

    def place_at(self, x: int, y: int) -> int | None:
        """What is drawn at a point."""
        return next((place for place, block in self.blocks.items() if block.holds(x, y)), None)


def arrange(nodes: Sequence[Node], width: int) -> Layout:
    """Which lanes there are in so many cells; nothing is placed yet."""
    side = plan(nodes, beside=True)
    if side.lanes > 1 and width // side.lanes >= NARROWEST:
        return Layout(side, True, width // side.lanes)
    return Layout(plan(nodes, beside=False))


def lay_out(arranged: Layout, width: int, height: Callable[[int, int], int]) -> Layout:
    """Place every entry.

    Args:
        width: cells that there are.
        height: (place, width) → the lines that an entry takes when it is so wide.
    """
    lanes = arranged.lanes
    blocks: dict[int, Block] = {}
    tops = []
    y = 0
    for row in range(lanes.rows):
        tops.append(y)
        tallest = 0
        for place in lanes.at(row):
            x, room = _column(arranged, place, row, width)
            block = blocks[place] = Block(place, x, y + 1, room, height(place, room - 2))
            tallest = max(tallest, block.height)
        y += 1 + tallest
    return replace(arranged, blocks=blocks, tops=tops, height=y + 1)


def _column(arranged: Layout, place: int, row: int, width: int) -> tuple[int, int]:
    """Where an entry begins, and how wide it is."""
    lanes, step = arranged.lanes, arranged.step
    if not arranged.beside:
        x = 1 + step * min(lanes.lanes, MOST_LANES)
        return x, width - x
    lane = lanes.placed[place].lane
    x = lane * step + 2
    beside = {lanes.placed[other].lane for other in lanes.at(row)}
    beyond = [other for other in {*beside, *lanes.through[row]} if other > lane]
    return x, (min(beyond) * step if beyond else width) - x - 1
