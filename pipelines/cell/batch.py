"""The one function that runs an op over a batch of documents.

The preview, the command line and the schedule all come through here.
"""

from __future__ import annotations

__all__ = ["NO_EDITS", "BatchResult", "Edits", "run_batch"]

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, TypeAlias

import polars as pl

from ops.context import Context
from ops.errors import ChunkbookError, DocumentError, UsageError
from ops.frames import Frames, Schema, conform
from ops.generation import ModelDied
from ops.op import Op
from pipelines.cell.quality import faults
from pipelines.edits.apply import apply_edits
from pipelines.edits.columns import with_columns
from pipelines.edits.count import counter
from storage.edits import Edit, Outcome

Edits: TypeAlias = Mapping[str, Sequence[Edit]]
"""Document → every event there."""
NO_EDITS: Final[Edits] = MappingProxyType({})

HOPELESS: Final = 4
"""Documents in a row with which a model may end before it counts as unfit for all."""


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What an op made of a batch, and the documents it could not process, with reasons."""

    frames: Frames
    failures: dict[str, str]
    outcomes: tuple[Outcome, ...] = ()
    """What became of each edit of these documents."""


def run_batch(
    op: Op,
    frames: Frames,
    outputs: dict[str, Schema],
    documents: Sequence[str],
    ctx: Context,
    said: Callable[[str], None] = lambda text: None,
    edits: Edits = NO_EDITS,
) -> BatchResult:
    """Run an op over a batch; a document that fails is put aside and the others go on.

    Args:
        outputs: frame → all columns of the table it writes.
        documents: the ids in the batch.
        said: is told the traceback of an unexpected failure.
        edits: what people changed by hand in the chunks that the op makes, by document.

    Raises:
        Cancelled: the run was asked to stop.
        ChunkbookError: something that concerns every document, like a missing model, or one whose
            process ends with each of them.
    """
    failures: dict[str, str] = {}
    try:
        made = op.apply(frames, replace(ctx, failures=failures))
    except (DocumentError, ModelDied) as error:
        return _one_by_one(op, frames, outputs, documents, ctx, said, error, edits)
    except ChunkbookError:
        raise
    except Exception as error:
        if len(documents) == 1:
            said(traceback.format_exc())
        return _one_by_one(op, frames, outputs, documents, ctx, said, error, edits)
    made = _conform(op, made, outputs, documents)
    outcomes: tuple[Outcome, ...] = ()
    if edits and "chunks" in op.creates:
        made, outcomes = _edited(op, frames, made, edits, ctx)
    failures |= faults(op, frames, made)
    if failures:
        kept = [document for document in documents if document not in failures]
        made = made.of_documents(kept)
        lost = {edit.number for name in failures for edit in edits.get(name, ())}
        outcomes = tuple(outcome for outcome in outcomes if outcome.number not in lost)
    return BatchResult(made, failures, outcomes)


def _edited(
    op: Op, given: Frames, made: Frames, edits: Edits, ctx: Context
) -> tuple[Frames, tuple[Outcome, ...]]:
    """What the op made, with the edits of its documents applied."""
    texts = dict(given["documents"].select("doc_id", "text").iter_rows())
    applied = apply_edits(made["chunks"], texts, edits, counter(op, ctx))
    return made.replace("chunks", applied.chunks), applied.outcomes


def _one_by_one(
    op: Op,
    frames: Frames,
    outputs: dict[str, Schema],
    documents: Sequence[str],
    ctx: Context,
    said: Callable[[str], None],
    error: Exception,
    edits: Edits,
) -> BatchResult:
    """Find the document at fault: alone it failed, so the reason is its own."""
    if len(documents) == 1:
        empty = Frames({f: _empty(s) for f, s in outputs.items()})
        return BatchResult(empty, {documents[0]: _reason(error)})
    halves = (documents[: len(documents) // 2], documents[len(documents) // 2 :])
    results = []
    for half in halves:
        found = run_batch(op, frames.of_documents(list(half)), outputs, half, ctx, said, edits)
        if isinstance(error, ModelDied) and len(found.failures) == len(half) >= HOPELESS:
            raise error  # each starts the model anew: not for every document that there is
        results.append(found)
    joined = {
        frame: conform(frame, pl.concat([r.frames[frame] for r in results]), schema)
        for frame, schema in outputs.items()
    }
    failures = results[0].failures | results[1].failures
    return BatchResult(Frames(joined), failures, (*results[0].outcomes, *results[1].outcomes))


def _reason(error: Exception) -> str:
    if isinstance(error, ChunkbookError):
        return error.message
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _empty(schema: Schema) -> pl.DataFrame:
    return pl.DataFrame(schema=dict(schema))


def _conform(op: Op, made: Frames, outputs: dict[str, Schema], documents: Sequence[str]) -> Frames:
    """The declared frames in their declared order, with rows of the batch only."""
    whole = {}
    for frame, schema in outputs.items():
        table = _empty(schema)
        if frame in made:
            by_hand = frame == "chunks" and frame in op.creates
            table = with_columns(made[frame]) if by_hand else made[frame]
            table = conform(frame, table, schema)
        strangers = set(table["doc_id"].unique()) - set(documents)
        if strangers:
            raise UsageError(f"{op.name} gave {frame} of documents it was not given")
        whole[frame] = table
    return Frames(whole)
