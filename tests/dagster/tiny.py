"""Small ops that do what real ones must not: wait, and cut in the wrong place."""

from __future__ import annotations

import time
from typing import ClassVar

import polars as pl

from ops.context import Context
from ops.frames import CHUNKS, Frames, chunk_id, conform
from ops.op import Segmenter, parameter

OPS = {"segment.tiny": "tests.dagster.tiny:Tiny"}


class Tiny(Segmenter):
    """Make each document one chunk."""

    name: ClassVar[str] = "segment.tiny"
    needs: ClassVar[tuple[str, ...]] = ()

    wait: float = parameter(0.0, "pause before each document", unit="seconds")
    shift: int = parameter(0, "added to every offset, which makes them wrong")

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        rows = []
        for document, text in frames["documents"].select("doc_id", "text").iter_rows():
            ctx.check()
            time.sleep(self.wait)
            rows.append(
                {
                    "chunk_id": chunk_id(document, 0, text, 0),
                    "doc_id": document,
                    "level": 0,
                    "ordinal": 0,
                    "parent_id": None,
                    "start": self.shift,
                    "end": len(text) + self.shift,
                    "text": text,
                    "tokens": len(text.split()),
                    "boundary": "end",
                }
            )
            ctx.advance(1)
        table = pl.DataFrame(rows, schema=CHUNKS)
        return Frames({"chunks": conform("chunks", table, CHUNKS)})
