"""Exact search over a set of chunks in memory: by vectors, by words, by both.

For measuring: every chunk is compared with every question, nothing is approximated.
"""

from __future__ import annotations

__all__ = [
    "Scores",
    "kept",
    "summed",
    "terms",
    "together",
    "top",
    "vector_scores",
    "word_scores",
]

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ops.fusion import depth, fused

Scores: TypeAlias = NDArray[np.float64]
"""(questions, chunks), higher is better."""

K1: Final = 1.2
B: Final = 0.75
WORD: Final = re.compile(r"\w+")


def vector_scores(questions: NDArray[np.float32], chunks: NDArray[np.float32]) -> Scores:
    """Cosine similarities of unit vectors."""
    return questions.astype(np.float64) @ chunks.astype(np.float64).T


def word_scores(questions: Sequence[str], chunks: Sequence[str], language: str = "en") -> Scores:
    """Okapi BM25 over stems without stop words (Robertson and Zaragoza, 2009).

    Texts of a language that has no stemmer here are compared by whole words.
    """
    counts = [Counter(terms(text, language)) for text in chunks]
    lengths = np.array([sum(count.values()) for count in counts], dtype=np.float64)
    mean = max(float(lengths.mean()) if len(lengths) else 0.0, 1e-9)
    rows: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row, count in enumerate(counts):
        for term, times in count.items():
            rows[term].append((row, times))
    found = np.zeros((len(questions), len(chunks)))
    for number, question in enumerate(questions):
        for term in sorted(set(terms(question, language))):
            if term not in rows:
                continue
            found_in = np.array(rows[term])
            places, often = found_in[:, 0], found_in[:, 1]
            rarity = math.log(1 + (len(chunks) - len(places) + 0.5) / (len(places) + 0.5))
            long = K1 * (1 - B + B * lengths[places] / mean)
            found[number, places] += rarity * often * (K1 + 1) / (often + long)
    return found


def summed(vectors: Scores, words: Scores, weight: float = 0.3) -> Scores:
    """Both over all chunks, each question's scores brought to mean 0 and deviation 1 first.

    Args:
        weight: of words.
    """
    return (1 - weight) * _standard(vectors) + weight * _standard(words)


def together(vectors: Scores, words: Scores, k: int) -> Scores:
    """What a published collection makes of both for `k` chunks (`ops.fusion`): only the best of
    each kind are looked at, all others have minus infinity."""
    deep = depth(k)
    found = np.full(vectors.shape, -np.inf)
    for row, near in enumerate(top(vectors, deep).tolist()):
        worded = [one for one in top(words[row : row + 1], deep)[0].tolist() if words[row, one] > 0]
        scores = fused(
            {one: float(vectors[row, one]) for one in near},
            {one: float(words[row, one]) for one in worded},
        )
        found[row, list(scores)] = list(scores.values())
    return found


def top(scores: Scores, k: int) -> NDArray[np.int64]:
    """The best `k` chunks of each question (questions, k), best first; ties in their order."""
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


def kept(scores: NDArray[np.float64], share: float) -> int:
    """How many of one question's best scores, best first, are worth reading: those that are at
    least `share` of the first, and always that one."""
    if not len(scores):
        return 0
    return max(1, int(np.sum(scores >= share * scores[0])))


def _standard(scores: Scores) -> Scores:
    middle = scores.mean(axis=1, keepdims=True)
    spread = scores.std(axis=1, keepdims=True)
    standard: Scores = (scores - middle) / np.where(spread > 0, spread, 1.0)
    return standard


def terms(text: str, language: str = "en") -> list[str]:
    """The stems of the words of a text, stop words left out."""
    from ops.language import SNOWBALL, stem, stop_words

    words = WORD.findall(text.lower())
    if language not in SNOWBALL:
        return words
    stops = stop_words(language)
    return [stem(word, language) for word in words if word not in stops]
