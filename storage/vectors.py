"""Vectors by model and by the text that was embedded, shared by all notebooks of a store."""

from __future__ import annotations

__all__ = ["Vectors"]

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ops.errors import StoreError
from ops.frames import digest
from storage.arrow import VECTOR
from storage.cached import Cached
from storage.database import Database

_SCHEMA: Final = {"text": pl.String(), VECTOR: pl.List(pl.Float32())}


class Vectors:
    """A table a model; `ops.context.VectorCache`. Safe with several writers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, model: str, hashes: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors that are known, by the hash of their text."""
        found: dict[str, NDArray[np.float32]] = {}
        for table in self._of(model).get(hashes):
            width = table.schema.field(VECTOR).type.list_size
            flat = table[VECTOR].combine_chunks().flatten().to_numpy(zero_copy_only=False)
            found |= zip(table["text"].to_pylist(), flat.reshape(-1, width), strict=True)
        return found

    def put(self, model: str, vectors: dict[str, NDArray[np.float32]]) -> None:
        """Keep these, in one commit; those already known stay as they are."""
        if not vectors:
            return
        widths = {vector.shape for vector in vectors.values()}
        if len(widths) > 1 or len(next(iter(widths))) != 1:
            raise StoreError("vectors of one model must have one length")
        flat = np.stack(list(vectors.values())).astype(np.float32)
        rows = {
            "text": list(vectors),
            VECTOR: pl.Series(flat, dtype=pl.Array(pl.Float32(), flat.shape[1])),
        }
        self._of(model).put(pl.DataFrame(rows).sort("text"), flat.shape[1])

    def _of(self, model: str) -> Cached:
        plain = re.fullmatch(r"[A-Za-z0-9_-]{1,80}", model)
        name = model if plain else digest("model", model)
        return Cached(self._database, f"_vectors.{name}", _SCHEMA, "text")
