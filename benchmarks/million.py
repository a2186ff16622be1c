"""A published collection of many chunks, made straight through the store.

No op runs: rows are made in Polars and written as a run would have left them, so that a million
chunks take seconds. The figures of the interface depend on how much there is, not on its meaning.
"""

from __future__ import annotations

__all__ = ["CHUNKS_EACH", "collection", "wanted_text"]

import hashlib
import inspect
import os
import shutil
from pathlib import Path
from typing import Final

import polars as pl

from benchmarks.result import Progress
from ops.context import CollectionSpec
from ops.frames import CHUNKS, DOCUMENTS, Schema
from pipelines.notebook import Notebook
from pipelines.workspace import Workspace

CHUNKS_EACH: Final = 100
WORDS: Final = [
    "ledger",
    "office",
    "travel",
    "review",
    "parser",
    "budget",
    "region",
    "sample",
    "harbour",
    "metric",
    "tender",
    "invoice",
    "winter",
    "signal",
    "orchard",
    "museum",
    "ticket",
    "summary",
    "protein",
    "gallery",
    "theorem",
    "voltage",
    "pigment",
    "cluster",
]
RARE: Final = 7_919
"""Words of each kind that the large vocabulary holds."""
BATCH: Final = 2_000
"""Documents written at once."""

NOTEBOOK: Final = """\
name: million
cells:
  - id: source
    op: load.files
    params: {path: docs}
  - id: chunks
    op: segment.recursive
    params: {size: 64, tokenizer: words}
  - id: index
    op: index.lancedb
"""


def wanted_text(number: int) -> str:
    """A word that stands in this chunk only, counted from 0 in the order of the collection."""
    return f"c{number:07}"


def collection(chunks: int, progress: Progress) -> Path:
    """The notebook of a published collection of this many chunks; made anew when this changes."""
    made = hashlib.sha256(inspect.getsource(inspect.getmodule(collection)).encode())  # type: ignore[arg-type]
    folder = _cache() / f"million-{chunks}-{made.hexdigest()[:8]}"
    path = folder / "million.yaml"
    if not (folder / "ready").exists():
        progress(f"making a collection of {chunks:,} chunks")
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "docs").mkdir(parents=True)
        (folder / "docs" / "one.md").write_text("# One\n\nA document.\n", encoding="utf-8")
        path.write_text(NOTEBOOK, encoding="utf-8")
        _fill(Notebook.load(path).workspace, chunks, progress)
        (folder / "ready").touch()
    return path


def _cache() -> Path:
    from platformdirs import user_cache_path

    return Path(os.environ.get("CHUNKBOOK_BENCH", user_cache_path("chunkbook") / "bench"))


def _fill(workspace: Workspace, chunks: int, progress: Progress) -> None:
    cells = workspace.wiring.cells
    names = {cell: workspace.ready(wired) for cell, wired in cells.items()}
    documents = -(-chunks // CHUNKS_EACH)
    tables = workspace.tables
    for first in range(0, documents, BATCH):
        rows, texts = _batch(first, min(BATCH, documents - first))
        owners = texts["doc_id"].to_list()
        wanted = {"source": ("documents", texts), "chunks": ("chunks", rows)}
        wide = rows.join(texts.select("doc_id", "uri", "title", "format"), on="doc_id")
        wanted["index"] = ("collection", wide)
        for cell, (frame, table) in wanted.items():
            schema = cells[cell].outputs[frame]
            tables.replace(names[cell][frame], frame, _conform(table, schema), owners)
        progress(f"{min(first + BATCH, documents):,} of {documents:,} documents")
    progress("indexing")
    spec = CollectionSpec(None, "cosine", ("text",), ("chunk_id", "doc_id"), "English")
    tables.build_indexes(names["index"]["collection"], spec)
    tables.publish("bench", names, {"index": names["index"]["collection"]})


def _batch(first: int, count: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The chunks and the documents from `first` on; every chunk has the same length."""
    numbers = pl.int_range(first * CHUNKS_EACH, (first + count) * CHUNKS_EACH, eager=True)
    frame = pl.DataFrame({"n": numbers}).with_columns(
        document=pl.col("n") // CHUNKS_EACH, ordinal=pl.col("n") % CHUNKS_EACH
    )
    # Three words of a small vocabulary and six of a large one, since words differ in frequency.
    words = [
        pl.lit(pl.Series(WORDS)).gather((pl.col("n") * step + step) % len(WORDS))
        for step in (1, 5, 7)
    ]
    words += [
        pl.format("{}{}", pl.lit(WORDS[step % len(WORDS)]), (pl.col("n") * step + step) % RARE)
        for step in (11, 13, 17, 19, 23, 29)
    ]
    head = pl.format("c{}", pl.col("n").cast(pl.String).str.zfill(7))
    frame = frame.with_columns(text=pl.concat_str(head, *words, separator=" "))
    frame = frame.with_columns(text=pl.col("text") + ".\n").with_columns(
        size=pl.col("text").str.len_chars(),
        doc_id=pl.format("d{}", pl.col("document").cast(pl.String).str.zfill(19)),
        chunk_id=pl.format("c{}", pl.col("n").cast(pl.String).str.zfill(19)),
    )
    frame = frame.with_columns(end=pl.col("size").cum_sum().over("document"))
    rows = frame.with_columns(
        start=pl.col("end") - pl.col("size"),
        level=pl.lit(0),
        tokens=pl.lit(11),
        boundary=pl.lit("paragraph"),
    )
    texts = frame.group_by("doc_id", maintain_order=True).agg(pl.col("text").str.join(""))
    number = pl.col("doc_id").str.slice(13)
    texts = texts.with_columns(
        uri=pl.format("file:///docs/{}.md", number),
        item=pl.format("file:///docs/{}.md", number),
        title=pl.format("Document {}", number),
        format=pl.lit("markdown"),
        structure=pl.lit([], DOCUMENTS["structure"]),
        metadata=pl.lit([], DOCUMENTS["metadata"]),
        bytes=pl.col("text").str.len_bytes(),
        sha256=pl.lit(""),
    )
    return _conform(rows, CHUNKS), _conform(texts, DOCUMENTS)


def _conform(table: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """Exactly these columns; those that the bench has no use for are null."""
    return table.select(
        (pl.col(name) if name in table.columns else pl.lit(None).alias(name)).cast(kind)
        for name, kind in schema.items()
    )
