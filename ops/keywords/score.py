"""FRAKE's scores of single words: the multi-centrality index, textural features, their product."""

from __future__ import annotations

__all__ = [
    "TEXTURAL",
    "containing",
    "fuse",
    "multi_centrality",
    "multi_centrality_parts",
    "textural",
    "textural_parts",
]

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.keywords.graph import FloatArray
from ops.keywords.tokens import IntArray, Tokens

TEXTURAL: Final = ("casing", "spread", "frequency", "part_of_speech")
"""What y(w) is the sum of: cast(w), sent(w), tfn(w) and p(w) / pos(w)."""

_SAME: Final = 1e-9
"""A column whose values differ by less, relative to the largest, is constant."""
_LETTERS: Final = re.compile(r"[^\W\d_]+")


def multi_centrality(columns: FloatArray) -> FloatArray | None:
    """c(w): centralities scaled to 0 … 1, weighted by the loadings of their first component.

    The loadings are those of the z-scored columns, their signs dropped. A constant column is 0
    after either scaling, and so has no say. None when all are constant (a graph in which no word
    differs from another, or fewer than two words): there is no first component then.

    Args:
        columns: (words, centralities).
    """
    parts = multi_centrality_parts(columns)
    # Constant columns drop out before the sum: zeros would change its last digits.
    return None if parts is None else np.asarray(parts[0].sum(axis=1))


def multi_centrality_parts(columns: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]] | None:
    """What each centrality that varies adds to c(w), and which of the columns these are.

    None where `multi_centrality` is None.

    Args:
        columns: (words, centralities).
    """
    if not len(columns):
        return None
    low, high = columns.min(axis=0), columns.max(axis=0)
    varies = high - low > _SAME * np.abs(columns).max(axis=0)
    if not varies.any():
        return None
    chosen = columns[:, varies]
    scaled = (chosen - low[varies]) / (high - low)[varies]
    centred = scaled - scaled.mean(axis=0)
    standard = centred / np.sqrt((centred * centred).mean(axis=0))
    # Not `@`: its sums depend on the number of threads in their last digits.
    correlation = np.einsum("ij,ik->jk", standard, standard) / len(standard)
    loadings = np.abs(np.linalg.eigh(correlation)[1][:, -1])
    return scaled * loadings, varies


def textural(tokens: Tokens, parts: FloatArray) -> FloatArray:
    """y(w) of each form: cast(w) + sent(w) + tfn(w) + p(w) / pos(w); see `textural_parts`."""
    return _summed(textural_parts(tokens, parts))


def _summed(parts: FloatArray) -> FloatArray:
    total = np.zeros(len(parts))
    for column in parts.T:
        total = total + column
    return total


def textural_parts(tokens: Tokens, parts: FloatArray) -> FloatArray:
    """(forms, 4) The terms of y(w), in the order of `TEXTURAL`.

    Where a form is written in several ways, y is that of the way written last, as in FRAKE's
    code: it keeps y by the lower-case word, and later ones overwrite earlier ones.

    Args:
        parts: (words,) the weight of each word's part of speech.
    """
    forms, count = len(tokens.forms), len(tokens.word)
    if not count:
        return np.zeros((0, len(TEXTURAL)))
    form = tokens.form
    often = np.bincount(tokens.word, minlength=len(tokens.words))
    often_form = np.bincount(form, minlength=forms)
    last = np.zeros(forms, dtype=np.int64)
    last[form] = tokens.word  # of repeated indices the last one stays

    number = {word: index for index, word in enumerate(tokens.words)}

    def times(words: Sequence[str]) -> IntArray:
        found = [number.get(word, -1) for word in words]
        return np.array([often[index] if index >= 0 else 0 for index in found], dtype=np.int64)

    written = [tokens.words[index] for index in last]
    upper = times([word.upper() for word in written])
    capital = times([word[0].upper() + word[1:].lower() for word in written])
    casting = np.maximum(upper, capital) / (1.0 + np.log(often_form))
    mean = np.bincount(form, np.arange(count), minlength=forms) / often_form
    position = np.log(np.log(3.0 + mean))
    spread = containing(tokens) / len(tokens.sentences)
    frequency = often[last] / (count / len(tokens.words)) + 1.0
    return np.column_stack([casting, spread, frequency, parts[last] / position])


def containing(tokens: Tokens) -> IntArray:
    """How many sentences each form is part of, as a substring of their lower-case text."""
    number = {form: index for index, form in enumerate(tokens.forms)}
    lengths = sorted({len(form) for form in tokens.forms})
    # Lower case may add a mark that is no letter (of "İ"); then no run of letters holds the form.
    odd = [(form, index) for form, index in number.items() if not form.isalpha()]

    @cache
    def inside(run: str) -> frozenset[int]:
        found = set()
        for length in lengths:
            if length > len(run):
                break
            for begin in range(len(run) - length + 1):
                index = number.get(run[begin : begin + length])
                if index is not None:
                    found.add(index)
        return frozenset(found)

    counts = np.zeros(len(number), dtype=np.int64)
    for start, end in tokens.sentences:
        sentence = tokens.text[start:end].lower()
        held = set().union(*map(inside, set(_LETTERS.findall(sentence))))
        held.update(index for form, index in odd if form in sentence)
        counts[list(held)] += 1
    return counts


def fuse(local: FloatArray, central: FloatArray | None) -> FloatArray:
    """z(w) = y(w)·c(w); without c it is 0.3·y(w)."""
    return 0.3 * local if central is None else local * central
