"""Which canonical names of one document are the same thing."""

from __future__ import annotations

__all__ = ["label_of", "merged"]

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from ops.link.canonical import singular

FALLBACK: Final = "KEYWORD"
WEAK: Final = frozenset({"KEYWORD", "DOCUMENT", ""})
"""Labels that any other is preferred to."""

PROPER: Final = frozenset({"PERSON", "PACKAGE", "GPE", "LOC", "NORP", "LANGUAGE"})
"""Kinds whose names have no plural: Windows is not many a window."""


def label_of(declared: Iterable[str], recognised: Mapping[str, int]) -> str:
    """What a thing is: as declared, else as most often recognised, else a keyword."""
    strong = sorted(set(declared) - WEAK)
    if strong:
        return strong[0]
    votes = [(-count, label) for label, count in recognised.items() if label not in WEAK]
    if votes:
        return min(votes)[1]
    return next(iter(sorted(set(declared) & {"DOCUMENT"})), FALLBACK)


def merged(
    labels: Mapping[str, str],
    abbreviations: Iterable[tuple[str, str]],
    people: Collection[str] = (),
) -> dict[str, str]:
    """For each canonical name that goes by another one in this document, that other.

    A short form becomes its long form (the one defined most often), a single name of a person the
    only full name that ends with it, a plural the singular where both occur as the same kind. A
    package keeps its name: there the long form becomes the short one.

    Args:
        labels: canonical name → label, for every name found.
        abbreviations: (short, long) canonical names, one for each definition.
        people: names that are written as those of people are.
    """
    becomes: dict[str, str] = {}
    by_last: dict[str, list[str]] = {}
    for name in sorted(people):
        if "-" in name:
            by_last.setdefault(name.rpartition("-")[2], []).append(name)
    for name in sorted(labels):
        one = singular(name) or ""
        if one in labels and labels[one] == labels[name] not in PROPER:
            becomes[name] = one
        elif name in people and len(by_last.get(name, ())) == 1:
            becomes[name] = by_last[name][0]
    counts = Counter((short, long) for short, long in abbreviations if short and long != short)
    for (short, long), _ in sorted(counts.items(), key=lambda item: (item[1], item[0])):
        if labels.get(short) == "PACKAGE":
            becomes[long] = short
        else:
            becomes[short] = long  # the last one set is the most frequent
    return {name: _end_of(name, becomes) for name in becomes if _end_of(name, becomes) != name}


def _end_of(name: str, becomes: Mapping[str, str]) -> str:
    """Where the chain of names ends; a circle ends at its smallest name."""
    path = [name]
    while (following := becomes.get(path[-1])) is not None:
        if following in path:
            return min(path[path.index(following) :])
        path.append(following)
    return path[-1]
