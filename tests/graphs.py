"""Documents and contexts for the tests of enriching and linking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import polars as pl

from ops.context import Context, Resources
from ops.frames import CHUNKS, KEYWORD, METADATA, STRUCTURE, Frames
from ops.language import load_pipeline

SCHEMA: dict[str, Any] = {
    "doc_id": pl.String(),
    "text": pl.String(),
    "title": pl.String(),
    "format": pl.String(),
    "structure": STRUCTURE,
    "metadata": METADATA,
    "language": pl.String(),
    "keywords": KEYWORD,
}


class OnlyLanguage:
    """Resources of which only the spaCy pipelines are there."""

    def nlp(self, language: str) -> Any:
        return load_pipeline(language)


def context(cancelled: Callable[[], bool] = lambda: False) -> Context:
    return Context(cast(Resources, OnlyLanguage()), cancelled=cancelled)


def documents(*rows: dict[str, Any]) -> pl.DataFrame:
    """One row each; what is left out is empty, the language English."""
    empty = {"title": "", "format": "markdown", "structure": [], "metadata": [], "language": "en"}
    filled = [
        {"doc_id": f"d{number}", **empty, "keywords": [], **row} for number, row in enumerate(rows)
    ]
    return pl.DataFrame(filled, schema=SCHEMA)


def heading(start: int, end: int, level: int, label: str) -> dict[str, Any]:
    return {"kind": "heading", "start": start, "end": end, "level": level, "label": label}


def chunks(*rows: tuple[str, int, int], text: str = "", level: int = 0) -> pl.DataFrame:
    """(doc_id, start, end) each, with ids c0, c1, …"""
    made = [
        {
            "chunk_id": f"c{number}",
            "doc_id": document,
            "level": level,
            "ordinal": number,
            "parent_id": None,
            "start": start,
            "end": end,
            "text": text[start:end],
            "tokens": 1,
            "boundary": "end",
        }
        for number, (document, start, end) in enumerate(rows)
    ]
    return pl.DataFrame(made, schema=dict(CHUNKS))


def frames(table: pl.DataFrame, cut: pl.DataFrame | None = None) -> Frames:
    return Frames({"documents": table} if cut is None else {"documents": table, "chunks": cut})
