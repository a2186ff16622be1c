"""One cell over frames in memory: for previews, and for cutting again."""

from __future__ import annotations

__all__ = ["joined", "through"]

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from ops.context import Context
from ops.frames import Frames, keys
from ops.op import Fitted
from pipelines.cell.batch import NO_EDITS, Edits, run_batch
from pipelines.file.wiring import CellWiring


def through(
    wired: CellWiring, known: Frames, ctx: Context, edits: Edits = NO_EDITS
) -> tuple[Frames, Mapping[str, str], str]:
    """What is known after a cell, document → why it failed, and the first traceback.

    An op that sees all documents is fitted on those that are known here.
    """
    given = Frames(
        {
            frame: known[frame].select(*keys(frame), *columns)
            for frame, columns in wired.reads.items()
        }
    )
    documents = known["documents"]["doc_id"].to_list()
    op = wired.cell.op
    if isinstance(op, Fitted) and op.sees_all:
        parts = op.summarise(given, ctx)
        ctx = replace(ctx, state=op.fit(parts[name] for name in sorted(parts)))
    traces: list[str] = []
    result = run_batch(op, given, dict(wired.outputs), documents, ctx, traces.append, edits)
    for frame, table in result.frames.items():
        if frame in op.creates:
            known = known.replace(frame, table)
        else:
            known = known.replace(frame, _widened(frame, known[frame], table))
    return known, result.failures, traces[0] if traces else ""


def joined(above: Sequence[Frames]) -> Frames:
    """What several inputs know, together."""
    known = above[0]
    for frames in above[1:]:
        for frame, table in frames.items():
            both = _widened(frame, known[frame], table) if frame in known else table
            known = known.replace(frame, both)
    return known


def _widened(frame: str, table: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
    """The table with the columns of `more` that it lacks, matched by key."""
    key = keys(frame)[0]
    extra = [column for column in more.columns if column not in table.columns]
    return table.join(more.select(key, *extra), on=key, how="left", maintain_order="left")
