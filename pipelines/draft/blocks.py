"""The text of a notebook file, cut into one block of lines a cell or note. Pure.

Nothing but the block that is edited is ever written anew, so that every other line of the file
stays as a person wrote it, byte by byte.
"""

from __future__ import annotations

__all__ = ["Blocks", "cut"]

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

CELLS: Final = re.compile(r"cells:[ \t]*(\[[ \t]*\])?[ \t]*(#.*)?$")
DASH: Final = re.compile(r"([ ]*)-(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Blocks:
    """A file in pieces that follow each other: `head`, the blocks, `tail`.

    A block has the comments right above its dash, and the blank lines below it. `indent` is the
    column of the dashes, `newline` how the file ends its lines.
    """

    head: str
    blocks: tuple[str, ...]
    tail: str
    indent: int = 2
    newline: str = "\n"

    @property
    def text(self) -> str:
        """The file."""
        head = self.head
        if self.blocks and (found := _open(head)) is not None:
            head = found
        parts = [head, *self.blocks, self.tail]
        last = max((n for n, part in enumerate(parts) if part), default=0)
        ended = [
            part if not part or n == last or part.endswith("\n") else part + self.newline
            for n, part in enumerate(parts)
        ]
        return "".join(ended)

    def line_of(self, place: int) -> int:
        """The line of the file that a block begins at, from 1."""
        return 1 + sum(part.count("\n") for part in (self.head, *self.blocks[:place]))


def cut(text: str) -> Blocks | None:
    """The blocks of a file whose `cells` are a list of dashes; None where they are not."""
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    place = next((n for n, line in enumerate(lines) if CELLS.match(line.rstrip("\r\n"))), None)
    if place is None:
        return None
    start = place + 1
    first = next((n for n in range(start, len(lines)) if not _is_quiet(lines[n])), len(lines))
    found = DASH.match(lines[first]) if first < len(lines) else None
    if found is None or "[" in lines[place].partition("#")[0]:
        # No cells: whatever follows is another key of the file.
        return Blocks("".join(lines[:start]), (), "".join(lines[start:]), newline=newline)
    indent = len(found[1])
    starts, end = _starts(lines, first, indent)
    begins = [_with_comments(lines, n, max(start, 0), indent) for n in starts]
    end = _before_tail(lines, starts[-1], end, indent)
    edges = [*begins, end]
    blocks = tuple("".join(lines[a:b]) for a, b in pairwise(edges))
    return Blocks("".join(lines[: edges[0]]), blocks, "".join(lines[end:]), indent, newline)


def _open(head: str) -> str | None:
    """A head that says `cells: []`, ready to have cells below it."""
    kept = head.rstrip("\r\n")
    begin = kept.rfind("\n") + 1
    found = CELLS.match(kept[begin:])
    if found is None or not found[1]:
        return None
    line = kept[begin:].replace(found[1], "", 1)
    return kept[:begin] + line.rstrip() + head[len(kept) :]


def _starts(lines: list[str], first: int, indent: int) -> tuple[list[int], int]:
    """The lines with a cell's dash, and the line that the list ends before."""
    starts = []
    for place in range(first, len(lines)):
        line = lines[place]
        if _is_quiet(line):
            continue
        depth = len(line) - len(line.lstrip(" "))
        if depth == indent and DASH.match(line):
            starts.append(place)
        elif depth <= indent:
            return starts, place
    return starts, len(lines)


def _is_quiet(line: str) -> bool:
    said = line.strip()
    return not said or said.startswith("#")


def _is_comment(line: str, indent: int) -> bool:
    return line.lstrip().startswith("#") and len(line) - len(line.lstrip(" ")) <= indent


def _with_comments(lines: list[str], place: int, floor: int, indent: int) -> int:
    while place > floor and _is_comment(lines[place - 1], indent):
        place -= 1
    return place


def _before_tail(lines: list[str], last: int, end: int, indent: int) -> int:
    """Where the tail begins: comments and blank lines below the last cell are not of it."""
    while end > last + 1 and (not lines[end - 1].strip() or _is_comment(lines[end - 1], indent)):
        end -= 1
    return end
