"""From pieces to the chunks frame: ids, order, texts and token counts."""

from __future__ import annotations

__all__ = ["chunks_frame"]

from collections import defaultdict
from collections.abc import Mapping, Sequence
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
    rows: dict[str, list[Any]] = {name: [] for name in CHUNKS}
    uncounted: list[int] = []
    for doc, text in documents.select("doc_id", "text").iter_rows():
        ids: dict[Piece, str] = {}
        seen: dict[tuple[int, str], int] = defaultdict(int)
        ordinals: dict[int, int] = defaultdict(int)
        # Parents lie on higher levels, so they have their ids before their children ask for them.
        for piece in sorted(pieces.get(doc, ()), key=lambda p: (-p.level, p.start, p.end)):
            if not 0 <= piece.start < piece.end <= len(text):
                raise UsageError(f"{doc} has a piece [{piece.start}, {piece.end}) outside its text")
            if piece.parent is not None and piece.parent not in ids:
                raise UsageError(f"{doc} has a piece at {piece.start} without its parent")
            body = text[piece.start : piece.end]
            ids[piece] = chunk_id(doc, piece.level, body, seen[piece.level, body])
            seen[piece.level, body] += 1
            if piece.tokens == UNCOUNTED:
                uncounted.append(len(rows["text"]))
            values = (
                ids[piece],
                doc,
                piece.level,
                ordinals[piece.level],
                None if piece.parent is None else ids[piece.parent],
                piece.start,
                piece.end,
                body,
                piece.tokens,
                piece.boundary,
            )
            ordinals[piece.level] += 1
            for column, value in zip(rows.values(), values, strict=True):
                column.append(value)
    counts = tokenizer.count([rows["text"][row] for row in uncounted])
    for row, tokens in zip(uncounted, counts, strict=True):
        rows["tokens"][row] = tokens
    return conform("chunks", pl.DataFrame(rows, schema=dict(CHUNKS)), CHUNKS)
