"""Applies the edits of documents over the chunks that a segmenter gave them. Pure."""

from __future__ import annotations

__all__ = ["Applied", "active", "apply_edits", "edit_document"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from ops.frames import in_order
from pipelines.edits.anchor import Conflict, locate
from pipelines.edits.columns import with_columns
from pipelines.edits.leaf import Leaf
from pipelines.edits.rows import Count, rows_of
from pipelines.edits.shape import State, apply_one
from storage.edits import Edit, Outcome


@dataclass(frozen=True, slots=True)
class Applied:
    """Chunks after edits, and what became of each edit."""

    chunks: pl.DataFrame
    outcomes: tuple[Outcome, ...]


def active(edits: Sequence[Edit]) -> list[Edit]:
    """The edits that hold, in their order: without those taken back, and without taking back.

    An undo that is itself undone has no effect.
    """
    undone: set[int] = set()
    held = []
    for edit in sorted(edits, key=lambda edit: -edit.number):
        if edit.number in undone or edit.kind == "move":
            continue
        if edit.kind == "undo":
            undone.add(int(edit.value))
        else:
            held.append(edit)
    return held[::-1]


def apply_edits(
    chunks: pl.DataFrame,
    texts: Mapping[str, str],
    edits: Mapping[str, Sequence[Edit]],
    count: Count,
) -> Applied:
    """The chunks of a batch of documents with their edits applied.

    Args:
        chunks: what the segmenter gave; other documents' rows are handed on as they are.
        texts: doc_id → text of the document.
        edits: doc_id → every event of the document, undone ones included.
        count: tokens by the segmenter's tokenizer.
    """
    chunks = with_columns(chunks)
    outcomes: list[Outcome] = []
    concerned = [name for name in sorted(texts) if edits.get(name)]
    parts = [chunks.filter(~pl.col("doc_id").is_in(concerned))] if concerned else [chunks]
    for name in concerned:
        own = chunks.filter(pl.col("doc_id") == name)
        applied = edit_document(own, texts[name], edits[name], count)
        parts.append(applied.chunks)
        outcomes += applied.outcomes
    return Applied(in_order("chunks", pl.concat(parts)), tuple(outcomes))


def edit_document(chunks: pl.DataFrame, text: str, edits: Sequence[Edit], count: Count) -> Applied:
    """The chunks of one document with its edits applied, in the order of their numbers."""
    chunks = with_columns(chunks)
    raw = in_order("chunks", chunks).to_dicts()
    state = State(text, [Leaf.of(row) for row in raw if row["level"] == 0])
    state.leaves.sort(key=lambda leaf: leaf.span)
    holds = active(edits)
    outcomes = {}
    for edit in holds:
        try:
            spans = apply_one(state, edit, *locate(text, edit.anchor))
            outcomes[edit.number] = Outcome(edit.number, "applied", spans=spans)
        except Conflict as conflict:
            outcomes[edit.number] = Outcome(edit.number, "conflict", str(conflict))
    known = {edit.number for edit in holds}
    undone = {int(edit.value) for edit in edits if edit.kind == "undo"} - known
    for edit in edits:
        if edit.number not in known:
            outcomes[edit.number] = Outcome(
                edit.number, "undone" if edit.number in undone else "applied"
            )
    told = tuple(outcomes[number] for number in sorted(outcomes))
    if not any(outcome.state == "applied" for outcome in told if outcome.number in known):
        return Applied(chunks, told)
    rows = rows_of(text, state.leaves, raw, count)
    table = pl.DataFrame(rows, schema=chunks.schema)
    return Applied(in_order("chunks", table), told)
