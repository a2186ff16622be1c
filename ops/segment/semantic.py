"""Cuts where neighbouring sentences are least alike."""

from __future__ import annotations

__all__ = ["Semantic"]

from typing import ClassVar, Literal

import numpy as np

from ops.op import parameter
from ops.segment.embedded import Cuts, Embedded, Floats, Sentences
from ops.segment.gaps import distances

ROUNDS = 40


class Semantic(Embedded):
    """Cut at the peaks of the distance between neighbouring groups of sentences.

    `percentile` takes the distances over that percentile, `deviation` those so many standard
    deviations over the mean, `gradient` those whose rise is over the percentile of rises, and
    `mean_size` finds by halving the threshold that comes nearest to chunks of that mean size.

    Source: G. Kamradt, "5 Levels of Text Splitting" (2023), whose rules LangChain's semantic
    chunker keeps; the search for a mean size is Smith and Troynikov's (Chroma, 2024). They embed
    each sentence joined to its neighbours; here each sentence is embedded once and vectors are
    averaged by length, which takes a third of the time.
    """

    name: ClassVar[str] = "segment.semantic"

    threshold: Literal["percentile", "deviation", "gradient", "mean_size"] = parameter(
        "percentile", "how the distance that parts chunks is found"
    )
    percentile: float = parameter(90.0, "for percentile and gradient", ge=0, le=100)
    deviations: float = parameter(1.5, "for deviation", unit="standard deviations", ge=0)
    mean_size: int = parameter(120, "for mean_size: tokens a chunk has", unit="tokens", ge=1)
    window: int = parameter(3, "compared on each side of a gap", unit="sentences", ge=1)

    def cuts(self, sentences: Sentences) -> Cuts:
        weights = np.maximum(sentences.tokens, 1).astype(np.float64)
        scores = distances(sentences.vectors, weights, self.window)
        if self.threshold == "gradient" and len(scores) > 1:
            scores = np.maximum(np.gradient(scores), 0.0)
        limit = self._limit(scores, int(sentences.tokens.sum()))
        return Cuts(scores, np.flatnonzero(scores > limit), limit)

    def _limit(self, scores: Floats, tokens: int) -> float:
        if self.threshold == "deviation":
            return float(scores.mean() + self.deviations * scores.std())
        if self.threshold != "mean_size":
            return float(np.percentile(scores, self.percentile))
        wanted = max(round(tokens / self.mean_size) - 1, 0)
        low, high = float(scores.min()) - 1e-9, float(scores.max())
        for _ in range(ROUNDS):
            middle = (low + high) / 2
            low, high = (middle, high) if (scores > middle).sum() > wanted else (low, middle)
        return high
