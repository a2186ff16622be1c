"""Measures chunks without gold or questions."""

from __future__ import annotations

__all__ = ["Chunks"]

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import polars as pl

from ops.context import Context
from ops.errors import UsageError
from ops.evaluate.measured import MEASURED, Measure, measures_frame
from ops.evaluate.shape import tally
from ops.evaluate.small_edits import stability_of
from ops.frames import Frames, Schema
from ops.op import Columns, Op, parameter
from ops.segment.piece import Document, documents_of


class Chunks(Op):
    """Measure the chunks of each document without gold or questions.

    Of the leaves: how many there are (`chunks`), their length in tokens (`tokens_mean`, `_median`,
    `_p05`, `_p95`), the share of the budget that they use (`budget_use`), the shares of boundaries
    that cut a sentence (`sentences_cut`) and of tables, rows and code blocks that are cut
    (`structure_cut`), the share of the text that some chunk holds (`coverage`), what chunks repeat
    over what they cover (`redundancy`), and the share of the chunks that small edits of the
    document leave as they were (`stability`: a sentence more, one less, a word changed, each cut
    again by the segmenter that made the chunks). Each has its weight for a mean over documents.
    """

    name: ClassVar[str] = "evaluate.chunks"
    reads: ClassVar[Columns] = {
        "documents": ("text",),
        "chunks": ("level", "start", "end", "tokens"),
    }
    uses: ClassVar[Columns] = {
        "documents": ("structure", "format", "title", "uri", "item", "metadata")
    }
    writes: ClassVar[Mapping[str, Schema]] = MEASURED
    creates: ClassVar[tuple[str, ...]] = ("measures",)
    needs: ClassVar[tuple[str, ...]] = ("cutter",)

    stability: bool = parameter(
        True, "edit each document a little and cut it again, which costs three times the cutting"
    )
    size: int = parameter(
        0,
        "largest chunk that is allowed, for the budget's use; 0: what the segmenter allows",
        unit="tokens",
        ge=0,
    )

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        if self.stability and ctx.cutter is None:
            hint = "set stability to false, or run it in a notebook below a segmenter"
            raise UsageError("no segmenter is at hand here that could cut again", hint=hint)
        size = self.size or (ctx.cutter.size if ctx.cutter else None)
        leaves = frames["chunks"].filter(pl.col("level") == 0)
        parts = leaves.partition_by("doc_id", as_dict=True)
        found: list[Measure] = []
        for document in documents_of(frames["documents"]):
            ctx.check()
            own = parts.get((document.doc_id,), leaves.clear())
            found += _figures(document, own, size)
            ctx.advance(1)
        if self.stability and ctx.cutter is not None:
            cutter = ctx.cutter
            kept = stability_of(frames["documents"], lambda table: cutter.cut(table, ctx))
            found += [Measure(n, "stability", one.share, one.total) for n, one in kept.items()]
        return measures_frame(found)


def _figures(document: Document, leaves: pl.DataFrame, size: int | None) -> list[Measure]:
    name, count = document.doc_id, float(len(leaves))
    counted = tally(document, leaves.select("start", "end").iter_rows())
    found = [
        Measure(name, "chunks", count),
        Measure(name, "sentences_cut", counted.sentences_cut, counted.edges),
        Measure(name, "structure_cut", counted.structure_cut, counted.solid),
        Measure(name, "coverage", counted.coverage, counted.filled),
        Measure(name, "redundancy", counted.redundancy, counted.covered),
    ]
    if len(leaves):
        tokens = leaves["tokens"].to_numpy()
        low, middle, high = np.percentile(tokens, [5, 50, 95])
        mean = float(tokens.mean())
        found += [
            Measure(name, "tokens_mean", mean, count),
            Measure(name, "tokens_median", float(middle), count),
            Measure(name, "tokens_p05", float(low), count),
            Measure(name, "tokens_p95", float(high), count),
        ]
        if size:
            found.append(Measure(name, "budget_use", mean / size, count))
    return found
