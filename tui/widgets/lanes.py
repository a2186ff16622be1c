"""The wiring of a notebook as lines: which cell stands in which lane and row. Pure."""

from __future__ import annotations

__all__ = ["Lanes", "Node", "Placed", "connector", "plan"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8
BOX: Final = {
    UP | DOWN: "│",
    LEFT | RIGHT: "─",
    DOWN | RIGHT: "╭",
    DOWN | LEFT: "╮",
    UP | RIGHT: "╰",
    UP | LEFT: "╯",
    UP | DOWN | RIGHT: "├",
    UP | DOWN | LEFT: "┤",
    LEFT | RIGHT | DOWN: "┬",
    LEFT | RIGHT | UP: "┴",
    UP | DOWN | LEFT | RIGHT: "┼",
    UP: "│",
    DOWN: "│",
    LEFT: "─",
    RIGHT: "─",
}


@dataclass(frozen=True, slots=True)
class Node:
    """An entry: a cell with its id and inputs, or a note, which has no id."""

    id: str | None
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an entry stands. `goes_on` says that a line leaves it downwards."""

    row: int
    lane: int
    goes_on: bool = False
    branch: bool = False
    """Its input is read by a cell before it too."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """Where every entry stands, and the lines between them.

    `through` has, for each row, the lanes that a line passes along it without a cell; `wires` has,
    for the line above each row, lane → the directions that lines leave it in, and with them the
    stretches between two lanes.
    """

    placed: tuple[Placed, ...]
    rows: int
    lanes: int
    through: tuple[frozenset[int], ...]
    wires: tuple[Mapping[int, int], ...]
    across: tuple[tuple[tuple[int, int], ...], ...]

    def at(self, row: int) -> list[int]:
        """The entries of a row, by place, from the left."""
        found = [n for n, placed in enumerate(self.placed) if placed.row == row]
        return sorted(found, key=lambda n: self.placed[n].lane)


@dataclass(slots=True)
class _Line:
    """The line from a cell to those of its readers that are still to come.

    It is drawn down to the wires above `row`, and leaves them in `lane`.
    """

    lane: int
    row: int


class _Planner:
    """Goes through the entries once. A cell takes over the lane of a line that ends there, or else
    that of its first input, whose line then goes on to its other readers in a lane of its own."""

    def __init__(self, nodes: Sequence[Node], *, beside: bool) -> None:
        self.nodes = nodes
        self.beside = beside
        self.place_of: dict[str, int] = {}
        self.left: dict[int, int] = {}
        """Cell → readers still to come."""
        self.lines: dict[int, _Line] = {}
        self.free_from: dict[int, int] = {}
        self.placed: list[Placed] = []
        self.next_row = 0
        self.floor = 0
        self.through: dict[int, set[int]] = {}
        self.wires: dict[int, dict[int, int]] = {}
        self.across: dict[int, set[tuple[int, int]]] = {}

    def run(self) -> None:
        for place, node in enumerate(self.nodes):
            if node.id is not None:
                self.place_of.setdefault(node.id, place)
        aboves = [self._above(place, node) for place, node in enumerate(self.nodes)]
        for above in aboves:
            for each in above:
                self.left[each] = self.left.get(each, 0) + 1
        read: set[int] = set()
        for place, (node, above) in enumerate(zip(self.nodes, aboves, strict=True)):
            if node.id is None:
                self.placed.append(Placed(self.next_row, 0))
                self.next_row += 1
                self.floor = self.next_row
            else:
                self._cell(place, above, branch=len(above) == 1 and above[0] in read)
            read.update(above)

    def _above(self, place: int, node: Node) -> list[int]:
        """The inputs that stand above; a line goes down only."""
        found = [self.place_of[name] for name in node.inputs if name in self.place_of]
        return [n for n in dict.fromkeys(found) if n < place]

    def _cell(self, place: int, above: list[int], *, branch: bool) -> None:
        row = self.next_row
        if self.beside:
            below = [max(self.placed[n].row + 1, self.lines[n].row) for n in above]
            row = max([self.floor, *below])
        ends = [self.lines[n].lane for n in above if self.left[n] == 1]
        lane = min(ends) if ends else self.lines[above[0]].lane if above else self._free(row)
        for each in above:
            self._arrive(each, row, lane)
        goes_on = place in self.left
        if goes_on:
            self.lines[place] = _Line(lane, row)
        else:
            self.free_from[lane] = row + 1
        self.placed.append(Placed(row, lane, goes_on, branch))
        self.next_row = max(self.next_row, row + 1)

    def _arrive(self, above: int, row: int, lane: int) -> None:
        """Draw the line from a cell down to the wires above a row, and to a lane there."""
        line = self.lines[above]
        self._down(above, line, row)
        if line.lane != lane:
            self._join(row, line.lane, lane)
        self._wire(row, lane, DOWN)
        self.left[above] -= 1
        if not self.left[above]:
            del self.lines[above]
            if line.lane != lane:
                self.free_from[line.lane] = row + 1
            return
        line.row = row
        if line.lane == lane:
            self.free_from.setdefault(lane, 0)
            line.lane = self._free(row, taken=lane)
            self._join(row, lane, line.lane)
        self._wire(row, line.lane, DOWN)

    def _down(self, above: int, line: _Line, row: int) -> None:
        begin = self.placed[above].row
        for passed in range(line.row, row):
            if passed > begin:
                self.through.setdefault(passed, set()).add(line.lane)
            if passed > line.row:
                self._wire(passed, line.lane, UP | DOWN)
        if row > line.row:
            self._wire(row, line.lane, UP)

    def _free(self, row: int, taken: int = -1) -> int:
        """The first lane that nothing stands in from a row on."""
        busy = {line.lane for line in self.lines.values()} | {taken}
        lane = 0
        while lane in busy or self.free_from.get(lane, 0) > row:
            lane += 1
        return lane

    def _wire(self, row: int, lane: int, directions: int) -> None:
        wires = self.wires.setdefault(row, {})
        wires[lane] = wires.get(lane, 0) | directions

    def _join(self, row: int, one: int, other: int) -> None:
        low, high = sorted((one, other))
        self.across.setdefault(row, set()).add((low, high))
        self._wire(row, low, RIGHT)
        self._wire(row, high, LEFT)


def plan(nodes: Sequence[Node], *, beside: bool) -> Lanes:
    """Lay a notebook out.

    Args:
        beside: cells that do not depend on each other may share a row; otherwise each has its own.
    """
    planner = _Planner(nodes, beside=beside)
    planner.run()
    rows = range(planner.next_row)
    used = [placed.lane for placed in planner.placed]
    used += [lane for wires in planner.wires.values() for lane in wires]
    return Lanes(
        tuple(planner.placed),
        planner.next_row,
        max(used, default=0) + 1,
        tuple(frozenset(planner.through.get(row, ())) for row in rows),
        tuple(planner.wires.get(row, {}) for row in rows),
        tuple(tuple(sorted(planner.across.get(row, ()))) for row in rows),
    )


def connector(lanes: Lanes, row: int, step: int, first: int, width: int) -> str:
    """The line of wires above a row.

    Args:
        step: cells from one lane to the next.
        first: the cell that lane 0 stands in.
    """
    bits = [0] * width
    for low, high in lanes.across[row]:
        for x in range(first + low * step, min(first + high * step, width - 1) + 1):
            if x > first + low * step:
                bits[x] |= LEFT
            if x < first + high * step:
                bits[x] |= RIGHT
    for lane, directions in lanes.wires[row].items():
        x = first + lane * step
        if x < width:
            bits[x] |= directions
    return "".join(BOX.get(each, " ") for each in bits)
