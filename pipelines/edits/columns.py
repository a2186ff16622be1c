"""The columns that edits by hand fill in the chunks of every cell that makes chunks."""

from __future__ import annotations

__all__ = ["BY_HAND", "widened", "with_columns"]

from collections.abc import Mapping
from typing import Final

import polars as pl

from ops.frames import CHUNKS, EDITED, Schema
from ops.op import Op

BY_HAND: Final[Schema] = {
    **{name: CHUNKS[name] for name in ("derived_text", "derived_spans")},
    **EDITED,
}


def widened(op: Op, outputs: Mapping[str, Schema]) -> dict[str, Schema]:
    """What a cell writes: what its op does, and for chunks that it makes the columns by hand."""
    if "chunks" not in op.creates or "chunks" not in outputs:
        return dict(outputs)
    return {**outputs, "chunks": {**outputs["chunks"], **BY_HAND}}


def with_columns(chunks: pl.DataFrame) -> pl.DataFrame:
    """The chunks with these columns; those that were missing are null."""
    missing = {name: dtype for name, dtype in BY_HAND.items() if name not in chunks.columns}
    if not missing:
        return chunks
    return chunks.with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in missing.items()
    )
