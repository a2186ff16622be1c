"""From pieces to the chunks frame: ids, order, texts and token counts."""

from __future__ import annotations

__all__ = ["chunks_frame"]

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from ops.context import Tokenizer
from ops.errors import UsageError
from ops.frames import CHUNKS, chunk_id, conform
from ops.segment.piece import UNCOUNTED, Piece


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
    columns = dict(zip(CHUNKS, zip(*rows, strict=True), strict=True)) if rows else {}
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
    parents: dict[Piece, str] = {}
    seen: dict[tuple[int, str], int] = defaultdict(int)
    ordinals: dict[int, int] = defaultdict(int)
    # Parents lie on higher levels, so they have their ids before their children ask for them.
    for piece in sorted(pieces, key=lambda piece: (-piece.level, piece.start, piece.end)):
        start, end, level = piece.start, piece.end, piece.level
        if not 0 <= start < end <= len(text):
            raise UsageError(f"{doc} has a piece [{start}, {end}) outside its text")
        if piece.parent is not None and piece.parent not in parents:
            raise UsageError(f"{doc} has a piece at {start} without its parent")
        parent = None if piece.parent is None else parents[piece.parent]
        body = text[start:end]
        name = chunk_id(doc, level, body, seen[level, body])
        seen[level, body] += 1
        if level:
            parents[piece] = name
        place = ordinals[level]
        ordinals[level] = place + 1
        why, score, threshold = piece.boundary, piece.score, piece.threshold
        yield (
            *(name, doc, level, place, parent, start, end, body, piece.tokens),
            *(why, score, threshold, *_derived(text, piece)),
        )


def _derived(text: str, piece: Piece) -> tuple[str | None, list[dict[str, int]] | None]:
    """The lead and the piece, one a line, with the spans they come from."""
    if not piece.lead:
        return None, None
    spans = [*piece.lead, (piece.start, piece.end)]
    derived = "\n".join(text[start:end] for start, end in spans)
    return derived, [{"start": start, "end": end} for start, end in spans]
