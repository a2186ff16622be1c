"""Cuts where the subject changes."""

from __future__ import annotations

__all__ = ["Topic"]

from collections.abc import Sequence
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from ops.context import Context
from ops.op import parameter
from ops.segment.best import Floats, best_groups
from ops.segment.cues import joins, overlaps, words
from ops.segment.embedded import Cuts, Embedded, Sentences
from ops.segment.following import gains, holds
from ops.segment.gaps import depths, distances

POWER: Final = 0.7
"""Of the similarities, and of the length that their sum is divided by."""
FULL: Final = 8  # words from which a sentence counts in full
SHARED: Final = 0.5  # weight of words in common beside the vectors
LONGER: Final = 0.6  # how fast the price of a segment grows with the document's mean length
UNEVEN: Final = 0.4  # price of a length that is not the mean's
USUAL: Final = 7  # sentences of a segment whose price is `grain`
ROUNDS: Final = 3
NEAR: Final = 0.7  # weight of the distance at a gap where a language model has read the sentences
BACK: Final = 0.8  # weight of labels and words that point back, there


class Topic(Embedded):
    """Cut where the subject changes; the number of subjects is found, not given.

    A dynamic programme looks for the segments whose sentences are most alike, in vectors seen from
    the mean of the document and in words; fragments count less. Every segment has a price,
    `grain`, so few and clear ones win. How long segments are is learned from the document: the best
    cut gives their mean length, a longer mean makes segments dearer, and so does a length far from
    it; then it is cut again. How far the two sentences at a gap are apart helps to place the cut;
    one that begins with a dash or a word that points back, or follows a label ("6.4."), is drawn
    to what lies before it. `boundary_score` is the depth of the gap: how far that distance stands
    above the valleys beside it.

    Source: depth is Hearst's (TextTiling, Computational Linguistics 1997), on embeddings; finding
    all segments at once by their inner similarity is Utiyama and Isahara's way (ACL 2001), with
    cosines in place of word probabilities; the prior on lengths, estimated from the document, is
    in the spirit of Eisenstein and Barzilay (EMNLP 2008), who use cue words too.

    With `reader`, a language model reads each sentence twice: at the beginning of a text, and after
    the sentence before it. How much easier to expect it is there, in nats, less the document's
    median, speaks against a cut between the two; the distance of vectors at the gap and words that
    point back, which the model knows too, then count less. `boundary` is "unexpected" for cuts that
    it speaks for. What it says is kept by text, so other parameters cost nothing; the first reading
    takes several times as long as embedding.
    """

    name: ClassVar[str] = "segment.topic"
    version: ClassVar[int] = 3
    needs: ClassVar[tuple[str, ...]] = (*Embedded.needs, "follower", "answers")

    size: int = parameter(2048, "largest chunk", unit="tokens", ge=1)
    grain: float = parameter(1.6, "price of a segment: less gives more and smaller ones", ge=0)
    widest: int = parameter(128, "longest segment", unit="sentences", ge=1, le=4096)
    reader: str = parameter(
        "",
        'a language model that says how well sentences follow each other: "smollm2", or the path '
        "of a GGUF file; empty for none",
        model="text",
    )

    def gains(self, texts: Sequence[tuple[str, ...]], ctx: Context) -> list[Floats | str] | None:
        return gains(texts, self.reader, ctx) if self.reader else None

    def cuts(self, sentences: Sentences) -> Cuts:
        vectors = sentences.vectors - sentences.vectors.mean(axis=0)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors = vectors / np.where(norms > 1e-9, norms, 1.0)
        count = len(vectors)
        shared = overlaps(sentences.texts, max(self.widest, 2))
        apart = distances(vectors, np.ones(count), 1)
        common = np.array([row[-1] for row in shared[1:]])
        ends = np.zeros(count)  # what speaks for a cut after each sentence
        near, back, held = 1.0, 1.0, np.zeros(count - 1)
        if sentences.gains is not None:
            near, back, held = NEAR, BACK, holds(sentences.gains)
        ends[:-1] = near * (apart - apart.mean()) - SHARED * (common - common.mean())
        ends[:-1] -= back * joins(sentences.texts)[1:] + held
        rows = self._alike(vectors, shared, sentences.texts)
        chosen = self._best(rows, ends, sentences.tokens, self.grain, None)
        for _ in range(ROUNDS):
            mean = count / max(len(chosen) + 1, 2)
            price = self.grain + LONGER * float(np.log(mean / USUAL))
            found = self._best(rows, ends, sentences.tokens, price, mean)
            if np.array_equal(found, chosen):
                break
            chosen = found
        unexpected = frozenset(chosen[held[chosen] < 0].tolist())
        return Cuts(depths(apart), chosen, unexpected=unexpected)

    def _best(
        self,
        rows: list[Floats],
        ends: Floats,
        tokens: NDArray[np.int64],
        price: float,
        mean: float | None,
    ) -> NDArray[np.int64]:
        """The best cut, with the mean length of segments where one is known."""

        def gain(within: Floats, _: Floats, numbers: Floats, last: int) -> Floats:
            value = (2 * within + numbers) / numbers**POWER - price + float(ends[last])
            return value - UNEVEN * np.log(numbers / mean) ** 2 if mean else value

        def alike(first: int, last: int) -> Floats:
            return rows[last][len(rows[last]) - (last - first) :]

        return best_groups(alike, tokens, self.size - self.overlap, gain, self.widest)

    def _alike(self, vectors: Floats, shared: list[Floats], texts: tuple[str, ...]) -> list[Floats]:
        """For each sentence how alike it is to each of those before it."""
        weights = np.array([min(1.0, len(words(text)) / FULL) for text in texts])
        rows = []
        for last, common in enumerate(shared):
            first = last - len(common)
            cosines = vectors[first:last] @ vectors[last]
            alike = np.sign(cosines) * np.abs(cosines) ** POWER + SHARED * common
            rows.append(alike * weights[first:last] * weights[last])
        return rows
