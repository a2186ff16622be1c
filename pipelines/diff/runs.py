"""Compares what two runs published."""

from __future__ import annotations

__all__ = ["CellDiff", "RunDiff", "diff_runs"]

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import polars as pl

from pipelines.diff.changes import KINDS, Chunk, DocumentDiff, compare
from pipelines.states import named_state
from pipelines.workspace import Workspace
from storage import Reader

LIGHT: Final = ["doc_id", "chunk_id", "level", "start", "end"]
SAID: Final = ["derived_text", "chunk_title"]


@dataclass(frozen=True, slots=True)
class CellDiff:
    """The documents whose chunks of one segmenter differ, by URI."""

    cell: str
    documents: tuple[DocumentDiff, ...]
    unchanged: int
    """Documents whose chunks are all the same, in the same places."""

    @property
    def counts(self) -> Counter[str]:
        total: Counter[str] = Counter()
        for document in self.documents:
            total += document.counts
        return total


@dataclass(frozen=True, slots=True)
class RunDiff:
    """What changed from one published state to another."""

    notebook: str
    before: str
    """The run that published the earlier state."""
    after: str
    at: tuple[datetime, datetime]
    cells: tuple[CellDiff, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "notebook": self.notebook,
            "before": {"run_id": self.before, "published": self.at[0].isoformat()},
            "after": {"run_id": self.after, "published": self.at[1].isoformat()},
            "cells": [
                {
                    "id": cell.cell,
                    "unchanged_documents": cell.unchanged,
                    "counts": {kind: cell.counts[kind] for kind in KINDS},
                    "documents": [
                        {
                            "doc_id": document.doc_id,
                            "uri": document.uri,
                            "same": document.same,
                            "changes": [asdict(change) for change in document.changes],
                        }
                        for document in cell.documents
                    ],
                }
                for cell in self.cells
            ],
        }


def diff_runs(workspace: Workspace, before: str, after: str) -> RunDiff:
    """The chunks added, removed, re-cut and re-worded from one run to another, by document.

    Args:
        before: a run's id, or its first digits; also "last" for what readers see and "previous"
            for what they saw before.

    Raises:
        UsageError: there is no such run, or it published nothing.
        StoreError: what a run published is no longer kept.
    """
    old, new = (named_state(workspace, run) for run in (before, after))
    readers = [
        Reader(workspace.store.database, workspace.model.name, manifest) for manifest in (old, new)
    ]
    makers = [_makers(reader) for reader in readers]
    names = dict.fromkeys((*makers[1], *makers[0]))
    cells = tuple(_cell(readers[0], readers[1], name) for name in names)
    return RunDiff(workspace.model.name, old.run_id, new.run_id, (old.at, new.at), cells)


def _makers(reader: Reader) -> list[str]:
    """The cells that made chunks in this state."""
    return [
        cell
        for cell, frames in reader.cells().items()
        if "chunks" in frames and "start" in reader.table_columns(cell, "chunks")
    ]


def _cell(old: Reader, new: Reader, cell: str) -> CellDiff:
    before, after = _light(old, cell), _light(new, cell)
    both = [
        table.group_by("doc_id", maintain_order=True).agg(
            pl.struct(pl.exclude("doc_id")).hash().sum().alias("h"), pl.len().alias("n")
        )
        for table in (before, after)
    ]
    joined = both[0].join(both[1], on="doc_id", how="full", coalesce=True)
    alike = (pl.col("h") == pl.col("h_right")) & (pl.col("n") == pl.col("n_right"))
    differ = joined.filter(~alike.fill_null(False))["doc_id"].to_list()
    documents = [_document(old, new, cell, name) for name in differ]
    found = sorted((d for d in documents if d.changes), key=lambda d: (d.uri, d.doc_id))
    return CellDiff(cell, tuple(found), len(joined) - len(differ))


def _light(reader: Reader, cell: str) -> pl.DataFrame:
    """What tells whether a document's chunks are the same, without their texts."""
    columns = [*LIGHT, *SAID]
    if "chunks" not in reader.cells().get(cell, ()):
        types = {n: pl.Int64() if n in ("level", "start", "end") else pl.String() for n in columns}
        return pl.DataFrame(schema=types)
    have = [name for name in columns if name in reader.table_columns(cell, "chunks")]
    table = reader.frame(cell, "chunks", columns=have)
    return table.with_columns(
        pl.lit(None, dtype=pl.String()).alias(name) for name in SAID if name not in have
    ).select(columns)


def _document(old: Reader, new: Reader, cell: str, doc_id: str) -> DocumentDiff:
    tops = [reader.document(doc_id) for reader in (old, new)]
    told = next(top for top in reversed(tops) if top is not None)
    texts = [str(top["text"]) if top is not None else "" for top in tops]
    chunks = [list(_chunks(reader, cell, doc_id)) for reader in (old, new)]
    changes, same = compare(texts[0], texts[1], chunks[0], chunks[1])
    return DocumentDiff(doc_id, str(told["uri"]), changes, same)


def _chunks(reader: Reader, cell: str, doc_id: str) -> Iterator[Chunk]:
    if "chunks" not in reader.cells().get(cell, ()):
        return
    for row in reader.frame(cell, "chunks", documents=[doc_id]).iter_rows(named=True):
        yield Chunk(
            row["chunk_id"],
            row["level"],
            row["start"],
            row["end"],
            row["text"],
            row.get("derived_text"),
            row.get("chunk_title"),
        )
