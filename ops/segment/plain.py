"""Segmenters whose chunks are plain spans: they cut many documents at once."""

from __future__ import annotations

__all__ = ["Plain"]

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ops.captions import begins
from ops.context import Context, Tokenizer
from ops.frames import Frames, in_order
from ops.segment.budgeted import Budgeted
from ops.segment.chunks import plain_frame
from ops.segment.codes import Ints
from ops.segment.compiled import Cutter
from ops.segment.joined import Joined, joined
from ops.segment.measure import rulers
from ops.segment.piece import Document, Piece, documents_of
from ops.segment.ruler import Ruler
from ops.segment.settle import Draft
from ops.segment.split import Parts, counted

Bools: TypeAlias = NDArray[np.bool_]
Cut: TypeAlias = tuple[Parts, Ints, Ints, Ints]
"""Parts as places in their own documents, the tokens of each, the place of its document, and start
and end in its UTF-8, one row a part, -1 where they are not known."""


class Plain(Budgeted):
    """A segmenter that says of many documents at once where it would cut.

    What the ruler is sure of goes into the frame column by column. Documents of which it is not
    sure, and captions, go the way of all other segmenters.
    """

    @abstractmethod
    def parts(self, some: Joined) -> Parts:
        """The parts of all these documents, as places in the whole of them, in order of start."""

    def searched(self, table: pl.DataFrame, tokenizer: Tokenizer) -> Bools:
        """Which of these documents can be cut by searching their text, which is faster."""
        return np.zeros(len(table), dtype=np.bool_)

    def plan(self, document: Document, ruler: Ruler) -> Iterable[Piece]:
        (some,) = joined([document], [ruler], [0])
        return (Piece(*part) for part in self.parts(some))

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        tokenizer = ctx.resources.tokenizer(self.tokenizer)
        table = in_order("documents", frames["documents"])
        # As UTF-8, which is what Polars keeps and what ids are made of.
        raws = table["text"].cast(pl.Binary).to_list()
        captions = np.fromiter((begins(raw or b"") for raw in raws), np.bool_, len(raws))
        searched = self.searched(table, tokenizer) & ~captions
        found = [self._all_searched(raws, searched, ctx)]
        others = np.flatnonzero(~searched)
        documents = [one.spoken() for one in documents_of(table[others])] if len(others) else []
        measured = rulers([document.text for document in documents], tokenizer, ctx.check)
        sure = ~captions
        for some in joined(documents, measured, range(len(documents))):
            ctx.check()
            parts = self.parts(some)
            tokens = counted(some.ruler, parts)
            within = some.starts.searchsorted(parts.starts, "right") - 1
            owners = others[some.places[within]]
            sure[owners[self._doubtful(some, parts, tokens)]] = False
            unknown = np.full((len(parts), 2), -1)
            found.append((parts.moved(-some.starts[within]), tokens, owners, unknown))
            ctx.advance(len(some.places))
        parts = Parts.joined([each[0] for each in found])
        tokens, owners, places = (
            np.concatenate(each) for each in list(zip(*found, strict=True))[1:]
        )
        order = np.argsort(owners, kind="stable")
        order = order[sure[owners[order]]]
        chunks = plain_frame(table, raws, owners[order], parts[order], tokens[order], places[order])
        if not sure.all():
            drafts = [
                Draft(documents[at], measured[at], [Piece(*part) for part in parts[owners == row]])
                for at, row in enumerate(others.tolist())
                if not sure[row]
            ]
            more = self.settled(table, drafts, tokenizer, ctx)
            chunks = in_order("chunks", pl.concat([chunks, more]))
        return Frames({"chunks": chunks})

    def _all_searched(self, raws: Sequence[bytes | None], searched: Bools, ctx: Context) -> Cut:
        """What comes of searching these documents."""
        cutter = Cutter(self.size)
        counts = np.zeros(len(raws), dtype=np.int64)
        for at in np.flatnonzero(searched).tolist():
            ctx.check()
            counts[at] = cutter.add(raws[at] or b"")
            ctx.advance(1)
        parts = Parts(*cutter.spans)
        owners = np.repeat(np.arange(len(counts)), counts)
        return parts, parts.ends - parts.starts, owners, cutter.places

    def _doubtful(self, some: Joined, parts: Parts, tokens: Ints) -> Bools:
        """Which parts the ruler is not sure of, or that `settle` has to cut or to leave out."""
        found = (tokens > self.size) | (np.diff(parts.starts, prepend=-1) <= 0)
        found[some.ruler.unsure(some.whole.text, parts.starts.tolist(), parts.ends.tolist())] = True
        return found
