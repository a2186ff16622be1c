"""Makes the rulers of texts, tokenizing as little as possible, in one batch.

Where a tokenizer's counts add up at white space (`additive`: BERT's, for one), each distinct word
is tokenized once, whatever number of times it occurs. Any other tokenizer gets the whole text, cut
into parts that it can take in parallel.
"""

from __future__ import annotations

__all__ = ["is_additive", "rulers"]

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, repeat
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.context import Tokenizer
from ops.segment.ruler import BREAKS, CharacterRuler, Ruler, TokenRuler
from ops.segment.units import Characters

PART: Final = 65_536  # characters of one text that a tokenizer is given
SLAB: Final = 1_048_576  # characters that are worked on at once
LONG_WORD: Final = 24  # characters; longer ones are seldom met twice, and are known token by token
LONG_TOKEN: Final = 100  # characters; BERT makes one "unknown" token of any word longer than that
REMEMBERED: Final = 200_000  # words

IN_WORDS: Final = np.array([chr(code) not in BREAKS for code in range(34)])
"""By code point, whether it belongs to a word; the last stands for all that follow."""

Pairs = NDArray[np.int64]


def is_additive(tokenizer: Tokenizer) -> bool:
    """Whether two texts joined by white space have the tokens of the one and of the other."""
    return bool(getattr(tokenizer, "additive", False))


def rulers(
    texts: Sequence[str], tokenizer: Tokenizer, check: Callable[[], None] = lambda: None
) -> list[Ruler]:
    """One ruler a text. `check` is called now and then, and may raise to stop."""
    if isinstance(tokenizer, Characters):
        return [CharacterRuler(len(text)) for text in texts]
    measure = _measure_words if is_additive(tokenizer) else _tokenize
    builders = [_Builder(len(text), is_additive(tokenizer)) for text in texts]
    for slab in _slabs(texts):
        check()
        measure(slab, texts, builders, tokenizer)
    return [builder.ruler() for builder in builders]


@dataclass(frozen=True, slots=True)
class _Span:
    """A part of the text of this index."""

    text: int
    start: int
    end: int


class _Builder:
    """Gathers the atoms of one text, in any order."""

    def __init__(self, length: int, additive: bool) -> None:
        self.length, self.additive = length, additive
        self.starts: list[NDArray[np.int64]] = []
        self.ends: list[NDArray[np.int64]] = []
        self.weights: list[NDArray[np.int64]] = []
        self.doubts: list[int] = []

    def add(self, starts: Pairs, ends: Pairs, weights: Pairs) -> None:
        self.starts.append(starts)
        self.ends.append(ends)
        self.weights.append(weights)

    def add_tokens(self, spans: Pairs, shift: int) -> None:
        """Tokens, of which very long ones are charged as one for every 100 characters."""
        starts, ends = spans[:, 0] + shift, spans[:, 1] + shift
        for token in np.flatnonzero(ends - starts > LONG_TOKEN):
            places = range(int(starts[token]) + LONG_TOKEN, int(ends[token]), LONG_TOKEN)
            self.doubts.extend(places)
            inner = np.fromiter(places, dtype=np.int64)
            starts = np.concatenate([starts, inner])
            ends = np.concatenate([ends, inner[1:], ends[token : token + 1]])
            ends[token] = inner[0]
        self.add(starts, ends, np.ones(len(starts), dtype=np.int64))

    def ruler(self) -> TokenRuler:
        starts, ends, weights = (
            np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
            for parts in (self.starts, self.ends, self.weights)
        )
        order = np.argsort(starts, kind="stable")
        total = np.zeros(len(starts) + 1, dtype=np.int64)
        np.cumsum(weights[order], out=total[1:])
        return TokenRuler(
            length=self.length,
            starts=starts[order],
            # Tokens of one character (byte pieces, Hangul letters) may share or swap their ends.
            ends=np.maximum.accumulate(ends[order]),
            total=total,
            doubts=np.array(sorted(self.doubts), dtype=np.int64),
            additive=self.additive,
        )


