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
from storage.arrow import VECTOR, stored_schema, to_arrow
from storage.database import Database, talking
from storage.filters import any_of

_PREFIX: Final = "_vectors."
_SCHEMA: Final = {"text": pl.String(), VECTOR: pl.List(pl.Float32())}
_ASKED: Final = 10_000
"""Hashes asked for in one query."""


class Vectors:
    """A table a model; `ops.context.VectorCache`. Safe with several writers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, model: str, hashes: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors that are known, by the hash of their text."""
        name = _table(model)
        handle = self._database.find(name)
        if handle is None:
            return {}
        found: dict[str, NDArray[np.float32]] = {}
        wanted = list(dict.fromkeys(hashes))
        for start in range(0, len(wanted), _ASKED):
            with talking(self._database.uri, f"reading {name}"):
                query = handle.search().where(any_of("text", wanted[start : start + _ASKED]))
                table = query.to_arrow()
            width = table.schema.field(VECTOR).type.list_size
            flat = table[VECTOR].combine_chunks().flatten().to_numpy(zero_copy_only=False)
            found |= zip(table["text"].to_pylist(), flat.reshape(-1, width), strict=True)
        return found

    def put(self, model: str, vectors: dict[str, NDArray[np.float32]]) -> None:
        """Keep these, in one commit; those already known stay as they are."""
        if not vectors:
            return
        self._database.check_writable()
        name = _table(model)
        widths = {vector.shape for vector in vectors.values()}
        if len(widths) > 1 or len(next(iter(widths))) != 1:
            raise StoreError("vectors of one model must have one length")
        flat = np.stack(list(vectors.values())).astype(np.float32)
        rows = pl.DataFrame(
            {
                "text": list(vectors),
                VECTOR: pl.Series(flat, dtype=pl.Array(pl.Float32(), flat.shape[1])),
            }
        ).sort("text")
        handle = self._database.find(name)
        if handle is None:
            handle = self._database.create(name, stored_schema(_SCHEMA, "text", flat.shape[1]))
        with talking(self._database.uri, f"writing {name}"):
            batch = to_arrow(rows, handle.schema)
            handle.merge_insert("text").when_not_matched_insert_all().execute(batch)


def _table(model: str) -> str:
    plain = re.fullmatch(r"[A-Za-z0-9_-]{1,80}", model)
    return _PREFIX + (model if plain else digest("model", model))
