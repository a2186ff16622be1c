"""How long a text is to read, and how hard."""

from __future__ import annotations

__all__ = ["WORDS_PER_MINUTE", "count_words", "flesch", "syllables"]

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

WORDS_PER_MINUTE: Final = 238
"""Silent reading of English non-fiction (Brysbaert 2019, doi:10.1016/j.jml.2019.104047)."""

CJK: Final = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
WORD: Final = re.compile(r"(?<!\S)[^\s\w]*+\w\S*+")
ENGLISH_WORD: Final = re.compile(r"[a-z]+(?:['’][a-z]+)*")
VOWELS: Final = re.compile(r"[aeiouy]+")
HIATUS: Final = re.compile(
    r"(?<!ll)i(?:a(?!ge|l\b|n\b|ll)|u)|(?<![cgtx])iou|(?<![stgxlnc])ion|io(?![nu])"
    r"|ie(?=t|nc)|(?<![ct])ie(?=nt)|eo(?!us|p)|ua(?=[lt])|[^q]ue(?=[lt])|oe(?=[mt])|ao(?=s)"
    r"|[dr]ea$|eing|ying|rea(?=t[eio])|\bcoo(?=[pr])"
)
"""Neighbouring vowels that are spoken apart."""
SILENT: Final = re.compile(
    r"[^aeiouyl]e$|[aeiouy]le$|[^aeiouytd]ed$|[^aeiouylsxzcg]es$|[aeiouy]les$"
    r"|[^aeiouyl]e(?:ful|less|ly|ment|thing|where)"
)
"""An e that is not spoken."""


def count_words(text: str) -> int:
    """Runs between white space that hold a letter or digit.

    Each Chinese or Japanese character counts as one, as in word processors.
    """
    ideographs = len(CJK.findall(text))
    return ideographs + len(WORD.findall(CJK.sub(" ", text) if ideographs else text))


def flesch(sentences: Iterable[str]) -> float | None:
    """Flesch's reading ease of English prose (1948): from 0, very hard, to 100, very easy.

    206.835 − 1.015 · words / sentences − 84.6 · syllables / words; beyond that scale for extreme
    texts; None without a word.
    """
    words: Counter[str] = Counter()
    number = 0
    for sentence in sentences:
        found = ENGLISH_WORD.findall(sentence.lower())
        words.update(found)
        number += bool(found)
    total = words.total()
    if not total:
        return None
    spoken = sum(syllables(word) * times for word, times in words.items())
    return round(206.835 - 1.015 * total / number - 84.6 * spoken / total, 2)


@lru_cache(maxsize=50_000)
def syllables(word: str) -> int:
    """An estimate for a lower-case English word: groups of vowels, less those that are silent."""
    count = len(VOWELS.findall(word)) + len(HIATUS.findall(word))
    if SILENT.search(word):
        count -= 1
    return max(count, 1)
