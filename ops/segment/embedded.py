"""What segmenters that look at the meaning of sentences share."""

from __future__ import annotations

__all__ = ["Cuts", "Embedded", "Sentences"]

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ops.context import Context
from ops.frames import Frames
from ops.op import parameter
from ops.segment.breaks import breaks_of
from ops.segment.budgeted import Budgeted
from ops.segment.piece import Document, Piece
from ops.segment.ruler import Ruler
from ops.segment.sentence import Splitter, Unit, units_of
from ops.segment.vectors import embedded
from ops.segment.windows import overlap_start
from ops.segment.zones import Zones, zones_of

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Sentences:
    """The sentences of one document, at least two."""

    vectors: Floats
    """(sentences, dimensions), unit length."""
    tokens: NDArray[np.int64]
    """Of each sentence."""
    paragraphs: NDArray[np.bool_]
    """Which of them end a paragraph."""
    texts: tuple[str, ...]
    gains: Floats | None = None
    """(sentences - 1), nats by which each is easier to expect after the one before it; None where
    no language model reads them."""


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """Where to cut. Gap i lies after sentence i."""

    scores: Floats
    """(sentences - 1), how strongly the text parts at each gap."""
    chosen: NDArray[np.int64]
    """The gaps to cut at, ascending."""
    threshold: float | None = None
    """What scores were compared with."""
    unexpected: frozenset[int] = frozenset()
    """Of those chosen, the ones that a language model speaks for too."""


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """A document laid out in sentences."""

    document: Document
    ruler: Ruler
    units: list[Unit]
    zones: Zones


class Embedded(Budgeted):
    """Looks for changes of subject between sentences, each embedded once.

    Code blocks, tables and rows that fit count as one sentence, headings go with what follows. What
    is longer than `size` is parted further at its strongest gaps.
    """

    needs: ClassVar[tuple[str, ...]] = ("tokenizer", "embedder", "vectors")

    model: str = parameter(
        "minilm",
        'what embeds the sentences: "minilm", or the path of a GGUF file',
        model="embedder",
        min_length=1,
    )

    splitter: Splitter = parameter(
        "rules", "what finds sentences: see `segment.sentence`; changes what is embedded"
    )

    @abstractmethod
    def cuts(self, sentences: Sentences) -> Cuts:
        """Where to cut a document of two sentences or more."""

    def gains(self, texts: Sequence[tuple[str, ...]], ctx: Context) -> list[Floats | str] | None:
        """What `Sentences.gains` are, for each document, or why that cannot be told.

        None where no language model reads; one that does tells `ctx` of each document.
        """
        return None

    def plan(self, document: Document, ruler: Ruler) -> Iterable[Piece]:
        raise TypeError(f"{self.name} plans with vectors")

    def plans(
        self, frames: Frames, documents: list[Document], rulers: list[Ruler], ctx: Context
    ) -> Iterator[list[Piece]]:
        zones = []
        units = []
        for document, ruler in zip(documents, rulers, strict=True):
            ctx.check()
            zones.append(zones_of(document, ruler, self.size))
            breaks = breaks_of(document.text)
            units.append(units_of(document, zones[-1], breaks, self.splitter))
        texts = [
            tuple(document.text[unit.start : unit.end] for unit in some)
            for document, some in zip(documents, units, strict=True)
        ]
        vectors = embedded([text for own in texts for text in own], self.model, ctx)
        read = self.gains(texts, ctx)
        at = 0
        for place, (document, ruler) in enumerate(zip(documents, rulers, strict=True)):
            ctx.check()
            count = len(texts[place])
            own = vectors[at : at + count].astype(np.float64)
            at += count
            gains = read[place] if read else None
            if isinstance(gains, str):
                ctx.fail(document.doc_id, gains)
                yield []
            else:
                given = Given(document, ruler, units[place], zones[place])
                yield self._planned(given, texts[place], own, gains)
            if read is None:
                ctx.advance(1)

    def _planned(
        self, given: Given, texts: tuple[str, ...], vectors: Floats, gains: Floats | None
    ) -> list[Piece]:
        document, ruler, units = given.document, given.ruler, given.units
        if len(units) < 2:
            return [Piece(unit.start, unit.end, "end") for unit in units]
        starts, ends = [unit.start for unit in units], [unit.end for unit in units]
        before, until = (np.asarray(ranks, dtype=np.int64) for ranks in ruler.ranks(starts, ends))
        paragraphs = np.array([unit.boundary != "sentence" for unit in units])
        cuts = self.cuts(Sentences(vectors, until - before, paragraphs, texts, gains))
        room = self.size - self.overlap
        groups = list(_within(before, until, cuts, room))
        scored = set(cuts.chosen.tolist())
        pieces = []
        for first, after in groups:
            start, last = starts[first], after - 1
            if self.overlap and first:
                spare = min(self.overlap, self.size - int(until[last] - before[first]))
                if spare > 0:
                    again = overlap_start(document.text, ruler, starts[first - 1], start, spare)
                    start = min(start, given.zones.outside(document.text, again))
            if after == len(units):
                pieces.append(Piece(start, ends[last], "end"))
                continue
            why = "topic" if last in scored else units[last].boundary
            if last in cuts.unexpected:
                why = "unexpected"
            score = float(cuts.scores[last])
            pieces.append(Piece(start, ends[last], why, score=score, threshold=cuts.threshold))
        return pieces


def _within(
    before: NDArray[np.int64], until: NDArray[np.int64], cuts: Cuts, size: int
) -> Iterator[tuple[int, int]]:
    """Groups of sentences (first, one past the last) between cuts, none over `size` that can be
    parted: at the strongest gaps first."""
    edges = [0, *(cuts.chosen + 1).tolist(), len(before)]
    stack = list(pairwise(edges))[::-1]
    while stack:
        first, after = stack.pop()
        if after - first < 2 or until[after - 1] - before[first] <= size:
            yield first, after
            continue
        gap = first + int(np.argmax(cuts.scores[first : after - 1]))
        stack += [(gap + 1, after), (first, gap + 1)]
