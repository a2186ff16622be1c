"""What is known of a segmentation of one document only after some work: for worker threads."""

from __future__ import annotations

__all__ = ["Verdict", "judge"]

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from ops.context import Context
from ops.errors import Cancelled, ChunkbookError
from ops.evaluate.bootstrap import Interval, interval
from ops.evaluate.questions import placed, read_questions
from ops.evaluate.ranges import Range, score
from ops.evaluate.search import Scores, together, top, vector_scores, word_scores
from ops.evaluate.shape import shape_of
from ops.evaluate.small_edits import stability_of
from ops.segment.vectors import embedded
from pipelines.cell.recut import Recutter
from pipelines.looking.search import searched

if TYPE_CHECKING:
    from pipelines.workspace import Workspace
    from tui.reading import Reading


@dataclass(frozen=True, slots=True)
class Verdict:
    """Figures of one segmentation of one document; shares are from 0 to 1."""

    coverage: float
    redundancy: float
    stability: float | None
    """None where the document cannot be cut again."""
    questions: int = 0
    """Those of the notebook that this document answers."""
    recall: Interval | None = None
    iou: Interval | None = None
    """Of these questions, put to this document's chunks alone."""
    problem: str = ""
    """Why there is no recall though the notebook names questions."""


def judge(
    workspace: Workspace, reading: Reading, cancelled: Callable[[], bool] = lambda: False
) -> Verdict | None:
    """The verdict on a document that has text and chunks; None for another.

    Raises:
        Cancelled: nobody waits for it any more.
    """
    document, chunks = reading.shown.document, reading.shown.chunks
    if chunks is None or not document.text or "documents" not in document.frames:
        return None
    documents = document.frames["documents"]
    shape = shape_of(documents, chunks)
    ctx = Context(workspace.unstored(), workspace.model.base, cancelled=cancelled)
    ctx.check()
    stable: float | None = None
    recutter = Recutter(workspace.wiring, reading.cut.maker)
    try:
        kept = stability_of(documents, lambda table: recutter.cut(table, ctx))
        stable = next((one.share for one in kept.values()), None)
    except Cancelled:
        raise
    except ChunkbookError:
        stable = None  # the segmenter cannot be run here
    plain = Verdict(shape.coverage, shape.redundancy, stable)
    if workspace.model.questions is None:
        return plain
    ctx.check()
    try:
        return _asked(workspace, reading, chunks, ctx, plain)
    except Cancelled:
        raise
    except ChunkbookError as error:
        return Verdict(shape.coverage, shape.redundancy, stable, problem=error.message)


def _asked(
    workspace: Workspace, reading: Reading, chunks: pl.DataFrame, ctx: Context, plain: Verdict
) -> Verdict:
    """The questions that this document answers, put to its leaves; search is exact."""
    wanted, document = workspace.model.questions, reading.shown.document
    assert wanted is not None
    told = [(document.doc_id, document.title, document.uri, document.text)]
    asked, answers = [], []
    for question in read_questions(workspace.model.base / wanted.file):
        ranges = placed(question, told)[0]
        if ranges:
            asked.append(question.text)
            answers.append(ranges)
    leaves = chunks.filter(pl.col("level") == 0)
    if not asked or leaves.is_empty():
        return plain
    ranges = [Range(document.doc_id, *span) for span in leaves.select("start", "end").iter_rows()]
    best = top(_scores(workspace, asked, leaves, ctx), wanted.k)
    found = [
        score(answer, [ranges[place] for place in row], ())
        for answer, row in zip(answers, best, strict=True)
    ]
    recall, iou = ([getattr(one, name) for one in found] for name in ("recall", "iou"))
    return Verdict(
        plain.coverage,
        plain.redundancy,
        plain.stability,
        len(asked),
        interval(recall),
        interval(iou),
    )


def _scores(workspace: Workspace, asked: list[str], leaves: pl.DataFrame, ctx: Context) -> Scores:
    """Of the leaves for each question, searched as the collection is."""
    wanted = workspace.model.questions
    assert wanted is not None
    texts = leaves["text"].to_list()
    if "derived_text" in leaves.columns:
        texts = leaves.select(pl.coalesce("derived_text", "text"))["derived_text"].to_list()
    mode, model = searched(workspace)
    if mode == "text" or model is None:
        return word_scores(asked, texts)
    vectors = embedded([*asked, *texts], model, ctx)
    alike = vector_scores(vectors[: len(asked)], vectors[len(asked) :])
    return alike if mode == "vector" else together(alike, word_scores(asked, texts), wanted.k)
