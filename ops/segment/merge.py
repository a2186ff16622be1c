"""Joins small neighbouring chunks."""

from __future__ import annotations

__all__ = ["Merge"]

from bisect import bisect_right
from collections.abc import Iterator
from typing import ClassVar

from ops.op import parameter
from ops.segment.again import Again
from ops.segment.piece import Document, Piece
from ops.segment.ruler import Ruler
from ops.segment.spaces import skip


class Merge(Again):
    """Join neighbouring chunks of another segmenter up to `size` tokens.

    A chunk takes in what follows as long as both fit; with `under`, only while one of the two has
    fewer tokens than that. Chunks of different sections (a heading between them, or another
    parent) stay apart unless `across` is on, and so do parts of a table that carry its header.

    Source: dynamic merging of Zhao et al., "Meta-Chunking" (2024, arXiv:2410.12788), 4.3, in tokens
    and with sections.
    """

    name: ClassVar[str] = "segment.merge"

    overlap: int = parameter(0, "merging repeats nothing", unit="tokens", ge=0, le=0)
    under: int = parameter(0, "join only chunks with fewer; 0: any", unit="tokens", ge=0)
    across: bool = parameter(False, "join chunks of different sections too")

    def leaves(self, document: Document, ruler: Ruler, leaves: list[Piece]) -> Iterator[Piece]:
        text = document.text
        headings = [span for span in document.structure if span.kind == "heading"]
        heads = sorted(skip(text, span.start, span.end) for span in headings)
        current = leaves[0]
        for piece in leaves[1:]:
            if self._joins(ruler, heads, current, piece):
                parent = current.parent if current.parent == piece.parent else None
                current = piece._replace(
                    start=current.start,
                    end=max(current.end, piece.end),
                    parent=parent,
                    lead=current.lead,
                )
            else:
                yield current
                current = piece
        yield current

    def _joins(self, ruler: Ruler, heads: list[int], one: Piece, other: Piece) -> bool:
        if ruler.count(one.start, max(one.end, other.end)) > self.size or other.lead:
            return False
        if self.under:
            small = min(ruler.count(one.start, one.end), ruler.count(other.start, other.end))
            if small >= self.under:
                return False
        if self.across:
            return True
        heading = bisect_right(heads, other.start) > bisect_right(heads, one.start)
        return not heading and one.parent == other.parent
