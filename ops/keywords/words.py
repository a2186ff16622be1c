"""A text as the variant `chunkbook` sees it: every word and mark in order, with its stem."""

from __future__ import annotations

__all__ = ["MARK", "NUMBER", "STOP", "WORD", "Words", "read_words"]

import re
from collections.abc import Set
from dataclasses import dataclass
from typing import Final

from ops.language import stem
from ops.segment.sentences import sentences

MARK: Final = 0
"""Punctuation: it ends a phrase."""
STOP: Final = 1
"""A stop word, a clitic or a lone small letter."""
WORD: Final = 2
NUMBER: Final = 3
"""A token with digits and without letters."""

LONGEST: Final = 60
"""A run of more letters is data, not a word."""

_TOKEN: Final = re.compile(r"\w++(?:[-‐]\w++)*+|[’'](?:s|m|d|ll|re|ve|t)\b|[^\w\s]", re.IGNORECASE)
_ELIDED: Final = re.compile(
    r"\b(?:[cdjlmnst]|qu|lorsqu|puisqu|quoiqu|jusqu|dell|nell|all|un)[’']|\w++(?:[-‐]\w++)*+|[^\w\s]",
    re.IGNORECASE,
)
_ELIDING: Final = frozenset({"fr", "it"})


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The tokens of a text, in order; parallel lists, one entry a token."""

    text: str
    language: str
    sentences: tuple[tuple[int, int], ...]
    start: list[int]
    """In characters of the text."""
    end: list[int]
    sentence: list[int]
    kind: list[int]
    """MARK, STOP, WORD or NUMBER."""
    lower: list[str]
    stem: list[int]
    """Number of its stem in `stems`; −1 of a mark."""
    stems: list[str]
    """Distinct stems, in the order of the text."""
    opens: list[bool]
    """Whether a phrase may not reach over the gap before it: a sentence begins there, or a line
    that looks like one."""
    capital: list[bool]
    """Written with a capital though no sentence begins there."""

    def surfaces(self) -> list[str]:
        """Each token as written."""
        text = self.text
        return [text[a:b] for a, b in zip(self.start, self.end, strict=True)]


def read_words(text: str, language: str, stop: Set[str]) -> Words:
    """The tokens of a text.

    Hyphenated words are one token; clitics ("'s", "l'") are tokens of their own and stop words. A
    line break parts two tokens for good if the next line begins with a capital.

    Args:
        stop: words that are no keywords, in lower case.
    """
    token = _ELIDED if language in _ELIDING else _TOKEN
    spans = sentences(text)
    words = Words(text, language, tuple(spans), [], [], [], [], [], [], [], [], [])
    number: dict[str, int] = {}
    known: dict[str, tuple[int, int]] = {}
    for place, (first, last) in enumerate(spans):
        before = -1
        for match in token.finditer(text, first, last):
            written = match.group()
            lower = written.lower()
            found = known.get(lower)
            if found is None:
                kind = _kind(written, lower, stop)
                base = -1 if kind == MARK else number.setdefault(stem(lower, language), len(number))
                found = known[lower] = kind, base
            begin = match.start()
            capital = written[0].isupper()
            if before < 0:
                opens = True
            elif begin - before > 1 or text[before:begin] == "\n":
                gap = text.count("\n", before, begin)
                opens = gap > 1 or (gap == 1 and capital)
            else:
                opens = False
            kind, base = found
            if kind == STOP and len(written) == 1 and capital and lower not in stop:
                kind = WORD
            words.start.append(begin)
            words.end.append(match.end())
            words.sentence.append(place)
            words.kind.append(kind)
            words.lower.append(lower)
            words.stem.append(base)
            words.opens.append(opens)
            words.capital.append(capital and before >= 0)
            before = match.end()
    words.stems.extend(number)
    return words


def _kind(written: str, lower: str, stop: Set[str]) -> int:
    first = written[0]
    if not (first.isalnum() or first == "_"):
        return MARK if len(written) == 1 else STOP
    if written[-1] in "’'" or lower in stop or len(lower) == 1 or len(lower) > LONGEST:
        return NUMBER if lower.isdigit() else STOP
    return WORD if any(map(str.isalpha, lower)) else NUMBER
