"""The best chunks of every question, over what is kept of each document.

By meaning, by words (Okapi BM25), or by both as a published collection does it (`ops.fusion`), but
with nothing approximated.
"""

from __future__ import annotations

__all__ = ["Mode", "Parts", "Ranked", "best_chunks", "looked_at"]

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from ops.evaluate.search import K1, B, terms
from ops.fusion import depth, fused

Mode: TypeAlias = Literal["vector", "text", "hybrid"]
Parts: TypeAlias = Sequence[Mapping[str, Any]]
"""What is kept of each document, opened."""
Place: TypeAlias = tuple[str, int]
"""doc_id and number of the chunk."""
Ranked: TypeAlias = list[tuple[float, str, int]]
"""Minus the score, doc_id, number of the chunk: sorted, best first."""


def looked_at(k: int, mode: Mode) -> int:
    """How many of the best chunks by meaning are looked at for `k`."""
    return depth(k) if mode == "hybrid" else k


def best_chunks(parts: Parts, questions: Sequence[str], k: int, mode: Mode) -> list[Ranked]:
    """The best `k` chunks of each question; equal scores in the order of documents and chunks."""
    deep = looked_at(k, mode)
    if mode == "text":
        return [_filled(parts, found, k) for found in _by_words(parts, questions, k)]
    alike = [_by_meaning(parts, number, deep) for number in range(len(questions))]
    if mode == "vector":
        return alike
    words = _by_words(parts, questions, deep)
    return [_fused(*both)[:k] for both in zip(alike, words, strict=True)]


def _by_meaning(parts: Parts, number: int, deep: int) -> Ranked:
    every = (
        (-score, part["doc"], chunk) for part in parts for chunk, score in part["best"][number]
    )
    return sorted(every)[:deep]


def _by_words(parts: Parts, questions: Sequence[str], deep: int) -> list[Ranked]:
    """Of the chunks that have a word of the question."""
    lengths = [length for part in parts for length in part["lengths"]]
    mean = max(sum(lengths) / len(lengths) if lengths else 0.0, 1e-9)
    having: Counter[str] = Counter()
    for part in parts:
        having.update({term: len(rows) for term, rows in part["terms"].items()})
    found = []
    for question in questions:
        scores: dict[Place, float] = {}
        for term in sorted(set(terms(question))):
            rarity = math.log(1 + (len(lengths) - having[term] + 0.5) / (having[term] + 0.5))
            for part in parts:
                for chunk, often in part["terms"].get(term, ()):
                    long = K1 * (1 - B + B * part["lengths"][chunk] / mean)
                    key = part["doc"], chunk
                    scores[key] = scores.get(key, 0.0) + rarity * often * (K1 + 1) / (often + long)
        found.append(_sorted(scores)[:deep])
    return found


def _filled(parts: Parts, found: Ranked, k: int) -> Ranked:
    """Where fewer than `k` have a word of the question, the first of the others follow."""
    known = {(doc, chunk) for _, doc, chunk in found}
    every = ((part["doc"], chunk) for part in parts for chunk in range(len(part["spans"])))
    for place in every:
        if len(found) >= k:
            break
        if place not in known:
            found.append((0.0, *place))
    return found


def _fused(alike: Ranked, worded: Ranked) -> Ranked:
    return _sorted(fused(_scores(alike), _scores(worded)))


def _scores(ranked: Ranked) -> dict[Place, float]:
    return {(doc, chunk): -least for least, doc, chunk in ranked}


def _sorted(scores: Mapping[Place, float]) -> Ranked:
    return sorted((-score, doc, chunk) for (doc, chunk), score in scores.items())
