"""Segmenters whose chunks are plain spans: they cut many documents at once."""

from __future__ import annotations

__all__ = ["Plain"]

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ops.context import Context
from ops.frames import Frames, in_order
from ops.segment.bare import Bare
from ops.segment.budgeted import Budgeted
from ops.segment.chunks import plain_frame
from ops.segment.codes import Ints
from ops.segment.joined import Joined, joined
from ops.segment.measure import rulers
from ops.segment.piece import Document, Piece, documents_of
from ops.segment.ruler import Ruler
from ops.segment.settle import Draft
from ops.segment.split import Parts, counted

Bools: TypeAlias = NDArray[np.bool_]
Cut: TypeAlias = tuple[Parts, Ints, Ints]
"""Parts as places in their own documents, the tokens of each, and the place of its document."""


class Plain(Budgeted):
    """A segmenter that says of many documents at once where it would cut.

    What the ruler is sure of goes into the frame column by column. Documents of which it is not
    sure go the way of all other segmenters.
    """

    @abstractmethod
    def parts(self, some: Joined) -> Parts:
        """The parts of all these documents, as places in the whole of them, in order of start."""

    def searched(self, document: Document, ruler: Ruler) -> Bare | None:
        """The parts of a document that can be cut by searching its text, which is faster."""
        return None

    def plan(self, document: Document, ruler: Ruler) -> Iterable[Piece]:
        (some,) = joined([document], [ruler], [0])
        return (Piece(*part) for part in self.parts(some))

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        tokenizer = ctx.resources.tokenizer(self.tokenizer)
        table = in_order("documents", frames["documents"])
        documents = list(documents_of(table))
        measured = rulers([document.text for document in documents], tokenizer, ctx.check)
        bare, others = self._all_searched(documents, measured, ctx)
        found = [bare]
        sure = np.ones(len(documents), dtype=np.bool_)
        for some in joined(documents, measured, others):
            ctx.check()
            parts = self.parts(some)
            tokens = counted(some.ruler, parts)
            within = some.starts.searchsorted(parts.starts, "right") - 1
            owners = some.places[within]
            sure[owners[self._doubtful(some, parts, tokens)]] = False
            found.append((parts.moved(-some.starts[within]), tokens, owners))
            ctx.advance(len(some.places))
        parts = Parts.joined([each[0] for each in found])
        tokens, owners = (np.concatenate(each) for each in list(zip(*found, strict=True))[1:])
        order = np.argsort(owners, kind="stable")
        order = order[sure[owners[order]]]
        chunks = plain_frame(table, owners[order], parts[order], tokens[order])
        if not sure.all():
            drafts = [
                Draft(documents[at], measured[at], [Piece(*part) for part in parts[owners == at]])
                for at in np.flatnonzero(~sure).tolist()
            ]
            more = self.settled(table, drafts, tokenizer, ctx)
            chunks = in_order("chunks", pl.concat([chunks, more]))
        return Frames({"chunks": chunks})

    def _all_searched(
        self, documents: Sequence[Document], measured: Sequence[Ruler], ctx: Context
    ) -> tuple[Cut, list[int]]:
        """What comes of searching, and the documents that cannot be cut that way."""
        starts: list[int] = []
        ends: list[int] = []
        whys: list[str] = []
        counts = np.zeros(len(documents), dtype=np.int64)
        others = []
        for at, (document, ruler) in enumerate(zip(documents, measured, strict=True)):
            ctx.check()
            found = self.searched(document, ruler)
            if found is None:
                others.append(at)
                continue
            starts += found.starts
            ends += found.ends
            whys += found.whys
            counts[at] = len(found.starts)
            ctx.advance(1)
        parts = Parts.listed(starts, ends, whys)
        return (parts, parts.ends - parts.starts, np.repeat(np.arange(len(counts)), counts)), others

    def _doubtful(self, some: Joined, parts: Parts, tokens: Ints) -> Bools:
        """Which parts the ruler is not sure of, or that `settle` has to cut or to leave out."""
        found = (tokens > self.size) | (np.diff(parts.starts, prepend=-1) <= 0)
        found[some.ruler.unsure(some.whole.text, parts.starts.tolist(), parts.ends.tolist())] = True
        return found
