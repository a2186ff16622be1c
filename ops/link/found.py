"""What a source of entities finds in a text."""

from __future__ import annotations

__all__ = ["SOURCES", "Found", "longest", "one_per_span"]

from collections.abc import Iterable
from typing import Final, NamedTuple

from ops.enrich.code import Span

SOURCES: Final = ("ner", "declared", "keyword")
"""From the strongest to the weakest, where several found the same span."""


class Found(NamedTuple):
    """A name at a place; `text` is exactly what stands there."""

    start: int
    end: int
    text: str
    canonical: str
    label: str
    source: str


def longest(found: Iterable[Found]) -> list[Found]:
    """Of overlapping spans of one source the longest, of equal ones the first; in order."""
    kept: dict[str, list[Found]] = {}
    for each in sorted(found, key=lambda f: (f.source, f.start - f.end, f.start, f)):
        kept.setdefault(each.source, []).append(each)
    return sorted(f for each in kept.values() for f in _apart(each))


def _apart(ranked: list[Found]) -> list[Found]:
    taken: set[int] = set()
    kept = []
    for each in ranked:
        # The longest go first, so a later one that overlaps has an end inside or is the same.
        if each.start in taken or each.end - 1 in taken:
            continue
        taken.update(range(each.start, each.end))
        kept.append(each)
    return kept


def one_per_span(found: Iterable[Found]) -> list[Found]:
    """Of spans that coincide only that of the strongest source; in order."""
    best: dict[Span, Found] = {}
    for each in found:
        span = (each.start, each.end)
        if span not in best or _strength(each) < _strength(best[span]):
            best[span] = each
    return sorted(best.values())


def _strength(found: Found) -> tuple[int, str, str]:
    return SOURCES.index(found.source), found.canonical, found.label
