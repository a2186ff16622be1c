"""What segmenters that ask a language model share."""

from __future__ import annotations

__all__ = ["Judged", "Laid"]

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from ops.context import Context
from ops.frames import Frames
from ops.op import parameter
from ops.segment.breaks import breaks_of
from ops.segment.budgeted import Budgeted
from ops.segment.marks import Bools, Ints, Marks, groups
from ops.segment.outline import sections_of
from ops.segment.parents import Parents, with_parents
from ops.segment.piece import Document, Piece
from ops.segment.ruler import Ruler
from ops.segment.sentence import Splitter, Unit, units_of
from ops.segment.windows import overlap_start
from ops.segment.zones import Zones, zones_of


@dataclass(frozen=True, eq=False)
class Laid:
    """A document laid out in sentences, at least two."""

    document: Document
    ruler: Ruler
    zones: Zones
    units: list[Unit]

    @cached_property
    def starts(self) -> list[int]:
        """Of the sentences, in characters."""
        return [unit.start for unit in self.units]

    @cached_property
    def ends(self) -> list[int]:
        """Of the sentences, in characters."""
        return [unit.end for unit in self.units]

    @cached_property
    def tokens(self) -> tuple[Ints, Ints]:
        """Tokens before each sentence, and up to its end."""
        before, until = self.ruler.ranks(self.starts, self.ends)
        return np.asarray(before, dtype=np.int64), np.asarray(until, dtype=np.int64)

    @cached_property
    def hard(self) -> Bools:
        """Gaps that a heading follows."""
        found = np.zeros(len(self.units) - 1, dtype=np.bool_)
        heads = [one.start for one in self.document.structure if one.kind == "heading"]
        owners = np.asarray(self.starts).searchsorted(heads, "right") - 1
        found[owners[owners > 0] - 1] = True
        return found

    def text(self, first: int, last: int) -> str:
        """From the start of one sentence to the end of another."""
        return self.document.text[self.starts[first] : self.ends[last]]


class Judged(Budgeted):
    """Cuts between sentences where a language model says so.

    Code blocks, tables and rows that fit count as one sentence, and a heading goes with what
    follows it. What is longer than `size` is parted further at its strongest gaps, and no chunk
    reaches across a heading unless `across` is on.
    """

    needs: ClassVar[tuple[str, ...]] = ("tokenizer", "generator", "answers")
    says: ClassVar[str]
    """The name of a boundary that the model chose."""

    least: int = parameter(
        48,
        "smallest chunk; smaller ones join a neighbour where both fit, over the weaker boundary",
        unit="tokens",
        ge=0,
    )
    across: bool = parameter(False, "chunks may reach from one section into the next")
    parents: Parents = parameter(
        "none",
        "sections kept as chunks above the others: none, the innermost ones, or the whole tree",
    )
    model: str = parameter(
        "smollm2",
        'the language model: "smollm2", or the path of a GGUF file',
        model="text",
        min_length=1,
    )
    splitter: Splitter = parameter("rules", "what finds sentences: see `segment.sentence`")

    @abstractmethod
    def judged(self, laid: Sequence[Laid], ctx: Context) -> Iterator[Marks | str]:
        """For each document where to cut it, or why that cannot be told.

        It tells `ctx` of each document that is done.
        """

    @property
    def repeats(self) -> bool:
        """Whether a sentence before a chosen gap begins the next chunk too."""
        return False

    def plan(self, document: Document, ruler: Ruler) -> Iterable[Piece]:
        raise TypeError(f"{self.name} plans with a language model")

    def plans(
        self, frames: Frames, documents: list[Document], rulers: list[Ruler], ctx: Context
    ) -> Iterator[list[Piece]]:
        laid = []
        for document, ruler in zip(documents, rulers, strict=True):
            ctx.check()
            zones = zones_of(document, ruler, self.size)
            units = units_of(document, zones, breaks_of(document.text), self.splitter)
            laid.append(Laid(document, ruler, zones, units))
        marks = self.judged([one for one in laid if len(one.units) > 1], ctx)
        for one in laid:
            ctx.check()
            if len(one.units) < 2:
                ctx.advance(1)
                yield [Piece(unit.start, unit.end, "end") for unit in one.units]
                continue
            found = next(marks)
            if isinstance(found, str):
                ctx.fail(one.document.doc_id, found)
                yield []
            else:
                pieces = list(self._pieces(one, found))
                sections = sections_of(one.document, False) if self.parents != "none" else []
                yield list(with_parents(pieces, sections, self.parents))

    def _pieces(self, one: Laid, marks: Marks) -> Iterator[Piece]:
        before, until = one.tokens
        hard = np.zeros_like(one.hard) if self.across else one.hard
        room = self.size - self.overlap
        for first, after in groups(before, until, marks, hard, room, self.least):
            start, last = one.starts[first], after - 1
            spare = self.size - int(until[last] - before[first])
            if first and not hard[first - 1]:
                start = self._start(one, marks, first, spare)
            if after == len(one.units):
                yield Piece(start, one.ends[last], "end")
                continue
            why = marks.names.get(last, one.units[last].boundary)
            if hard[last]:
                why = "heading"
            if marks.chosen[last]:
                why = self.says
            score, threshold = float(marks.scores[last]), float(marks.thresholds[last])
            yield Piece(
                start,
                one.ends[last],
                why,
                score=None if np.isnan(score) else score,
                threshold=None if np.isnan(threshold) else threshold,
            )

    def _start(self, one: Laid, marks: Marks, first: int, spare: int) -> int:
        """Where a chunk begins that may repeat something of the one before."""
        start, earlier = one.starts[first], one.starts[first - 1]
        if self.repeats and marks.chosen[first - 1]:
            before, _ = one.tokens
            return earlier if before[first] - before[first - 1] <= spare else start
        if not self.overlap or spare <= 0:
            return start
        tokens = min(self.overlap, spare)
        again = overlap_start(one.document.text, one.ruler, earlier, start, tokens)
        return min(start, one.zones.outside(one.document.text, again))
