"""In how many documents of a collection each phrase is: what tells one document from the others."""

from __future__ import annotations

__all__ = ["Collection", "phrases_of"]

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from ops.keywords.graph import FloatArray
from ops.keywords.phrases import Phrase
from ops.keywords.words import Words


def phrases_of(words: Words, phrases: Iterable[Phrase]) -> list[str]:
    """The stems of each candidate, blanks between."""
    return [
        " ".join(words.stems[stem] for stem in words.stem[p.first : p.first + p.size])
        for p in phrases
    ]


@dataclass(frozen=True, slots=True)
class Collection:
    """Document frequencies of stemmed phrases."""

    documents: int
    having: Mapping[str, int] = field(repr=False)
    """Phrases that more than one document has."""

    @staticmethod
    def summary(phrases: Iterable[str]) -> bytes:
        """What a document adds: its distinct phrases."""
        return json.dumps(sorted(set(phrases)), ensure_ascii=False).encode()

    @staticmethod
    def fit(parts: Iterable[bytes]) -> bytes:
        """All summaries as one state; the same summaries give the same bytes."""
        documents, having = 0, Counter[str]()
        for part in parts:
            documents += 1
            having.update(json.loads(part))
        often = {phrase: count for phrase, count in sorted(having.items()) if count > 1}
        return json.dumps([documents, often], ensure_ascii=False).encode()

    @classmethod
    def of(cls, state: bytes) -> Collection:
        """The collection of a state; of an empty one nothing is known."""
        return _read(state)

    def apart(self, phrases: Sequence[str]) -> FloatArray:
        """ln((1 + documents) / (1 + documents that have it)) of each phrase; 0 of what all have."""
        if not self.documents:
            return np.zeros(len(phrases))
        having = (self.having.get(phrase, 1) for phrase in phrases)
        return np.array([math.log((1 + self.documents) / (1 + count)) for count in having])


@lru_cache(maxsize=4)
def _read(state: bytes) -> Collection:
    return Collection(*json.loads(state)) if state else Collection(0, {})
