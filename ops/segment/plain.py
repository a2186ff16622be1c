"""Segmenters whose chunks are plain spans: they cut many documents at once."""

from __future__ import annotations

__all__ = ["Plain"]

from abc import abstractmethod
from collections.abc import Iterable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ops.context import Context
from ops.frames import CHUNKS, Frames, in_order
from ops.segment.budgeted import Budgeted
from ops.segment.chunks import plain_frame
from ops.segment.codes import Ints
from ops.segment.joined import Joined, joined
from ops.segment.measure import rulers
from ops.segment.piece import Document, Piece, documents_of
from ops.segment.ruler import Ruler
from ops.segment.settle import Draft
from ops.segment.split import Parts, counted

Bools = NDArray[np.bool_]


class Plain(Budgeted):
    """A segmenter that says of many documents at once where it would cut.

    What the ruler is sure of goes into the frame column by column. Documents of which it is not
    sure go the way of all other segmenters.
    """

    @abstractmethod
    def parts(self, some: Joined) -> Parts:
        """The parts of all these documents, as places in the whole of them, in order of start."""

    def plan(self, document: Document, ruler: Ruler) -> Iterable[Piece]:
        (some,) = joined([document], [ruler])
        return (Piece(*part) for part in self.parts(some))

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        tokenizer = ctx.resources.tokenizer(self.tokenizer)
        table = frames["documents"]
        documents = list(documents_of(table))
        measured = rulers([document.text for document in documents], tokenizer, ctx.check)
        found: list[tuple[Parts, Ints, Ints]] = []
        sure = np.ones(len(documents), dtype=np.bool_)
        for some in joined(documents, measured):
            ctx.check()
            parts = self.parts(some)
            tokens = counted(some.ruler, parts)
            within = some.starts.searchsorted(parts.starts, "right") - 1
            owners = within + some.places.start
            sure[owners[self._doubtful(some, parts, tokens)]] = False
            found.append((parts.moved(-some.starts[within]), tokens, owners))
            ctx.advance(len(some.places))
        if not found:
            return Frames({"chunks": pl.DataFrame(schema=dict(CHUNKS))})
        parts = Parts.joined([each[0] for each in found])
        tokens, owners = (np.concatenate(each) for each in list(zip(*found, strict=True))[1:])
        kept = sure[owners]
        chunks = plain_frame(documents, owners[kept], parts[kept], tokens[kept])
        if not sure.all():
            drafts = [
                Draft(documents[at], measured[at], [Piece(*part) for part in parts[owners == at]])
                for at in np.flatnonzero(~sure).tolist()
            ]
            more = self.settled(table, drafts, tokenizer, ctx)
            chunks = in_order("chunks", pl.concat([chunks, more]))
        return Frames({"chunks": chunks})

    def _doubtful(self, some: Joined, parts: Parts, tokens: Ints) -> Bools:
        """Which parts the ruler is not sure of, or that `settle` has to cut or to leave out."""
        found = (tokens > self.size) | (np.diff(parts.starts, prepend=-1) <= 0)
        found[some.ruler.unsure(some.whole.text, parts.starts.tolist(), parts.ends.tolist())] = True
        return found
