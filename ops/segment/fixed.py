"""Cuts text into windows of the same number of tokens."""

from __future__ import annotations

__all__ = ["Fixed"]

from collections.abc import Iterator
from typing import ClassVar

from ops.segment.budgeted import Budgeted
from ops.segment.piece import Document, Piece
from ops.segment.ruler import Ruler
from ops.segment.spaces import skip
from ops.segment.windows import overlap_start, window_end


class Fixed(Budgeted):
    """Cut into windows of up to `size` tokens, whatever the text says.

    A window ends before the word that it has no room for; only a word that alone is longer is cut,
    between tokens and never inside a character as a reader sees it. White space belongs to the
    chunk before it, so the chunks, without what they repeat, make up the whole text again. (With a
    tokenizer that counts white space, windows of white space alone are left out.) Where a long word
    would not fit beside the overlap, the overlap gives way.

    Source: the plain baseline of Smith and Troynikov, "Evaluating Chunking Strategies for
    Retrieval" (Chroma, 2024), with whole words.
    """

    name: ClassVar[str] = "segment.fixed"
    trims: ClassVar[bool] = False

    def plan(self, document: Document, ruler: Ruler) -> Iterator[Piece]:
        text, length = document.text, len(document.text)
        start = 0
        while (word := skip(text, start, length)) < length:
            if ruler.exact(text, start, word) and ruler.count(start, word) >= self.size:
                start = word
            end, why = window_end(text, ruler, start, length, self.size)
            if skip(text, end, length) == length:
                why = "end"
                end = length if ruler.count(end, length) == 0 else end
            yield Piece(start, end, why)
            if why == "end":
                return
            again = overlap_start(text, ruler, start, end, self.overlap) if self.overlap else end
            fits = window_end(text, ruler, again, length, self.size)[0] > end
            start = again if fits else end
