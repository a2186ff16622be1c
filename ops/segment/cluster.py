"""Groups neighbouring sentences so that chunks are as much of one subject as can be."""

from __future__ import annotations

__all__ = ["Cluster"]

from typing import ClassVar, Final

import numpy as np

from ops.op import parameter
from ops.segment.best import Floats, best_groups
from ops.segment.embedded import Cuts, Embedded, Sentences
from ops.segment.gaps import distances

PARAGRAPH: Final = 0.3
"""What the end of a paragraph is worth as the end of a chunk."""


class Cluster(Embedded):
    """Group sentences so that the similarity within chunks adds up to the most.

    A dynamic programme goes over all ways to cut. Pairs count by how much more alike they are than
    two sentences of the document are on average; `target` draws chunks towards a wanted size and
    `cohesion` says how much the subject weighs against that.

    Source: the cluster semantic chunker of Smith and Troynikov (Chroma, 2024). They cluster pieces
    of 50 tokens; here they are sentences, the mean of pairs counts instead of their sum (which
    grows with the square of the length and so fills every chunk to the brim), and the end of a
    paragraph is a better place than its middle.
    """

    name: ClassVar[str] = "segment.cluster"

    target: int = parameter(100, "what chunks should have", unit="tokens", ge=1)
    cohesion: float = parameter(1.0, "weight of the subject against the wanted size", ge=0)

    def cuts(self, sentences: Sentences) -> Cuts:
        vectors = sentences.vectors
        count = len(vectors)
        total = vectors.sum(axis=0)
        mean = (float(total @ total) - count) / (count * (count - 1))
        scores = distances(vectors, np.maximum(sentences.tokens, 1).astype(np.float64), 1)
        target = min(self.target, self.size)

        def gain(within: Floats, tokens: Floats, numbers: Floats, last: int) -> Floats:
            pairs = np.maximum(numbers * (numbers - 1) / 2, 1)
            alike = np.where(numbers > 1, within / pairs - mean, 0.0)
            end = 0.0 if last == count - 1 else float(scores[last]) - (1 - mean)
            paragraph = PARAGRAPH if sentences.paragraphs[last] else 0.0
            fit = ((tokens - target) / target) ** 2
            return self.cohesion * (alike + end) + paragraph - fit

        room = self.size - self.overlap
        chosen = best_groups(
            lambda first, last: vectors[first:last] @ vectors[last], sentences.tokens, room, gain
        )
        return Cuts(scores, chosen)
