"""A chunk of the lowest level while edits are applied to it."""

from __future__ import annotations

__all__ = ["BOUNDARY", "Leaf", "joined"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

BOUNDARY: Final = "edit"
"""Why a chunk ends where a person cut."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A span of the document, the row it comes from, and what people gave it."""

    start: int
    end: int
    row: Mapping[str, Any]
    """As its segmenter made it; of several joined, the first."""
    last: Mapping[str, Any] | None = None
    """The row whose end is this leaf's end, and so tells why it ends there; None after a cut."""
    title: str | None = None
    titled: str = ""
    """The text that was given the title."""
    notes: tuple[tuple[str, str], ...] = ()
    """(text, what was noted of it)."""
    pinned: bool = False
    wording: str | None = None
    held: int = 0
    """Number of the edit that its borders come from, so that another cannot move them."""
    edits: tuple[int, ...] = ()

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Leaf:
        """A row as a leaf, with what earlier edits gave it if they are applied already."""
        leaf = cls(row["start"], row["end"], row, row)
        edits = tuple(row.get("edits") or ())
        if not edits:
            return leaf
        own = [{"start": leaf.start, "end": leaf.end}]
        wording = row["derived_text"] if row["derived_spans"] == own else None
        pinned, title, note = bool(row["pinned"]), row["chunk_title"], row["note"]
        return replace(
            leaf,
            title=title,
            titled=row["text"] if title is not None else "",
            notes=((row["text"], note),) if note else (),
            pinned=pinned,
            wording=wording,
            held=edits[-1] if pinned or wording is not None else 0,
            edits=edits,
        )

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end

    @property
    def recut(self) -> bool:
        """Whether its borders are not those of its row."""
        return (self.row["start"], self.row["end"]) != self.span

    def touched(self, number: int, **changes: Any) -> Leaf:
        """This leaf after an edit."""
        edits = self.edits if number in self.edits else (*self.edits, number)
        return replace(self, edits=edits, **changes)

    def overlap(self, start: int, end: int) -> int:
        """Characters that it shares with a span."""
        return max(0, min(self.end, end) - max(self.start, start))

    def cut(self, text: str, start: int, end: int) -> Leaf | None:
        """The part of it inside [start, end), without white space where it was cut; or None.

        What people gave the leaf stays with the part; see that only one part keeps it.
        """
        first, until = max(self.start, start), min(self.end, end)
        if first > self.start:
            first += len(text[first:until]) - len(text[first:until].lstrip())
        if until < self.end:
            until -= len(text[first:until]) - len(text[first:until].rstrip())
        if first >= until or text[first:until].isspace():
            return None
        return replace(self, start=first, end=until, last=self.last if until == self.end else None)

    def bare(self) -> Leaf:
        """The same without what people gave it."""
        return replace(self, title=None, titled="", notes=(), pinned=False, wording=None)


def joined(text: str, start: int, end: int, leaves: Sequence[Leaf]) -> Leaf:
    """One leaf [start, end) with all that people gave these, which are in order."""
    first = leaves[0]
    last = next((leaf.last for leaf in leaves if leaf.end == end), None)
    named = next((leaf for leaf in leaves if leaf.title is not None), first)
    wording = None
    if any(leaf.wording is not None for leaf in leaves):
        own = [leaf.wording or text[leaf.start : leaf.end] for leaf in leaves]
        wording = "\n".join(own)
    return Leaf(
        start,
        end,
        first.row,
        last,
        named.title,
        named.titled,
        tuple(dict.fromkeys(note for leaf in leaves for note in leaf.notes)),
        any(leaf.pinned for leaf in leaves),
        wording,
        edits=tuple(dict.fromkeys(number for leaf in leaves for number in leaf.edits)),
    )
