"""What each kind of edit does to the leaves of a document. Pure.

A leaf that begins and ends where the edit says is taken as it is. After a re-chunk with other
borders the edit's own are cut out of whatever holds that text now: what lies over them is trimmed,
what lies inside goes into them. Nothing else moves, and no text is lost but what is dropped.
"""

from __future__ import annotations

__all__ = ["Spans", "State", "apply_one"]

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from pipelines.edits.anchor import Conflict
from pipelines.edits.leaf import Leaf, joined
from storage.edits import Edit

Spans: TypeAlias = tuple[tuple[int, int], ...]


@dataclass
class State:
    """A document's text and its leaves in order, while edits are applied."""

    text: str
    leaves: list[Leaf]
    dropped: list[tuple[int, int, int]] = field(default_factory=list)
    """(start, end, number of the edit that dropped it)."""


def apply_one(state: State, edit: Edit, start: int, end: int) -> Spans:
    """Apply an edit whose anchor stands at [start, end); gives the spans that it made or touched.

    Raises:
        Conflict: it cannot be; the state is as it was.
    """
    return _SHAPES[edit.kind](state, edit, start, end)


def _retitle(state: State, edit: Edit, start: int, end: int) -> Spans:
    place = _target(state, start, end)
    leaf = state.leaves[place]
    if leaf.title is not None and leaf.titled != edit.anchor.text:
        raise Conflict("the chunk that holds its text now has a title from another edit")
    title = edit.value or None
    titled = edit.anchor.text if title else ""
    state.leaves[place] = leaf.touched(edit.number, title=title, titled=titled)
    return (leaf.span,)


def _annotate(state: State, edit: Edit, start: int, end: int) -> Spans:
    place = _target(state, start, end)
    leaf = state.leaves[place]
    notes = tuple(note for note in leaf.notes if note[0] != edit.anchor.text)
    if edit.value:
        notes = (*notes, (edit.anchor.text, edit.value))
    state.leaves[place] = leaf.touched(edit.number, notes=notes)
    return (leaf.span,)


def _pin(state: State, edit: Edit, start: int, end: int) -> Spans:
    place = _isolated(state, start, end)
    leaf = state.leaves[place]
    state.leaves[place] = leaf.touched(edit.number, pinned=True, held=edit.number)
    return ((start, end),)


def _change(state: State, edit: Edit, start: int, end: int) -> Spans:
    if not edit.value.strip():
        raise Conflict("it gives no wording; drop a chunk that is not wanted")
    place = _isolated(state, start, end)
    leaf = state.leaves[place]
    state.leaves[place] = leaf.touched(edit.number, wording=edit.value, held=edit.number)
    return ((start, end),)


def _drop(state: State, edit: Edit, start: int, end: int) -> Spans:
    _isolated(state, start, end)
    state.leaves = [leaf for leaf in state.leaves if leaf.span != (start, end)]
    state.dropped.append((start, end, edit.number))
    return ()


def _merge(state: State, edit: Edit, start: int, end: int) -> Spans:
    place = _isolated(state, start, end, joining=True)
    state.leaves[place] = state.leaves[place].touched(edit.number, held=edit.number)
    return ((start, end),)


def _split(state: State, edit: Edit, start: int, end: int) -> Spans:
    cut = start + edit.place
    if not start < cut < end:
        raise Conflict("it cuts outside its text")
    across = [n for n, leaf in enumerate(state.leaves) if leaf.start < cut < leaf.end]
    if not across:
        if _gone(state, start, end) is not None:
            raise Conflict(_said_gone(state, start, end))
        near = [leaf for leaf in state.leaves if leaf.overlap(start, end)]
        return tuple(leaf.span for leaf in near)
    place = _best(state, start, end, across)
    leaf = state.leaves[place]
    if leaf.wording is not None:
        raise Conflict("the chunk has a wording of its own, which cannot be split with its text")
    if leaf.held and leaf.span != (start, end):
        raise Conflict(f"it would cut what edit {leaf.held} made")
    left = leaf.cut(state.text, leaf.start, cut)
    right = leaf.cut(state.text, cut, leaf.end)
    if left is None or right is None:
        raise Conflict("one side of the cut holds no text")
    left = left.touched(edit.number, held=0)
    right = right.bare().touched(edit.number, held=0)
    state.leaves[place : place + 1] = [left, right]
    _sort(state)
    return (left.span, right.span)


