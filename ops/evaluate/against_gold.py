"""Measures chunks against gold boundaries."""

from __future__ import annotations

__all__ = ["Boundaries"]

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, ClassVar, Final, Literal

import polars as pl

from ops.context import Context
from ops.evaluate.boundaries import boundary_f1, pk, window_diff
from ops.evaluate.gold import Gold, lengths, read_gold
from ops.evaluate.measured import MEASURED, Measure, measures_frame
from ops.evaluate.questions import names_document
from ops.frames import Frames, Schema
from ops.op import Columns, Op, parameter
from ops.segment.piece import Document, documents_of
from ops.segment.sentences import sentences

WORDS: Final = re.compile(r"\S+")
LINES: Final = re.compile(r"[^\n]*\S[^\n]*")


class Boundaries(Op):
    """Measure where chunks begin against where segments really begin.

    Gold is a CSV file (`document`, `start`: the offset at which a segment begins), or, without one,
    the document's own headings, pages or turns. Of the leaves of each document that has gold:
    `pk` (Beeferman, Berger and Lafferty 1999), `window_diff` (Pevzner and Hearst 2002), both 0 at
    best, and `boundary_precision`, `boundary_recall` and `boundary_f1`. Boundaries are moved to the
    nearest edge of a unit, a sentence by default. Documents without gold have no rows.
    """

    name: ClassVar[str] = "evaluate.boundaries"
    reads: ClassVar[Columns] = {"documents": ("text",), "chunks": ("level", "start", "end")}
    uses: ClassVar[Columns] = {"documents": ("structure", "title", "uri")}
    writes: ClassVar[Mapping[str, Schema]] = MEASURED
    creates: ClassVar[tuple[str, ...]] = ("measures",)

    gold: str = parameter(
        "", "CSV file of gold boundaries; empty: the document's own structure", model="file"
    )
    structure: tuple[Literal["heading", "page", "turn"], ...] = parameter(
        ("heading",), "spans whose beginnings are gold where no file is given", min_length=1
    )
    unit: Literal["sentence", "line", "word"] = parameter("sentence", "what boundaries lie between")
    tolerance: int = parameter(
        0, "how far from a gold boundary one may be to count as found, for F1", unit="units", ge=0
    )
    window: int = parameter(
        0, "for Pk and WindowDiff; 0: half the mean gold segment", unit="units", ge=0
    )

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        gold = read_gold(ctx.base / self.gold) if self.gold else None
        leaves = frames["chunks"].filter(pl.col("level") == 0)
        begins = dict(leaves.group_by("doc_id").agg("start").iter_rows())
        rows = {row["doc_id"]: row for row in frames["documents"].iter_rows(named=True)}
        found: list[Measure] = []
        for document in documents_of(frames["documents"]):
            ctx.check()
            wanted = self._wanted(document, rows[document.doc_id], gold)
            units = list(self._units(document.text))
            if wanted and units:
                found += self._measured(document, units, wanted, begins.get(document.doc_id, []))
            ctx.advance(1)
        return measures_frame(found)

    def _wanted(
        self, document: Document, row: Mapping[str, Any], gold: Gold | None
    ) -> Sequence[int]:
        if gold is None:
            return [span.start for span in document.structure if span.kind in self.structure]
        title, uri = row.get("title") or "", row.get("uri") or ""
        return [
            start
            for name, starts in gold.items()
            if name == document.doc_id or names_document(name, title, uri)
            for start in starts
        ]

    def _units(self, text: str) -> Iterator[tuple[int, int]]:
        if self.unit == "sentence":
            yield from sentences(text)
        else:
            for match in (WORDS if self.unit == "word" else LINES).finditer(text):
                yield match.span()

    def _measured(
        self,
        document: Document,
        units: Sequence[tuple[int, int]],
        wanted: Sequence[int],
        begins: Sequence[int],
    ) -> list[Measure]:
        gold, found = lengths(units, wanted), lengths(units, begins)
        window = self.window or None
        true, made = (list(accumulate(sizes))[:-1] for sizes in (gold, found))
        precision, recall, f1 = boundary_f1(true, made, self.tolerance)
        name, count = document.doc_id, len(units)
        return [
            Measure(name, "pk", pk(gold, found, window), count),
            Measure(name, "window_diff", window_diff(gold, found, window), count),
            Measure(name, "boundary_precision", precision, len(made)),
            Measure(name, "boundary_recall", recall, len(true)),
            Measure(name, "boundary_f1", f1, len(true)),
        ]
