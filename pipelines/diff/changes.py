"""The differences between two sets of chunks of one document. Pure."""

from __future__ import annotations

__all__ = ["KINDS", "Change", "Chunk", "DocumentDiff", "compare"]

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pipelines.diff.align import Alignment

Kind: TypeAlias = Literal["added", "removed", "recut", "reworded"]

KINDS: Final[tuple[Kind, ...]] = ("added", "removed", "recut", "reworded")


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is compared of a chunk."""

    chunk_id: str
    level: int
    start: int
    end: int
    text: str
    derived: str | None = None
    title: str | None = None

    @property
    def said(self) -> tuple[str, str | None, str | None]:
        """All of it that is read."""
        return self.text, self.derived, self.title


@dataclass(frozen=True, slots=True)
class Change:
    """Chunks before and after, over the same stretch of the document.

    added: there is nothing of it before. removed: nothing after. recut: the same text in other
    borders. reworded: the same stretch, whose text (or wording, or title) is another.
    """

    kind: Kind
    before: tuple[Chunk, ...]
    after: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True)
class DocumentDiff:
    """One document's changes, in the order of the text."""

    doc_id: str
    uri: str
    changes: tuple[Change, ...]
    same: int
    """Chunks that are alike, wherever they stand now."""

    @property
    def counts(self) -> Counter[str]:
        """How many changes there are of each kind."""
        return Counter(change.kind for change in self.changes)


def compare(
    old_text: str, new_text: str, old: Sequence[Chunk], new: Sequence[Chunk]
) -> tuple[tuple[Change, ...], int]:
    """The changes, and how many chunks are the same.

    Chunks belong together when they share text that stands in both documents; they are followed
    through what was inserted before them. Levels are compared each for itself.
    """
    alignment = Alignment(old_text, new_text)
    changes: list[Change] = []
    same = 0
    for level in sorted({chunk.level for chunk in (*old, *new)}, reverse=True):
        before = sorted((c for c in old if c.level == level), key=lambda c: (c.start, c.end))
        after = sorted((c for c in new if c.level == level), key=lambda c: (c.start, c.end))
        found, alike = _level(alignment, before, after)
        changes += found
        same += alike
    return tuple(changes), same


def _level(
    alignment: Alignment, old: Sequence[Chunk], new: Sequence[Chunk]
) -> tuple[list[Change], int]:
    there = {(c.start, c.end): n for n, c in enumerate(new)}
    partner: dict[int, int] = {}
    for n, chunk in enumerate(old):
        moved = alignment.whole(chunk.start, chunk.end)
        if moved in there and new[there[moved]].said == chunk.said:
            partner[n] = there[moved]
    taken = set(partner.values())
    elsewhere: dict[object, list[int]] = {}
    for n, chunk in enumerate(new):
        if n not in taken:
            elsewhere.setdefault(chunk.said, []).append(n)
    for n, chunk in enumerate(old):
        if n not in partner and elsewhere.get(chunk.said):
            partner[n] = elsewhere[chunk.said].pop(0)
    left_old = [n for n in range(len(old)) if n not in partner]
    taken = set(partner.values())
    left_new = [n for n in range(len(new)) if n not in taken]
    groups = _groups(alignment, old, new, left_old, left_new)
    changes = [_change(alignment, before, after) for before, after in groups]
    changes.sort(key=_place)
    return changes, len(partner)


def _groups(
    alignment: Alignment,
    old: Sequence[Chunk],
    new: Sequence[Chunk],
    left_old: Sequence[int],
    left_new: Sequence[int],
) -> list[tuple[list[Chunk], list[Chunk]]]:
    """Chunks that share text, directly or through others."""
    groups: list[tuple[list[Chunk], list[Chunk]]] = []
    of_new: dict[int, int] = {}
    for n in left_old:
        pieces = alignment.pieces(old[n].start, old[n].end)
        shared = [
            m
            for m in left_new
            if any(new[m].start < end and new[m].end > start for start, end in pieces)
        ]
        joined = sorted({of_new[m] for m in shared if m in of_new})
        if joined:
            home = joined[0]
            for other in joined[1:]:
                groups[home][0].extend(groups[other][0])
                groups[home][1].extend(groups[other][1])
                of_new.update({m: home for m, place in of_new.items() if place == other})
                groups[other] = ([], [])
        else:
            home = len(groups)
            groups.append(([], []))
        groups[home][0].append(old[n])
        for m in shared:
            if m not in of_new:
                of_new[m] = home
                groups[home][1].append(new[m])
    groups += [([], [new[m]]) for m in left_new if m not in of_new]
    return [group for group in groups if group[0] or group[1]]


def _change(alignment: Alignment, before: Sequence[Chunk], after: Sequence[Chunk]) -> Change:
    old = tuple(sorted(before, key=lambda c: (c.start, c.end)))
    new = tuple(sorted(after, key=lambda c: (c.start, c.end)))
    if not old:
        return Change("added", old, new)
    if not new:
        return Change("removed", old, new)
    return Change("reworded" if _reworded(alignment, old, new) else "recut", old, new)


def _reworded(alignment: Alignment, old: tuple[Chunk, ...], new: tuple[Chunk, ...]) -> bool:
    """Whether one chunk stands for one, and more than its borders is another."""
    if len(old) != 1 or len(new) != 1:
        return False
    before, after = old[0], new[0]
    if alignment.whole(before.start, before.end) == (after.start, after.end):
        return True
    keeps = alignment.keeps(before.start, before.end)
    return not (keeps and alignment.kept(after.start, after.end))


def _place(change: Change) -> tuple[int, int]:
    chunk = (change.after or change.before)[0]
    return chunk.start, chunk.end
