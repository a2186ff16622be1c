"""Which characters of a text stand in another, and where. Pure."""

from __future__ import annotations

__all__ = ["Alignment"]

import re
from bisect import bisect_right
from difflib import SequenceMatcher
from typing import Final

LONG: Final = 4_000
"""Words past which what differs is compared line by line."""


class Alignment:
    """Blocks of characters that two versions of a document share, in the same order."""

    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old, new
        self.blocks = _blocks(old, new)
        """(start in the old text, start in the new one, length), ascending, not empty."""
        self._starts = [block[0] for block in self.blocks]

    def pieces(self, start: int, end: int) -> list[tuple[int, int]]:
        """Where the parts of an old span stand in the new text."""
        found = []
        first = max(bisect_right(self._starts, start) - 1, 0)
        for here, there, length in self.blocks[first:]:
            if here >= end:
                break
            begin, stop = max(start, here), min(end, here + length)
            if begin < stop and not self.old[begin:stop].isspace():
                found.append((there + begin - here, there + stop - here))
        return found

    def whole(self, start: int, end: int) -> tuple[int, int] | None:
        """Where an old span stands unchanged; None when it does not."""
        found = self.pieces(start, end)
        if len(found) != 1 or found[0][1] - found[0][0] != end - start:
            return None
        return found[0]

    def keeps(self, start: int, end: int) -> bool:
        """Whether all words of an old span stand in the new text."""
        return _covered(self.old, start, end, [(here, size) for here, _, size in self.blocks])

    def kept(self, start: int, end: int) -> bool:
        """Whether all words of a new span stood in the old text."""
        return _covered(self.new, start, end, [(there, size) for _, there, size in self.blocks])


def _covered(text: str, start: int, end: int, blocks: list[tuple[int, int]]) -> bool:
    here = start
    for begin, length in blocks:
        if begin >= end:
            break
        if begin + length > here:
            if text[here : max(begin, here)].strip():
                return False
            here = begin + length
    return here >= end or not text[here:end].strip()


def _blocks(old: str, new: str) -> list[tuple[int, int, int]]:
    head = _shared(old, new)
    tail = _shared(old[head:][::-1], new[head:][::-1])
    blocks = [(0, 0, head)] if head else []
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    for start_old, start_new, length in _matched(middle_old, middle_new):
        blocks.append((head + start_old, head + start_new, length))
    if tail:
        blocks.append((len(old) - tail, len(new) - tail, tail))
    return _fused(blocks)


def _shared(old: str, new: str) -> int:
    """Length of the beginning that two texts share."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _matched(old: str, new: str) -> list[tuple[int, int, int]]:
    if not old or not new:
        return []
    pattern = re.compile(r"\s+|\w+|[^\w\s]")
    ours, theirs = pattern.findall(old), pattern.findall(new)
    if max(len(ours), len(theirs)) > LONG:
        ours, theirs = old.splitlines(keepends=True), new.splitlines(keepends=True)
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    at_old, at_new = _offsets(ours), _offsets(theirs)
    return [
        (at_old[a], at_new[b], at_old[a + size] - at_old[a])
        for a, b, size in matcher.get_matching_blocks()
        if size and any(not part.isspace() for part in ours[a : a + size])
    ]


def _offsets(parts: list[str]) -> list[int]:
    offsets = [0]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return offsets


def _fused(blocks: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Blocks that go on in both texts where the one before ended become one."""
    fused: list[tuple[int, int, int]] = []
    for old, new, length in blocks:
        if fused:
            a, b, size = fused[-1]
            if a + size == old and b + size == new:
                fused[-1] = (a, b, size + length)
                continue
        fused.append((old, new, length))
    return fused
