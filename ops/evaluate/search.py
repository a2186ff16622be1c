"""Exact search over a set of chunks in memory: by vectors, by words, by both.

For measuring: every chunk is compared with every question, nothing is approximated.
"""

from __future__ import annotations

__all__ = [
    "Scores",
    "depth",
    "fused",
    "kept",
    "rank_sums",
    "terms",
    "top",
    "top_of_both",
    "vector_scores",
    "word_scores",
]

import math
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import Final, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Found = TypeVar("Found", bound=Hashable)
Scores: TypeAlias = NDArray[np.float64]
"""(questions, chunks), higher is better."""

K1: Final = 1.2
B: Final = 0.75
RRF: Final = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009)."""
LEAST: Final = 64
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


def fused(vectors: Scores, words: Scores, weight: float = 0.3) -> Scores:
    """Both, each question's scores brought to mean 0 and deviation 1 first.

    Args:
        weight: of words. A weighted sum of normalised scores was ahead of rank fusion in Bruch,
            Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (TOIS 2023),
            and is on our data.
    """
    return (1 - weight) * _standard(vectors) + weight * _standard(words)


def depth(k: int) -> int:
    """How many of the best of each kind are fused for `k`."""
    return max(4 * k, LEAST)


def rank_sums(rankings: Iterable[Sequence[Found]]) -> dict[Found, float]:
    """Reciprocal rank fusion: the sum of 1 / (60 + rank) over the rankings that hold it."""
    sums: dict[Found, float] = {}
    for ranking in rankings:
        for rank, one in enumerate(ranking, start=1):
            sums[one] = sums.get(one, 0.0) + 1 / (RRF + rank)
    return sums


def top_of_both(vectors: Scores, words: Scores, k: int) -> list[list[int]]:
    """The best `k` chunks of each question by fused ranks, as a published collection does it; only
    chunks that have a word of the question have a rank by words. Ties in their order."""
    found = []
    deep = depth(k)
    for alike, worded, scores in zip(top(vectors, deep), top(words, deep), words, strict=True):
        sums = rank_sums([alike.tolist(), worded[scores[worded] > 0].tolist()])
        found.append(sorted(sums, key=lambda chunk: (-sums[chunk], chunk))[:k])
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
