"""Answers of language models by what was asked, shared by all notebooks of a store."""

from __future__ import annotations

__all__ = ["ANSWERS", "Answers"]

from collections.abc import Sequence
from typing import Final

import polars as pl

from storage.arrow import stored_schema, to_arrow
from storage.database import Database, talking
from storage.filters import any_of

ANSWERS: Final = "_answers"
_SCHEMA: Final = {"key": pl.String(), "model": pl.String(), "text": pl.String()}
_ASKED: Final = 10_000
"""Hashes asked for in one query."""


class Answers:
    """`ops.generation.AnswerCache`, in one table. Safe with several writers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, model: str, hashes: Sequence[str]) -> dict[str, str]:
        """The answers that are known, by the hash of what was asked."""
        handle = self._database.find(ANSWERS)
        if handle is None:
            return {}
        found: dict[str, str] = {}
        wanted = list(dict.fromkeys(hashes))
        for start in range(0, len(wanted), _ASKED):
            keys = [f"{model}:{one}" for one in wanted[start : start + _ASKED]]
            with talking(self._database.uri, f"reading {ANSWERS}"):
                table = handle.search().where(any_of("key", keys)).to_arrow()
            names = (key.rpartition(":")[2] for key in table["key"].to_pylist())
            found |= zip(names, table["text"].to_pylist(), strict=True)
        return found

    def put(self, model: str, answers: dict[str, str]) -> None:
        """Keep these, in one commit; those already known stay as they are."""
        if not answers:
            return
        self._database.check_writable()
        rows = pl.DataFrame(
            {
                "key": [f"{model}:{one}" for one in answers],
                "model": [model] * len(answers),
                "text": list(answers.values()),
            },
            schema=_SCHEMA,
        ).sort("key")
        handle = self._database.find(ANSWERS)
        if handle is None:
            handle = self._database.create(ANSWERS, stored_schema(_SCHEMA, "key"))
        with talking(self._database.uri, f"writing {ANSWERS}"):
            batch = to_arrow(rows, handle.schema)
            handle.merge_insert("key").when_not_matched_insert_all().execute(batch)
