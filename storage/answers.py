"""Answers of language models by what was asked, shared by all notebooks of a store."""

from __future__ import annotations

__all__ = ["Answers"]

from collections.abc import Sequence
from typing import Final

import polars as pl

from storage.cached import Cached
from storage.database import Database

_SCHEMA: Final = {"key": pl.String(), "model": pl.String(), "text": pl.String()}


class Answers:
    """`ops.generation.AnswerCache`, in one table. Safe with several writers."""

    def __init__(self, database: Database) -> None:
        self._rows = Cached(database, "_answers", _SCHEMA, "key")

    def get(self, model: str, hashes: Sequence[str]) -> dict[str, str]:
        """The answers that are known, by the hash of what was asked."""
        found: dict[str, str] = {}
        for table in self._rows.get([f"{model}:{one}" for one in hashes]):
            names = (key.rpartition(":")[2] for key in table["key"].to_pylist())
            found |= zip(names, table["text"].to_pylist(), strict=True)
        return found

    def put(self, model: str, answers: dict[str, str]) -> None:
        """Keep these, in one commit; those already known stay as they are."""
        if answers:
            rows = {
                "key": [f"{model}:{one}" for one in answers],
                "model": [model] * len(answers),
                "text": list(answers.values()),
            }
            self._rows.put(pl.DataFrame(rows, schema=_SCHEMA).sort("key"))