def _target(state: State, start: int, end: int) -> int:
    """The leaf that holds the span: exactly, or whole, or most of it."""
    shared = [n for n, leaf in enumerate(state.leaves) if leaf.overlap(start, end)]
    if not shared:
        raise Conflict(_said_gone(state, start, end))
    return _best(state, start, end, shared)


def _best(state: State, start: int, end: int, places: list[int]) -> int:
    def rank(place: int) -> tuple[int, int, int]:
        leaf = state.leaves[place]
        return -leaf.overlap(start, end), leaf.end - leaf.start, place

    return min(places, key=rank)


def _isolated(state: State, start: int, end: int, *, joining: bool = False) -> int:
    """The place of the leaf [start, end), which is made if there is none.

    Args:
        joining: leaves inside, with all that people gave them, become part of it.
    """
    spans = [leaf.span for leaf in state.leaves]
    if (start, end) in spans:
        return spans.index((start, end))
    gone = _gone(state, start, end)
    if gone is not None:
        raise Conflict(f"part of its text was dropped by edit {gone}")
    over = [leaf for leaf in state.leaves if leaf.overlap(start, end)]
    if not over:
        raise Conflict("no chunk holds its text")
    inside = [leaf for leaf in over if start <= leaf.start and leaf.end <= end]
    begins = any(leaf.start == start for leaf in inside)
    ends = any(leaf.end == end for leaf in inside)
    kept = [leaf for leaf in state.leaves if not leaf.overlap(start, end)]
    trimmed: list[Leaf] = []
    whole: list[Leaf] = []
    for leaf in over:
        if leaf in inside:
            if leaf.held and not joining:
                raise Conflict(f"it would take in what edit {leaf.held} made")
            whole.append(leaf)
        elif _beside(leaf, start, end, begins, ends):
            kept.append(leaf)
        else:
            if leaf.held:
                raise Conflict(f"it would cut what edit {leaf.held} made")
            left = leaf.cut(state.text, leaf.start, start) if leaf.start < start else None
            right = leaf.cut(state.text, end, leaf.end) if leaf.end > end else None
            if left is not None and right is not None:
                right = right.bare()
            trimmed += [part for part in (left, right) if part is not None]
            if left is None and right is None:
                whole.append(leaf)
    parts = sorted(whole or over, key=lambda leaf: leaf.span)
    made = joined(state.text, start, end, parts)
    if not whole:
        made = replace(made.bare(), edits=())
    for part in sorted(trimmed, key=lambda part: part.start - part.end):
        if part.edits or not _held_by(part, kept):
            kept.append(part)
    state.leaves = [*kept, made]
    _sort(state)
    return state.leaves.index(made)


def _beside(leaf: Leaf, start: int, end: int, begins: bool, ends: bool) -> bool:
    """Whether a leaf only overlaps as neighbours do, and so stays."""
    if leaf.start < start and leaf.end > end:
        return begins and ends
    return begins if leaf.start < start else ends


def _held_by(part: Leaf, leaves: Sequence[Leaf]) -> bool:
    """Whether another leaf holds all of this one: it lay in an overlap."""
    return any(leaf.start <= part.start and part.end <= leaf.end for leaf in leaves)


def _gone(state: State, start: int, end: int) -> int | None:
    """The edit that dropped text of the span which no leaf holds any more."""
    for first, until, number in state.dropped:
        here, stop = max(first, start), min(until, end)
        for leaf in state.leaves:
            if leaf.start <= here < leaf.end:
                here = leaf.end
        if here < stop and state.text[here:stop].strip():
            return number
    return None


def _said_gone(state: State, start: int, end: int) -> str:
    number = _gone(state, start, end)
    return f"its text was dropped by edit {number}" if number else "no chunk holds its text"


def _sort(state: State) -> None:
    state.leaves.sort(key=lambda leaf: leaf.span)


_SHAPES: Final[Mapping[str, Callable[[State, Edit, int, int], Spans]]] = {
    "merge": _merge,
    "split": _split,
    "retitle": _retitle,
    "change": _change,
    "drop": _drop,
    "pin": _pin,
    "annotate": _annotate,
}
