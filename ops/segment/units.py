"""Tokenizers that need no model: characters and words."""

from __future__ import annotations

__all__ = ["Characters", "Words"]

import re
import sys
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import chain, groupby

import numpy as np
from numpy.typing import NDArray


class Characters:
    """Every code point is a token, white space too."""

    hash = "characters:1"
    additive = True

    def offsets(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """For each text its spans (characters, 2)."""
        found = []
        for text in texts:
            starts = np.arange(len(text), dtype=np.int64)
            found.append(np.stack([starts, starts + 1], axis=1))
        return found

    def count(self, texts: Sequence[str]) -> list[int]:
        """For each text its number of code points."""
        return [len(text) for text in texts]


class Words:
    """A token is a run of letters, digits and `_` with their marks, or a run of other signs.

    "Don't stop!" has five: Don, ', t, stop, !.
    """

    hash = "words:1"
    additive = True

    def offsets(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """For each text its spans (words, 2)."""
        pattern = _word()
        found = []
        for text in texts:
            flat = chain.from_iterable(match.span() for match in pattern.finditer(text))
            found.append(np.fromiter(flat, dtype=np.int64).reshape(-1, 2))
        return found

    def count(self, texts: Sequence[str]) -> list[int]:
        """For each text its number of words."""
        pattern = _word()
        return [len(pattern.findall(text)) for text in texts]


@cache
def _word() -> re.Pattern[str]:
    # `\w` lacks the combining marks, which would tear "é" (two code points) and most Indic words.
    marks = (
        code for code in range(0x300, sys.maxunicode) if unicodedata.category(chr(code))[0] == "M"
    )
    ranges = []
    for _, group in groupby(enumerate(marks), key=lambda pair: pair[1] - pair[0]):
        codes = [code for _, code in group]
        ranges.append(f"{chr(codes[0])}-{chr(codes[-1])}")
    inside = "".join(ranges)
    return re.compile(rf"[\w{inside}]+|[^\w\s{inside}]+")
