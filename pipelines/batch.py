"""The one function that runs an op over a batch of documents.

The preview, the command line and the schedule all come through here.
"""

from __future__ import annotations

__all__ = ["BatchResult", "run_batch"]

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from ops.context import Context
from ops.errors import ChunkbookError, DocumentError, UsageError
from ops.frames import Frames, Schema, conform
from ops.op import Op
from pipelines.quality import faults


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What an op made of a batch, and the documents it could not process, with reasons."""

    frames: Frames
    failures: dict[str, str]


def run_batch(
    op: Op,
    frames: Frames,
    outputs: dict[str, Schema],
    documents: Sequence[str],
    ctx: Context,
    said: Callable[[str], None] = lambda text: None,
) -> BatchResult:
    """Run an op over a batch; a document that fails is put aside and the others go on.

    Args:
        outputs: frame → all columns of the table it writes.
        documents: the ids in the batch.
        said: is told the traceback of an unexpected failure.

    Raises:
        Cancelled: the run was asked to stop.
        ChunkbookError: something that concerns every document, like a missing model.
    """
    failures: dict[str, str] = {}
    try:
        made = op.apply(frames, replace(ctx, failures=failures))
    except DocumentError as error:
        return _one_by_one(op, frames, outputs, documents, ctx, said, error.message)
    except ChunkbookError:
        raise
    except Exception as error:
        if len(documents) == 1:
            said(traceback.format_exc())
        return _one_by_one(op, frames, outputs, documents, ctx, said, _reason(error))
    made = _conform(op, made, outputs, documents)
    failures |= faults(op, frames, made)
    if failures:
        kept = [document for document in documents if document not in failures]
        made = made.of_documents(kept)
    return BatchResult(made, failures)


def _one_by_one(
    op: Op,
    frames: Frames,
    outputs: dict[str, Schema],
    documents: Sequence[str],
    ctx: Context,
    said: Callable[[str], None],
    reason: str,
) -> BatchResult:
    """Find the document at fault: alone it failed, so the reason is its own."""
    if len(documents) == 1:
        empty = Frames({f: _empty(s) for f, s in outputs.items()})
        return BatchResult(empty, {documents[0]: reason})
    halves = (documents[: len(documents) // 2], documents[len(documents) // 2 :])
    results = [
        run_batch(op, frames.of_documents(list(half)), outputs, half, ctx, said) for half in halves
    ]
    joined = {
        frame: conform(frame, pl.concat([r.frames[frame] for r in results]), schema)
        for frame, schema in outputs.items()
    }
    return BatchResult(Frames(joined), results[0].failures | results[1].failures)


def _reason(error: Exception) -> str:
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _empty(schema: Schema) -> pl.DataFrame:
    return pl.DataFrame(schema=dict(schema))


def _conform(op: Op, made: Frames, outputs: dict[str, Schema], documents: Sequence[str]) -> Frames:
    """The declared frames in their declared order, with rows of the batch only."""
    whole = {}
    for frame, schema in outputs.items():
        table = conform(frame, made[frame], schema) if frame in made else _empty(schema)
        strangers = set(table["doc_id"].unique()) - set(documents)
        if strangers:
            raise UsageError(f"{op.name} gave {frame} of documents it was not given")
        whole[frame] = table
    return Frames(whole)
