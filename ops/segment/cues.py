"""What the words of sentences say about where a subject cannot well begin, or goes on."""

from __future__ import annotations

__all__ = ["joins", "overlaps", "words"]

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.segment.web_sentences import english

Floats = NDArray[np.float64]

_IDEOGRAPHS: Final = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
# Runs without white space are counted as several words, so that no language seems to have few.
_WORD: Final = re.compile(rf"[{_IDEOGRAPHS}]|[^\W_{_IDEOGRAPHS}]{{1,16}}")
_STEM: Final = 5  # letters: crude, and the same for every language
LABEL: Final = 2
"""Most words of a unit that is a label ("A.", "6.4.", "Introduction") rather than a sentence."""
CONTINUED: Final = 0.35
FRAGMENT: Final = 0.5
_QUOTES: Final = "`'\"“‘„«"
_DASHES: Final = "-–—,;:.)"
_BACK: Final = frozenset(
    _WORD.findall(
        "he she it they him her them his hers its their theirs this these those such that but and "
        "or nor yet so then thus hence however moreover furthermore therefore nevertheless "
        "nonetheless meanwhile otherwise instead also besides here there both neither either "
        "another others similarly likewise consequently indeed accordingly finally afterward "
        "afterwards later still rather too"
    )
)


def words(text: str) -> list[str]:
    """The words of a text in lower case; each ideograph is one."""
    return _WORD.findall(text.lower())


def joins(texts: Sequence[str]) -> Floats:
    """(sentences): how much speaks for each of them going on with what lies before it.

    A sentence that begins with a dash, or follows a label, belongs to what lies before; so, less
    surely, does one that begins with a quotation mark or, in English, with a word that points back
    ("he", "this", "however").
    """
    found = np.zeros(len(texts))
    points = _BACK if english(" ".join(texts)) else frozenset[str]()
    label = False
    for at, text in enumerate(texts):
        own = words(text)
        begins = text.lstrip(_QUOTES + "( ")
        if not own or begins[:1] in _DASHES:
            found[at] = FRAGMENT
        elif own[0] in points or text[:1] in _QUOTES:
            found[at] = CONTINUED
        if label:
            found[at] += FRAGMENT
        label = len(own) <= LABEL
    return found


def overlaps(texts: Sequence[str], widest: int) -> list[Floats]:
    """For each sentence its cosine in words with each of the up to `widest` - 1 before it.

    Words weigh by how few sentences of the document have them, and count by their first letters.
    """
    bags = [Counter(word[:_STEM] for word in words(text)) for text in texts]
    spread = Counter(stem for bag in bags for stem in bag)
    places: defaultdict[str, list[int]] = defaultdict(list)
    weights: defaultdict[str, list[float]] = defaultdict(list)
    rows = []
    for last, bag in enumerate(bags):
        own = {
            stem: (1 + np.log(count)) * np.log(len(texts) / spread[stem])
            for stem, count in bag.items()
        }
        norm = float(np.sqrt(sum(value * value for value in own.values())))
        first = max(0, last + 1 - widest)
        row = np.zeros(last - first)
        for stem, value in own.items():
            if not value or spread[stem] < 2:
                continue
            before = places[stem]
            low = bisect_left(before, first)
            row[np.array(before[low:], dtype=np.int64) - first] += (
                value / norm * np.array(weights[stem][low:])
            )
            before.append(last)
            weights[stem].append(value / norm)
        rows.append(row)
    return rows
