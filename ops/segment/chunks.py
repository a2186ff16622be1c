"""From pieces to the chunks frame: ids, order, texts and token counts."""

from __future__ import annotations

__all__ = ["chunks_frame"]

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl

from ops.context import Tokenizer
from ops.errors import UsageError
from ops.frames import CHUNKS, chunk_id, conform
from ops.segment.piece import UNCOUNTED, Piece

MARKS: Final = (
    "parent_id",
    "boundary_score",
    "boundary_threshold",
    "derived_text",
    "derived_spans",
)
"""Columns that most segmenters leave null."""


def chunks_frame(
    documents: pl.DataFrame, pieces: Mapping[str, Sequence[Piece]], tokenizer: Tokenizer
) -> pl.DataFrame:
    """The chunks of these documents, conforming to `ops.frames.CHUNKS`.

    Args:
        documents: `doc_id` and `text`.
        pieces: by doc_id, in any order; a document without any has no chunks.
        tokenizer: counts those pieces that are not counted yet, all in one call.

    Raises:
        UsageError: a piece is empty or lies outside its text, or its parent is not among them.
    """
    rows: list[tuple[Any, ...]] = []
    for doc, text in documents.select("doc_id", "text").iter_rows():
        if doc in pieces:
            rows += _rows(doc, text, pieces[doc])
    columns: dict[str, Any] = (
        dict(zip(CHUNKS, zip(*rows, strict=True), strict=True)) if rows else {}
    )
    for name in MARKS if rows else ():
        if not any(columns.get(name, ())):
            columns[name] = pl.repeat(None, len(rows), dtype=CHUNKS[name], eager=True)
    table = pl.DataFrame(columns, schema=dict(CHUNKS))
    uncounted = table.filter(pl.col("tokens") == UNCOUNTED)
    if len(uncounted):
        counts = tokenizer.count(uncounted["text"].to_list())
        found = uncounted.select("chunk_id", counted=pl.Series(counts, dtype=pl.Int64))
        tokens = pl.coalesce("counted", "tokens").alias("tokens")
        table = table.join(found, on="chunk_id", how="left").with_columns(tokens)
    return conform("chunks", table, CHUNKS)


def _rows(doc: str, text: str, pieces: Sequence[Piece]) -> Iterator[tuple[Any, ...]]:
    """In the order of the columns of CHUNKS."""
    parents: dict[tuple[int, int, int], str] = {}
    seen: dict[tuple[int, str], int] = {}
    ordinal = last = 0
    # Parents lie on higher levels, so they have their ids before their children ask for them.
    for piece in sorted(pieces, key=_place):
        start, end, why, level, parent, tokens, score, threshold, lead = piece
        if not 0 <= start < end <= len(text):
            raise UsageError(f"{doc} has a piece [{start}, {end}) outside its text")
        above = None
        if parent is not None:
            above = parents.get(_place(parent))
            if above is None:
                raise UsageError(f"{doc} has a piece at {start} without its parent")
        body = text[start:end]
        before = seen.get((level, body), 0)
        seen[level, body] = before + 1
        name = chunk_id(doc, level, body, before)
        if level:
            parents[_place(piece)] = name
        ordinal, last = 0 if level != last else ordinal, level
        derived = _derived(text, piece) if lead else (None, None)
        yield (
            *(name, doc, level, ordinal, above, start, end, body, tokens),
            *(why, score, threshold, *derived),
        )
        ordinal += 1


def _place(piece: Piece) -> tuple[int, int, int]:
    return -piece.level, piece.start, piece.end


def _derived(text: str, piece: Piece) -> tuple[str, list[dict[str, int]]]:
    """The lead and the piece, one a line, with the spans they come from."""
    spans = [*piece.lead, (piece.start, piece.end)]
    derived = "\n".join(text[start:end] for start, end in spans)
    return derived, [{"start": start, "end": end} for start, end in spans]
