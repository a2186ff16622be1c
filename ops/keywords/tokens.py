"""A text as FRAKE sees it: sentences, and the words that are neither stop words nor non-letters."""

from __future__ import annotations

__all__ = ["LONGEST", "IntArray", "Tokens", "tokenize"]

import re
from array import array
from collections.abc import Set
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ops.segment.sentences import sentences

IntArray: TypeAlias = NDArray[np.int64]

LONGEST: Final = 100
_APART: Final = r"\s;@#$%&*?!\[\](){}<>\"`«»“”„‘’\u2012-\u2015"
_END: Final = rf"(?:\Z|[{_APART}]|\.\.|--|[,:](?!\d)|\.[\])}}>\"'»”’ ]*+\s*+\Z)"
_TOKEN: Final = re.compile(
    rf"(?:(?<![^{_APART}])|(?<=[,:])(?<![,:]{{2}})|(?<=\.\.)|(?<=--)"
    r"|(?<=')(?<!\w')(?!(?:re|ve|ll|m|t|s|d|n)\b))"
    r"[^\W\d_]++"
    rf"(?='?{_END}|'(?:s|m|d|ll|re|ve){_END}|('t){_END})",
    re.IGNORECASE,
)
"""Letters that the Treebank rules make a token of their own.

Hyphenated, dotted and underscored words, and words with an apostrophe before anything but an
English clitic, are one token for those rules, hold a character that is no letter, and so drop out.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """The words of a text that count, in order.

    Words and forms are numbered by their first occurrence.
    """

    text: str
    sentences: tuple[tuple[int, int], ...]
    """Spans of the sentences, those without such words too."""
    words: tuple[str, ...]
    """Distinct words as written."""
    forms: tuple[str, ...]
    """Distinct words in lower case."""
    form_of: IntArray
    """(words,) The form of each word."""
    word: IntArray
    """(tokens,) The word of each token."""
    start: IntArray
    """(tokens,) Where each begins in the text, in characters."""
    end: IntArray
    sentence: IntArray
    """(tokens,) The sentence of each, ascending."""

    @property
    def form(self) -> IntArray:
        """(tokens,) The form of each token."""
        return self.form_of[self.word]

    def by_sentence(self) -> list[IntArray]:
        """The words of each sentence, in order."""
        edges = np.searchsorted(self.sentence, np.arange(1, len(self.sentences)))
        return np.split(self.word, edges) if self.sentences else []


def tokenize(text: str, stop: Set[str]) -> Tokens:
    """The tokens of a text.

    Words follow the Treebank rules that nltk's `word_tokenize` has (English ones whatever the
    language, as in FRAKE's code), save that "gonna" and its like stay whole. Words in `stop` (lower
    case) and words that are not all letters are left out, and so are those of more than `LONGEST`
    letters: data, not words.
    """
    spans = sentences(text)
    words: dict[str, int] = {}
    forms: dict[str, int] = {}
    form_of: list[int] = []
    word, start, end, sentence = (array("q") for _ in range(4))  # 50 MB are 10 million words
    for number, (first, last) in enumerate(spans):
        for match in _TOKEN.finditer(text[first:last]):
            token = match.group()
            if match.group(1):  # "don't" is "do" and "n't"
                if token[-1] not in "nN":
                    continue
                token = token[:-1]
            lower = token.lower()
            if lower in stop or not token.isalpha() or len(token) > LONGEST:
                continue
            if token not in words:
                words[token] = len(words)
                form_of.append(forms.setdefault(lower, len(forms)))
            word.append(words[token])
            start.append(first + match.start())
            end.append(first + match.start() + len(token))
            sentence.append(number)
    return Tokens(
        text=text,
        sentences=tuple(spans),
        words=tuple(words),
        forms=tuple(forms),
        form_of=np.array(form_of, dtype=np.int64),
        word=np.array(word),
        start=np.array(start),
        end=np.array(end),
        sentence=np.array(sentence),
    )
