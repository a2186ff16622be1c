"""Small edits of a document, and how many of its chunks they leave as they were."""

from __future__ import annotations

__all__ = ["Edit", "Kept", "edited", "small_edits", "stability_of"]

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

import polars as pl

from ops.frames import STRUCTURE
from ops.segment.sentences import sentences

NEW: Final = " This sentence is new."
WORD: Final = "altered"

Cut: TypeAlias = Callable[[pl.DataFrame], pl.DataFrame]
"""Documents → their chunks (`doc_id`, `start`, `text`, `level`)."""


class Edit(NamedTuple):
    """The characters [start, end) of a text become `text`."""

    start: int
    end: int
    text: str


class Kept(NamedTuple):
    """Chunks that small edits left as they were, of all that there were, over all edits."""

    same: int
    total: int

    @property
    def share(self) -> float:
        """1 where there was no chunk to change."""
        return self.same / self.total if self.total else 1.0


def small_edits(text: str) -> tuple[Edit, ...]:
    """Three edits such as people make, always the same: a sentence more after the first quarter of
    the sentences, the one in the middle gone, and a word changed in the last quarter.

    A text of few sentences gets fewer; one without any gets none.
    """
    found = sentences(text)
    if not found:
        return ()
    count = len(found)
    after = found[count // 4][1]
    edits = [Edit(after, after, NEW)]
    if count > 2:
        start = found[count // 2][0]
        edits.append(Edit(start, found[count // 2 + 1][0], ""))
    start, end = found[count * 3 // 4]
    words = text[start:end].split()
    longest = max(words, key=len)
    at = text.index(longest, start, end)
    edits.append(Edit(at, at + len(longest), WORD))
    return tuple(edits)


def edited(row: Mapping[str, Any], edit: Edit) -> dict[str, Any]:
    """The row of a document after an edit; spans of its structure move along."""
    text = row["text"]
    changed = {**row, "text": text[: edit.start] + edit.text + text[edit.end :]}
    if row.get("structure") is not None:
        moved = [
            {**span, "start": _moved(span["start"], edit), "end": _moved(span["end"], edit)}
            for span in row["structure"]
        ]
        changed["structure"] = [span for span in moved if span["start"] < span["end"]]
    return changed


def _moved(place: int, edit: Edit) -> int:
    if place >= edit.end:
        return place + len(edit.text) - (edit.end - edit.start)
    return min(place, edit.start + len(edit.text))


def stability_of(documents: pl.DataFrame, cut: Cut) -> dict[str, Kept]:
    """For each document: how its chunks, by their texts, stand small edits.

    Each edit is made alone. Only leaves count. Documents without text, and those that cannot be
    cut before or after, are left out. Of a document of n chunks an edit changes at least one, so
    (n - 1)/n is the best there is.
    """
    usable = documents.filter(pl.col("text").fill_null("").str.strip_chars() != "")
    before = _leaves(cut(usable))
    edits = {row["doc_id"]: small_edits(row["text"]) for row in usable.iter_rows(named=True)}
    schema = {**usable.schema, **({"structure": STRUCTURE} if "structure" in usable.schema else {})}
    found = dict.fromkeys(before, Kept(0, 0))
    for number in range(max(map(len, edits.values()), default=0)):
        rows = [
            edited(row, edits[row["doc_id"]][number])
            for row in usable.iter_rows(named=True)
            if number < len(edits[row["doc_id"]])
        ]
        after = _leaves(cut(pl.DataFrame(rows, schema=schema)))
        for name, texts in after.items():
            if name in before:
                same = (before[name] & texts).total()
                kept = found[name]
                found[name] = Kept(kept.same + same, kept.total + before[name].total())
    return {name: kept for name, kept in found.items() if kept.total}


def _leaves(chunks: pl.DataFrame) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    leaves = chunks.filter(pl.col("level") == 0)
    for name, text in leaves.select("doc_id", "text").iter_rows():
        found.setdefault(name, Counter())[text] += 1
    return found
