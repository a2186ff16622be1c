"""Gives chunks some of what stands before them."""

from __future__ import annotations

__all__ = ["Overlap"]

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar, Literal

from ops.op import parameter
from ops.segment.again import Again
from ops.segment.piece import Document, Piece
from ops.segment.ruler import Ruler
from ops.segment.spaces import strip
from ops.segment.windows import overlap_start
from ops.segment.zones import zones_of


class Overlap(Again):
    """Repeat the end of each chunk at the start of the next, whatever segmenter made them.

    As `text` the chunk itself begins earlier; as `derived` its text stays and what stands before it
    goes into `derived_text`, so that it is embedded but never read or shown twice. It begins
    with a word and never inside a table row or code block; it is left out where it would make the
    chunk larger than `size`.
    """

    name: ClassVar[str] = "segment.overlap"

    size: int = parameter(512, "largest chunk, with what is repeated", unit="tokens", ge=1)
    overlap: int = parameter(32, "repeated from the chunk before", unit="tokens", ge=0)
    how: Literal["text", "derived"] = parameter("text", "part of the chunk, or before it")

    def leaves(self, document: Document, ruler: Ruler, leaves: list[Piece]) -> Iterator[Piece]:
        text = document.text
        zones = zones_of(document, ruler, self.size)
        yield leaves[0]
        for before, piece in pairwise(leaves):
            room = min(self.overlap, self.size - ruler.count(piece.start, piece.end))
            start = piece.start
            if room > 0 and before.start < start:
                again = overlap_start(text, ruler, before.start, start, room)
                start = min(start, zones.outside(text, again))
            # A child never leaves its parent.
            if piece.parent is not None:
                start = max(start, piece.parent.start)
            if start >= piece.start:
                yield piece
            elif self.how == "text":
                yield piece._replace(start=start)
            else:
                yield piece._replace(lead=(*piece.lead, strip(text, start, piece.start)))
