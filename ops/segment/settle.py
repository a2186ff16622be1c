"""Makes sure of every piece's tokens, by the tokenizer's own word where the ruler only estimates.

A slice can have more tokens than its place in the whole text suggests (a word cut in two, a sign
joined to its neighbour). A piece that turns out too long loses its overlap first; then it is cut.
"""

from __future__ import annotations

__all__ = ["Draft", "settle"]

import operator
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ops.context import Tokenizer
from ops.errors import DocumentError
from ops.segment.graphemes import floor
from ops.segment.piece import Document, Piece
from ops.segment.ruler import Ruler
from ops.segment.spaces import last_break, skip, strip

GROUP: Final = 4_194_304  # characters counted in one call


@dataclass(frozen=True, slots=True)
class Draft:
    """The pieces wanted of one document, in order of start."""

    document: Document
    ruler: Ruler
    pieces: list[Piece]


def settle(
    drafts: list[Draft],
    size: int,
    tokenizer: Tokenizer,
    *,
    trim: bool,
    check: Callable[[], None] = lambda: None,
) -> dict[str, list[Piece] | DocumentError]:
    """By doc_id the pieces with their exact tokens, none over `size`, or why that cannot be.

    A document fails when one character of it alone has more than `size` tokens. With `trim`, what
    has to be cut once more gets no white space at its edges.
    """
    settled: dict[str, list[Piece] | DocumentError] = {}
    for draft, pieces in zip(drafts, _counted(drafts, tokenizer, check), strict=True):
        check()
        if _plain(pieces, size):
            settled[draft.document.doc_id] = pieces
            continue
        try:
            fitted = _fitted(draft.document.text, pieces, size, tokenizer, trim)
            settled[draft.document.doc_id] = _without_inner(fitted)
        except DocumentError as error:
            settled[draft.document.doc_id] = error
    return settled


def _counted(
    drafts: list[Draft], tokenizer: Tokenizer, check: Callable[[], None]
) -> list[list[Piece]]:
    """The pieces with their tokens; those the ruler is not sure of are counted in few calls."""
    counted: list[list[Piece]] = []
    open_places: list[tuple[int, int]] = []
    texts: list[str] = []
    held = 0

    def count() -> None:
        nonlocal held
        check()
        for (row, place), tokens in zip(open_places, tokenizer.count(texts), strict=True):
            counted[row][place] = counted[row][place]._replace(tokens=tokens)
        open_places.clear()
        texts.clear()
        held = 0

    for row, draft in enumerate(drafts):
        text, ruler = draft.document.text, draft.ruler
        starts, ends = [p.start for p in draft.pieces], [p.end for p in draft.pieces]
        before, until = ruler.ranks(starts, ends)
        counted.append(
            [
                Piece(*piece[:5], max(0, last - first), *piece[6:])
                for piece, first, last in zip(draft.pieces, before, until, strict=True)
            ]
        )
        for place in ruler.unsure(text, starts, ends):
            open_places.append((row, place))
            texts.append(text[starts[place] : ends[place]])
            held += len(texts[-1])
            if held >= GROUP:
                count()
    if texts:
        count()
    return counted


def _plain(pieces: list[Piece], size: int) -> bool:
    """Whether all fit as they are, each beginning after the one before."""
    starts = [piece.start for piece in pieces]
    fits = all(piece.tokens <= size for piece in pieces)
    return fits and all(map(operator.lt, starts, starts[1:]))


def _fitted(
    text: str, pieces: list[Piece], size: int, tokenizer: Tokenizer, trim: bool
) -> Iterator[Piece]:
    free = 0  # where the text begins that no piece before holds
    for piece in pieces:
        if piece.level or piece.tokens <= size:
            yield piece
        else:
            start = max(piece.start, skip(text, free, piece.end) if trim else free)
            yield from _cut(text, piece._replace(start=start), size, tokenizer, trim)
        if not piece.level:
            free = max(free, piece.end)


def _without_inner(pieces: Iterable[Piece]) -> list[Piece]:
    """Without what a neighbour holds whole: the rest of a cut piece may lie in the next overlap."""
    kept: list[Piece] = []
    for piece in pieces:
        while kept and piece.level == kept[-1].level and piece.start <= kept[-1].start:
            kept.pop()
        kept.append(piece)
    return kept


def _cut(text: str, piece: Piece, size: int, tokenizer: Tokenizer, trim: bool) -> Iterator[Piece]:
    """Parts of the piece that fit, cut between words where there are any."""
    start = piece.start
    while True:
        rest = text[start : piece.end]
        (spans,) = tokenizer.offsets([rest])
        if not rest or rest.isspace():
            return
        if len(spans) <= size:
            yield piece._replace(start=start, tokens=len(spans))
            return
        places = spans[:, 0].tolist()
        start, stop, tokens, why = _first_part(text, start, places, size, tokenizer, trim)
        if skip(text, stop, piece.end) == piece.end:
            why = piece.boundary
        # A cut made here is the budget's: only the last part ends where the piece's score says.
        last = piece if why == piece.boundary else piece._replace(score=None, threshold=None)
        yield last._replace(start=start, end=stop, boundary=why, tokens=tokens)
        start = skip(text, stop, piece.end) if trim else stop


def _first_part(
    text: str, start: int, places: list[int], size: int, tokenizer: Tokenizer, trim: bool
) -> tuple[int, int, int, str]:
    """The longest part from `start` that fits: start, end, tokens, and why it ends there.

    It starts later where white space before the first word leaves no room for it.
    """
    whole, first = start, skip(text, start, len(text))
    room = size
    while True:
        limit = max(first + 1, whole + places[room]) if room else first + 1
        stop, why = last_break(text, first, limit), "word"
        if stop <= first:
            stop, why = floor(text, limit, first), "budget"
        stop = strip(text, first, stop)[1] if trim else stop
        (tokens,) = tokenizer.count([text[start:stop]])
        if tokens <= size:
            return start, stop, tokens, why
        if stop <= first + 1 and start == first:
            raise DocumentError(
                f"the character U+{ord(text[first]):04X} alone has {tokens} tokens, "
                f"more than the size of {size}",
                hint="set a larger size, or another tokenizer",
            )
        start = first if stop <= first + 1 else start
        room = max(0, room - max(1, tokens - size))
