"""A model whose process ends: the document at fault is put aside, or the cell fails."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import polars as pl
import pytest

from ops.context import Context
from ops.frames import Frames, Schema, conform
from ops.generation import ModelDied
from ops.inference.resources import LocalResources
from ops.op import Columns, Op
from pipelines.cell.batch import BatchResult, run_batch

OUTPUT: Schema = {"doc_id": pl.String(), "chunk_id": pl.String(), "said": pl.String()}


class Mortal(Op):
    """Says what a chunk says, and dies of what is deadly."""

    name: ClassVar = "enrich.mortal"
    version: ClassVar = 1
    reads: ClassVar[Columns] = {"chunks": ("text",)}
    writes: ClassVar[Mapping[str, Schema]] = {"chunks": {"said": pl.String()}}

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        chunks = frames["chunks"]
        if "deadly" in chunks["text"]:
            raise ModelDied("the process of mortal ended with SIGABRT")
        said = chunks.select("chunk_id", "doc_id", said="text")
        return Frames({"chunks": conform("chunks", said, OUTPUT)})


def _run(texts: list[str]) -> BatchResult:
    names = [f"d{number:02}" for number in range(len(texts))]
    chunks = pl.DataFrame({"chunk_id": names, "doc_id": names, "text": texts})
    ctx = Context(LocalResources(Path()))
    return run_batch(Mortal(), Frames({"chunks": chunks}), {"chunks": OUTPUT}, names, ctx)


def test_the_document_at_fault_is_put_aside() -> None:
    found = _run([*["fine"] * 5, "deadly", *["fine"] * 6])
    assert found.failures == {"d05": "the process of mortal ended with SIGABRT"}
    assert found.frames["chunks"].height == 11


def test_a_model_that_ends_with_every_document_is_not_tried_on_all() -> None:
    with pytest.raises(ModelDied):
        _run(["deadly"] * 16)
    assert len(_run(["deadly"] * 3).failures) == 3
