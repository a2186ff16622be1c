"""Questions made from a notebook's documents, in the form that comparing reads."""

from __future__ import annotations

__all__ = ["Made", "as_csv", "make_questions", "made_by"]

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from ops.context import Context
from ops.errors import UsageError
from ops.evaluate.made import Questions, counts
from ops.frames import Frames, in_order
from ops.registry import suggest
from pipelines.cell.batch import run_batch
from pipelines.file.model import Model
from pipelines.looking.sample import Sampler
from pipelines.workspace import Workspace

COLUMNS = ("question", "document", "references")


@dataclass(frozen=True, slots=True)
class Made:
    """Questions, the refused ones too."""

    documents: int
    table: pl.DataFrame
    """The `questions` frame."""

    @property
    def kept(self) -> pl.DataFrame:
        """Those that can be used."""
        return self.table.filter(pl.col("refused").is_null())

    @property
    def counts(self) -> Mapping[str, int]:
        """`kept` and each reason → how many."""
        return counts(self.table)


def make_questions(
    model: Model,
    op: Questions,
    *,
    count: int,
    started: Callable[[int], None] = lambda documents: None,
    advance: Callable[[int], None] = lambda done: None,
) -> Made:
    """Make questions from `count` of the documents of each source. Nothing is stored but the
    model's answers, so that going on after an interrupt costs little.

    Raises:
        SourceError: a source cannot be listed, or lists nothing.
    """
    workspace = Workspace(model)
    sampler = Sampler(workspace, count)
    sources = [cell.id for cell in model.cells if cell.is_source]
    tables = [sampler.preview(name).frames["documents"] for name in sources]
    documents = in_order("documents", pl.concat(tables).unique("doc_id", maintain_order=True))
    started(len(documents))
    frames = Frames({"documents": documents})
    ctx = Context(workspace.resources(), model.base, advance)
    parts = op.summarise(frames, ctx)
    state = op.fit(parts[name] for name in sorted(parts))
    quiet = replace(ctx, state=state, advance=lambda done: None)
    result = run_batch(op, frames, dict(op.outputs({})), documents["doc_id"].to_list(), quiet)
    return Made(len(documents), result.frames["questions"])


def made_by(model: Model, cell: str) -> Made:
    """The questions that a cell of the notebook made in its last published run.

    Raises:
        UsageError: there is no such cell, or nothing of it is published.
    """
    known = [one.id for one in model.cells]
    if cell not in known:
        raise UsageError(f"there is no cell {cell!r}", hint=suggest(cell, known))
    reader = Workspace(model, read_only=True).store.reader(model.name)
    if reader is None or "questions" not in reader.cells().get(cell, ()):
        hint = f"run `chunkbook run {model.path}` with an evaluate.questions cell"
        raise UsageError(f"cell {cell!r} has published no questions", hint=hint)
    table = reader.frame(cell, "questions")
    return Made(table["doc_id"].n_unique(), table)


def as_csv(questions: pl.DataFrame) -> str:
    """The questions as a CSV file with a head, references in Chroma's form."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for row in questions.iter_rows(named=True):
        references = [
            {"content": answer, "start_index": span["start"], "end_index": span["end"]}
            for answer, span in zip(row["answers"], row["spans"], strict=True)
        ]
        told = json.dumps(references, ensure_ascii=False)
        writer.writerow([row["question"], row["uri"], told])
    return file.getvalue()
