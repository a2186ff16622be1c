"""`keywords.mmr`: phrases whose embedding is near the text's, and not near each other's."""

from __future__ import annotations

__all__ = ["Mmr"]

from typing import ClassVar

import numpy as np

from ops.context import Context
from ops.keywords.peer import Peer, Phrases, read_for, written
from ops.op import parameter

_MOST = 1_000
"""Candidates that are embedded, the first of the text."""


class Mmr(Peer):
    """Rank noun phrases by likeness of their embedding to the text's, less likeness to better ones.

    EmbedRank++ (Bennani-Smires et al., "Simple Unsupervised Keyphrase Extraction using Sentence
    Embeddings", CoNLL 2018) and KeyBERT: maximal marginal relevance over vectors of a sentence
    embedding model. Of a text longer than the model's window its beginning stands for it; the
    first 1,000 candidates are looked at.
    """

    name: ClassVar[str] = "keywords.mmr"
    version: ClassVar[int] = 2
    needs: ClassVar[tuple[str, ...]] = ("nlp", "embedder", "tokenizer")

    model: str = parameter("minilm", "Embedding model: minilm, or a GGUF file.", model="embedder")
    diversity: float = parameter(
        0.3,
        "Weight of being unlike better keywords; likeness to the text has the rest.",
        ge=0,
        le=1,
    )

    def ranked(self, text: str, language: str, most: int, ctx: Context) -> Phrases:
        words, phrases = read_for(text, language, ctx)
        found = [written(words, phrase) for phrase in phrases[:_MOST]]
        if not found:
            return []
        embedder = ctx.resources.embedder(self.model)
        tokens = ctx.resources.tokenizer(self.model)
        window = embedder.window

        def fits(part: str) -> str:
            spans = tokens.offsets([part])[0]
            return part if len(spans) <= window else part[: int(spans[window - 1, 1])]

        vectors = embedder.embed([fits(text), *map(fits, found)]).astype(np.float64)
        near = np.einsum("ij,j->i", vectors[1:], vectors[0])
        same = np.full(len(found), 0.0)
        left = np.ones(len(found), dtype=np.bool_)
        ranked = []
        for _ in range(min(most, len(found))):
            value = (1 - self.diversity) * near - self.diversity * same
            best = int(np.where(left, value, -np.inf).argmax())
            left[best] = False
            ranked.append((found[best], float(value[best])))
            same = np.maximum(same, np.einsum("ij,j->i", vectors[1:], vectors[1 + best]))
        return ranked