def _slabs(texts: Sequence[str]) -> Iterator[list[_Span]]:
    """Lists of spans of about SLAB characters that cover the texts, cut at white space if any."""
    slab: list[_Span] = []
    room = SLAB
    for index, text in enumerate(texts):
        start = 0
        while start < len(text):
            end = _safe_end(text, start, SLAB)
            if end - start > room and slab:
                yield slab
                slab, room = [], SLAB
            slab.append(_Span(index, start, end))
            room -= end - start
            start = end
    if slab:
        yield slab


def _safe_end(text: str, start: int, length: int) -> int:
    """An end at most `length` on: after the last white space, else just there."""
    end = start + length
    if end >= len(text):
        return len(text)
    return max((text.rfind(space, start, end) + 1 for space in BREAKS), default=0) or end


def _tokenize(
    spans: list[_Span], texts: Sequence[str], builders: list[_Builder], tokenizer: Tokenizer
) -> None:
    """Adds every token of these spans."""
    parts: list[_Span] = []
    for span in spans:
        start = span.start
        while start < span.end:
            whole = span.end - start <= PART
            end = span.end if whole else _safe_end(texts[span.text], start, PART)
            if start > span.start:
                builders[span.text].doubts.append(start)
            parts.append(_Span(span.text, start, end))
            start = end
    found = tokenizer.offsets([texts[part.text][part.start : part.end] for part in parts])
    for part, tokens in zip(parts, found, strict=True):
        builders[part.text].add_tokens(tokens, part.start)


def _measure_words(
    slab: list[_Span], texts: Sequence[str], builders: list[_Builder], tokenizer: Tokenizer
) -> None:
    pieces = [texts[span.text][span.start : span.end] for span in slab]
    words = [_words(piece) for piece in pieces]
    bounds = [_bounds(piece) for piece in pieces]
    known = _counts(words, tokenizer)
    long_words: list[_Span] = []
    for span, some, (starts, ends) in zip(slab, words, bounds, strict=True):
        builder = builders[span.text]
        if span.start and texts[span.text][span.start - 1] not in BREAKS:
            builder.doubts.append(span.start)
        starts, ends = starts + span.start, ends + span.start
        weights = np.fromiter(map(known.get, some, repeat(-1)), dtype=np.int64, count=len(some))
        short = weights >= 0
        long_words.extend(
            _Span(span.text, start, end)
            for start, end in zip(starts[~short].tolist(), ends[~short].tolist(), strict=True)
        )
        builder.add(starts[short], ends[short], weights[short])
    _tokenize(long_words, texts, builders, tokenizer)


def _words(piece: str) -> list[str]:
    for space in BREAKS - {" "}:
        piece = piece.replace(space, " ")
    return list(filter(None, piece.split(" ")))


def _bounds(piece: str) -> tuple[Pairs, Pairs]:
    """Where the words of `_words` start and end."""
    codes = np.frombuffer(piece.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    inside = np.zeros(len(codes) + 2, dtype=bool)
    np.take(IN_WORDS, np.minimum(codes, len(IN_WORDS) - 1), out=inside[1:-1])
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    return edges[::2], edges[1::2]


@lru_cache(maxsize=2)
def _remembered(_tokenizer_hash: str) -> dict[str, int]:
    return {}


def _counts(words: list[list[str]], tokenizer: Tokenizer) -> dict[str, int]:
    """The number of tokens of each word that is not long."""
    known = _remembered(tokenizer.hash)
    distinct = set().union(*words) - known.keys()
    missing = sorted(word for word in distinct if len(word) <= LONG_WORD)
    found: dict[str, int] = {}
    parts = [missing[at : at + PART // 8] for at in range(0, len(missing), PART // 8)]
    offsets = tokenizer.offsets(["\n".join(part) for part in parts])
    for part, tokens in zip(parts, offsets, strict=True):
        places = [0, *accumulate(len(word) + 1 for word in part)]
        first = tokens[:, 0].searchsorted(places, "left")
        found.update(zip(part, np.diff(first).tolist(), strict=True))
    if len(known) + len(found) <= REMEMBERED:
        known.update(found)
        return known
    return {**known, **found}
