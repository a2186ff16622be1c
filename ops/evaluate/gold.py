"""Where segments of documents really begin, as people marked it."""

from __future__ import annotations

__all__ = ["Gold", "lengths", "read_gold"]

import csv
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

from ops.errors import UsageError
from ops.evaluate.questions import DOCUMENT

Gold: TypeAlias = Mapping[str, tuple[int, ...]]
"""What names a document (title, file name or URI) → the offsets where segments begin, ascending."""


def read_gold(path: Path) -> Gold:
    """Gold boundaries from a CSV file with a head: `document`, `start`, a line a segment.

    `start` is the offset in characters at which a segment begins; 0 may be left out.

    Raises:
        UsageError: the file cannot be read, or a line of it is wrong; the line is named.
    """
    found: dict[str, set[int]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line, row in enumerate(csv.DictReader(file), start=2):
                name = next((row[column] for column in DOCUMENT if row.get(column)), "")
                start = (row.get("start") or "").strip()
                if not name or not start.isdigit():
                    hint = "columns: document, start"
                    said = f"{path}, record {line}: it needs a document and a number of characters"
                    raise UsageError(said, hint=hint)
                found.setdefault(name, set()).add(int(start))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path} is no CSV in UTF-8: {error}") from None
    if not found:
        raise UsageError(f"{path} has no boundaries", hint="columns: document, start")
    return {name: tuple(sorted(starts)) for name, starts in found.items()}


def lengths(units: Sequence[tuple[int, int]], starts: Iterable[int]) -> list[int]:
    """How many units each segment has when segments begin at these offsets.

    A start inside a unit counts as the edge of the unit that is nearer, of two equally near the
    later. What begins at the first unit, or after the last, parts nothing.
    """
    edges = [start for start, _ in units]
    places = {0, len(units)}
    for start in starts:
        at = bisect_left(edges, start)
        inside = at > 0 and start < units[at - 1][1]
        if inside and start - edges[at - 1] < units[at - 1][1] - start:
            at -= 1
        places.add(at)
    ordered = sorted(places)
    return [end - begin for begin, end in pairwise(ordered)]
