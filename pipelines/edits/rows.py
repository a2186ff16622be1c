"""From leaves and parents back to rows of the chunks frame: spans, ids, places. Pure."""

from __future__ import annotations

__all__ = ["rows_of"]

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ops.captions import Captions
from ops.frames import chunk_id
from ops.segment.chunks import derived
from pipelines.edits.leaf import BOUNDARY, Leaf

Count: TypeAlias = Callable[[Sequence[str]], list[int]]
"""Tokens of each text."""
Row: TypeAlias = dict[str, Any]


def rows_of(
    text: str, leaves: Sequence[Leaf], raw: Sequence[Mapping[str, Any]], count: Count
) -> list[Row]:
    """Every row of a document: the leaves, and the parents as far as they still have children.

    A parent whose children are others now reaches from its first to its last child; one without any
    goes. Ids and places are made anew, so that a chunk is named by its text as ever.

    Args:
        raw: the rows as their segmenter made them.
        count: of the segmenter's tokenizer, for texts that are others now.
    """
    whole = _Text(text, Captions.of(text))
    made = [_leaf_row(whole, leaf) for leaf in leaves]
    children = [(leaf.row["parent_id"], leaf.span) for leaf in leaves]
    below = [row for row in raw if row["level"] == 0]
    for level in sorted({row["level"] for row in raw} - {0}):
        here = [row for row in raw if row["level"] == level]
        kept = _parents(whole, here, children, _children_of(below))
        made += kept
        children += [(row["parent_id"], (row["start"], row["end"])) for row in kept]
        below += here
    uncounted = [row for row in made if row["tokens"] is None]
    counts = count([whole.counted(row["start"], row["end"]) for row in uncounted])
    for row, tokens in zip(uncounted, counts, strict=True):
        row["tokens"] = tokens
    return _named(made)


@dataclass(frozen=True, slots=True)
class _Text:
    """A document's text, and what of it is said if it is captions."""

    text: str
    captions: Captions | None

    def counted(self, start: int, end: int) -> str:
        """What segmenters count of a span."""
        captions = self.captions
        return captions.speech[start:end].strip() if captions else self.text[start:end]


def _leaf_row(text: _Text, leaf: Leaf) -> Row:
    row = dict(leaf.row)
    if leaf.recut:
        row |= _recut(text, leaf.row, *leaf.span)
        last = leaf.last
        row["boundary"] = last["boundary"] if last is not None else BOUNDARY
        for name in ("boundary_score", "boundary_threshold"):
            if name in row:
                row[name] = last[name] if last is not None else None
    if leaf.wording is not None:
        row["derived_text"] = leaf.wording
        row["derived_spans"] = [{"start": leaf.start, "end": leaf.end}]
    row["chunk_title"] = leaf.title
    row["note"] = "\n".join(note for _, note in leaf.notes) or None
    row["pinned"] = leaf.pinned if leaf.edits else None
    row["edits"] = list(leaf.edits) or None
    return row


def _recut(whole: _Text, row: Mapping[str, Any], start: int, end: int) -> Row:
    """What changes with the borders; a repeated lead (a table's header) stays in front."""
    text, spans = whole.text, row.get("derived_spans") or ()
    lead = [(span["start"], span["end"]) for span in spans if span["end"] <= row["start"]]
    told, spans = derived(text, whole.captions, lead, (start, end))
    changed: Row = {"start": start, "end": end, "text": text[start:end], "tokens": None}
    return changed | {"derived_text": told, "derived_spans": spans}


def _children_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, set[tuple[int, int]]]:
    found: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for row in rows:
        found[row["parent_id"]].add((row["start"], row["end"]))
    return found


def _parents(
    text: _Text,
    parents: Sequence[Mapping[str, Any]],
    children: Sequence[tuple[str | None, tuple[int, int]]],
    before: Mapping[str, set[tuple[int, int]]],
) -> list[Row]:
    spans: dict[str | None, list[tuple[int, int]]] = defaultdict(list)
    for owner, span in children:
        spans[owner].append(span)
    kept = []
    for parent in parents:
        name = parent["chunk_id"]
        now = spans.get(name, [])
        row = dict(parent) | {"chunk_title": None, "note": None, "pinned": None, "edits": None}
        if set(now) != before.get(name, set()):
            if not now:
                continue
            start, end = min(s for s, _ in now), max(e for _, e in now)
            if (start, end) != (parent["start"], parent["end"]):
                row |= _recut(text, parent, start, end)
        kept.append(row)
    return kept


def _named(rows: Sequence[Row]) -> list[Row]:
    """The rows with ids by text and occurrence, in order, and their parents' new ids."""
    seen: dict[tuple[int, str], int] = defaultdict(int)
    places: dict[int, int] = defaultdict(int)
    names: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: (-row["level"], row["start"], row["end"])):
        level, told = row["level"], row["text"]
        name = chunk_id(row["doc_id"], level, told, seen[level, told])
        seen[level, told] += 1
        if level:
            names[row["chunk_id"]] = name
        row["ordinal"] = places[level]
        places[level] += 1
        row["chunk_id"] = name
        row["parent_id"] = names.get(row["parent_id"])
    return list(rows)
