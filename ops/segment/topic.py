"""Cuts where the subject changes."""

from __future__ import annotations

__all__ = ["Topic"]

from typing import ClassVar, Final

import numpy as np

from ops.op import parameter
from ops.segment.best import Floats, best_groups
from ops.segment.embedded import Cuts, Embedded, Sentences
from ops.segment.gaps import depths, distances

POWER: Final = 0.7
"""Of the similarities, and of the length that their sum is divided by: chosen on every twelfth
file of Choi's test set, where 0.5 to 0.8 are about as good."""
WINDOW: Final = 2  # sentences on each side of a gap


class Topic(Embedded):
    """Cut where the subject changes; the number of subjects is found, not given.

    A dynamic programme looks for the segments whose sentences are most alike, seen from the mean of
    the document; every segment has a price, `grain`, so few and clear ones win. How far two
    sentences on both sides of a gap are apart helps to place the cut. `boundary_score` is the depth
    of the gap: how far this distance stands above the valleys beside it.

    Source: depth is Hearst's (TextTiling, Computational Linguistics 1997), on embeddings; finding
    all segments at once by their inner similarity is Utiyama and Isahara's way (ACL 2001), with
    cosines in place of word probabilities.
    """

    name: ClassVar[str] = "segment.topic"

    size: int = parameter(2048, "largest chunk", unit="tokens", ge=1)
    grain: float = parameter(1.8, "price of a segment: less gives more and smaller ones", ge=0)
    widest: int = parameter(128, "longest segment", unit="sentences", ge=1, le=4096)

    def cuts(self, sentences: Sentences) -> Cuts:
        vectors = sentences.vectors - sentences.vectors.mean(axis=0)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors = vectors / np.where(norms > 1e-9, norms, 1.0)
        apart = distances(vectors, np.ones(len(vectors)), WINDOW)
        bonus = np.append(apart - apart.mean(), 0.0)

        def gain(within: Floats, tokens: Floats, numbers: Floats, last: int) -> Floats:
            alike = (2 * within + numbers) / numbers**POWER
            return alike - self.grain + float(bonus[last])

        chosen = best_groups(
            vectors, sentences.tokens, self.size - self.overlap, gain, self.widest, POWER
        )
        return Cuts(depths(apart), chosen)
