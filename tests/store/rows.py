"""Rows that the store's tests write."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import polars as pl

from ops.frames import CHUNKS, DOCUMENTS, Schema, chunk_id, digest, doc_id
from storage import LedgerRow, Tables

KEY: Final = "abc123"
DOCUMENT_COLUMNS: Final[Schema] = dict(DOCUMENTS)
CHUNK_COLUMNS: Final[Schema] = dict(CHUNKS)
COLLECTION_COLUMNS: Final[Schema] = {
    **CHUNKS,
    "title": pl.String(),
    "language": pl.String(),
    "tags": pl.List(pl.String()),
    "vector": pl.List(pl.Float32()),
}


def ids(*numbers: int) -> list[str]:
    """doc_ids of documents by number."""
    return [doc_id(f"file:///{number}") for number in numbers]


def documents(*numbers: int, text: str = "text") -> pl.DataFrame:
    """A row for each document."""
    rows = [
        {
            "doc_id": doc_id(f"file:///{n}"),
            "item": f"file:///{n}",
            "uri": f"file:///{n}",
            "title": f"Title {n}",
            "format": "text",
            "text": f"{text} {n}",
            "structure": [],
            "metadata": [{"key": "k", "value": "v"}],
            "bytes": 10,
            "sha256": digest(text, n),
        }
        for n in numbers
    ]
    return pl.DataFrame(rows, schema=dict(DOCUMENTS))


def chunks(*numbers: int, count: int = 3, salt: str = "") -> pl.DataFrame:
    """`count` chunks of each document; another salt gives other texts and ids."""
    rows = []
    for n in numbers:
        owner = doc_id(f"file:///{n}")
        for place in range(count):
            text = f"chunk {place} of {n} {salt}".strip()
            rows.append(
                {
                    "chunk_id": chunk_id(owner, 0, text, 0),
                    "doc_id": owner,
                    "level": 0,
                    "ordinal": place,
                    "parent_id": None,
                    "start": place * 100,
                    "end": place * 100 + len(text),
                    "text": text,
                    "tokens": 4,
                    "boundary": "end",
                }
            )
    return pl.DataFrame(rows, schema=dict(CHUNKS))


def collection(
    *numbers: int, count: int = 3, width: int = 8, texts: Sequence[str] = ()
) -> pl.DataFrame:
    """Chunks with title, language, tags and a unit vector that depends on the chunk's id."""
    made = chunks(*numbers, count=count)
    if texts:
        made = made.with_columns(pl.Series("text", list(texts)[: len(made)], dtype=pl.String))
    vectors = [unit(name, width) for name in made["chunk_id"]]
    return made.with_columns(
        pl.format("Title of {}", "ordinal").alias("title"),
        pl.Series("language", ["en", "de"] * len(made))[: len(made)],
        pl.Series("tags", [["even"], ["odd", "it's"]] * len(made))[: len(made)],
        pl.Series("vector", vectors, dtype=pl.List(pl.Float32())),
    ).select(*COLLECTION_COLUMNS)


def unit(seed: str, width: int = 8) -> list[float]:
    """A unit vector drawn from a name."""
    drawn = np.random.default_rng(int(seed, 16)).normal(size=width)
    return [float(x) for x in (drawn / np.linalg.norm(drawn)).astype(np.float32)]


def ledger_row(cell: str, document: str, **changes: Any) -> LedgerRow:
    """A row that says ok."""
    values: dict[str, Any] = {
        "cell": cell,
        "doc_id": document,
        "item": "",
        "fingerprint": "f" * 16,
        "input_hash": "1" * 16,
        "outcome": "ok",
        "reason": "",
        "run_id": "run-1",
        "rows": 3,
        "seconds": 0.25,
        "outputs": {"chunks.text": "a" * 16, "chunks.start": "b" * 16},
        "at": datetime(2026, 1, 2, 3, 4, 5, 678901, UTC),
    }
    return LedgerRow(**{**values, **changes})


def chunk_table(tables: Tables, cell: str = "cut") -> str:
    """The name of a table of chunks."""
    return tables.table_name(cell, "chunks", KEY)
