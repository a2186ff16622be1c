"""What every segmenter with a token budget shares: its parameters and the way through a batch."""

from __future__ import annotations

__all__ = ["Budgeted"]

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

import polars as pl
from pydantic import model_validator

from ops.context import Context, Tokenizer
from ops.errors import DocumentError
from ops.frames import Frames
from ops.op import Segmenter, parameter
from ops.segment.chunks import chunks_frame
from ops.segment.measure import rulers
from ops.segment.piece import Document, Piece, documents_of
from ops.segment.ruler import Ruler
from ops.segment.settle import Draft, settle


class Budgeted(Segmenter):
    """A segmenter whose chunks have at most `size` tokens.

    Of captions (WebVTT, SubRip) what is said is cut and counted, and stands for a chunk in
    `derived_text`; its text has the times, too.

    A subclass says in `plan` where it would cut; this class measures the texts, has every budget
    confirmed by the tokenizer, and makes the frame.
    """

    version: ClassVar[int] = 3

    size: int = parameter(256, "largest chunk", unit="tokens", ge=1)
    overlap: int = parameter(0, "repeated from the chunk before", unit="tokens", ge=0)
    tokenizer: str = parameter(
        "minilm",
        'what tokens are: the name of a model, "characters", "words", or the path of a GGUF file',
        model="tokenizer",
        min_length=1,
    )

    trims: ClassVar[bool] = True
    """Its chunks have no white space at their edges."""

    @model_validator(mode="after")
    def _overlap_fits(self) -> Budgeted:
        if self.overlap >= self.size:
            raise ValueError(f"overlap ({self.overlap}) must be less than size ({self.size})")
        return self

    @abstractmethod
    def plan(self, document: Document, ruler: Ruler) -> Iterable[Piece]:
        """The pieces of one document, in order of start, as the ruler measures them."""

    def plans(
        self, frames: Frames, documents: list[Document], rulers: list[Ruler], ctx: Context
    ) -> Iterator[list[Piece]]:
        """The pieces of each document, in their order."""
        for document, ruler in zip(documents, rulers, strict=True):
            ctx.check()
            yield list(self.plan(document, ruler))
            ctx.advance(1)

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        tokenizer = ctx.resources.tokenizer(self.tokenizer)
        table = frames["documents"]
        documents = [document.spoken() for document in documents_of(table)]
        measured = rulers([document.text for document in documents], tokenizer, ctx.check)
        plans = self.plans(frames, documents, measured, ctx)
        drafts = [Draft(*each) for each in zip(documents, measured, plans, strict=True)]
        return Frames({"chunks": self.settled(table, drafts, tokenizer, ctx)})

    def settled(
        self, table: pl.DataFrame, drafts: list[Draft], tokenizer: Tokenizer, ctx: Context
    ) -> pl.DataFrame:
        """The chunks of these documents, each budget confirmed; what cannot fit is put aside."""
        pieces = {}
        settled = settle(drafts, self.size, tokenizer, trim=self.trims, check=ctx.check)
        for doc_id, found in settled.items():
            if isinstance(found, DocumentError):
                ctx.fail(doc_id, str(found))
            else:
                pieces[doc_id] = found
        return chunks_frame(table, pieces, tokenizer)
