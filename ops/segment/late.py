"""Marks chunks for late chunking."""

from __future__ import annotations

__all__ = ["Late", "reading_runs"]

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import polars as pl

from ops.captions import spoken
from ops.context import Context
from ops.frames import Frames, Schema, conform, in_order, keys
from ops.op import Columns, Op, parameter
from ops.segment.marks import Ints
from ops.segment.measure import rulers
from ops.segment.ruler import Ruler


class Late(Op):
    """Mark with each chunk the text around it that the embedding model is to read with it.

    `embed.llama` then reads that text as a whole and takes the mean of the chunk's own tokens, each
    of which has seen what stands around it (late chunking), and mixes it with the vector of the
    chunk alone (`around`). What is read together are whole neighbouring chunks of the same level,
    up to `read` tokens; such windows overlap by half, and a chunk belongs to the one that has most
    text on its shorter side. So the model reads twice the text, however many chunks there are. A
    chunk of more than `read` tokens is read alone.

    Source: Günther et al., "Late Chunking" (2024, arXiv:2409.04701), whose models take 8,192
    tokens; their windows overlap by less. It wants a model that pools by the mean. Whether it helps
    depends on the model and on the lengths that it was trained on; measure it on questions of your
    own (docs/segmenters.md has what we found for all-MiniLM-L6-v2).
    """

    name: ClassVar[str] = "segment.late"
    reads: ClassVar[Columns] = {"documents": ("text",), "chunks": ("level", "start", "end")}
    writes: ClassVar[Mapping[str, Schema]] = {
        "chunks": {"read_start": pl.Int64(), "read_end": pl.Int64()}
    }
    needs: ClassVar[tuple[str, ...]] = ("tokenizer",)

    read: int = parameter(
        510, "most that is read together; no more than the model takes", unit="tokens", ge=16
    )
    tokenizer: str = parameter(
        "minilm",
        "what tokens are: the name of the embedding model, or the path of its GGUF file; also "
        '"characters" or "words"',
        model="tokenizer",
        min_length=1,
    )

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        tokenizer = ctx.resources.tokenizer(self.tokenizer)
        documents, chunks = frames["documents"], in_order("chunks", frames["chunks"])
        own = chunks.partition_by("doc_id", as_dict=True)
        found: dict[str, tuple[int, int]] = {}
        for doc_id, text in documents.select("doc_id", "text").iter_rows():
            ctx.check()
            if (doc_id,) in own:
                (ruler,) = rulers([spoken(text or "")], tokenizer, ctx.check)
                for level in own[doc_id,].partition_by("level"):
                    found |= self._marked(level, ruler)
            ctx.advance(1)
        marks = [found.get(chunk, (None, None)) for chunk in chunks["chunk_id"]]
        table = chunks.select("chunk_id", "doc_id").with_columns(
            pl.Series("read_start", [start for start, _ in marks], dtype=pl.Int64),
            pl.Series("read_end", [end for _, end in marks], dtype=pl.Int64),
        )
        schema = {**dict.fromkeys(keys("chunks"), pl.String()), **self.writes["chunks"]}
        return Frames({"chunks": conform("chunks", table, schema)})

    def _marked(self, chunks: pl.DataFrame, ruler: Ruler) -> dict[str, tuple[int, int]]:
        """By chunk id the span to read with it, of chunks of one level in order of start."""
        starts, ends = chunks["start"].to_list(), chunks["end"].to_list()
        before, until = ruler.ranks(starts, ends)
        runs = reading_runs(np.asarray(before), np.asarray(until), self.read)
        return {
            name: (starts[first], max(ends[first:after]))
            for name, (first, after) in zip(chunks["chunk_id"], runs, strict=True)
        }


def reading_runs(before: Ints, until: Ints, most: int) -> list[tuple[int, int]]:
    """For each chunk the run of chunks (first, one past the last) that is read with it.

    Runs have at most `most` tokens, or one chunk, and begin about half that apart; the last one
    reaches back as far as it may.

    Args:
        before: tokens before each chunk, ascending.
        until: tokens up to its end.
    """
    count = len(before)
    until = np.maximum.accumulate(until) if count else until
    runs: list[tuple[int, int]] = []
    first = 0
    while first < count:
        after = max(first + 1, int(until.searchsorted(before[first] + most, "right")))
        if after >= count and runs:
            first = min(first, int(before.searchsorted(until[-1] - most, "left")))
        runs.append((first, after))
        if after >= count:
            break
        first = min(after, max(first + 1, int(before.searchsorted(before[first] + most / 2))))
    best: list[tuple[float, tuple[int, int]]] = [(-1.0, (at, at + 1)) for at in range(count)]
    for run in runs:
        low, high = before[run[0]], until[run[1] - 1]
        for at in range(*run):
            room = float(min(before[at] - low, high - until[at]))
            if room > best[at][0]:
                best[at] = (room, run)
    return [run for _, run in best]
