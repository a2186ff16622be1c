"""`keywords.singlerank`: PageRank over words that stand near each other."""

from __future__ import annotations

__all__ = ["SingleRank"]

from typing import ClassVar

import numpy as np

from ops.context import Context
from ops.keywords.graph import FloatArray
from ops.keywords.peer import Peer, Phrases, read_for, written
from ops.keywords.tokens import IntArray
from ops.keywords.words import WORD
from ops.op import parameter


class SingleRank(Peer):
    """Rank noun phrases by the sum of their words' PageRank in the graph of nearby words.

    SingleRank (Wan and Xiao, "Single Document Keyphrase Extraction Using Neighborhood Knowledge",
    AAAI 2008): nouns and adjectives are linked with those within a window, as often as they are
    met. In languages without a tagger every word but stop words counts, and phrases are runs of up
    to three words.
    """

    name: ClassVar[str] = "keywords.singlerank"
    version: ClassVar[int] = 2
    needs: ClassVar[tuple[str, ...]] = ("nlp",)

    window: int = parameter(10, "Words that a window holds.", unit="words", ge=2, le=100)

    def ranked(self, text: str, language: str, most: int, ctx: Context) -> Phrases:
        words, phrases = read_for(text, language, ctx)
        kept = {words.stem[p.first + k] for p in phrases for k in range(p.size)}
        stems = np.array(words.stem, dtype=np.int64)
        inside = np.isin(stems, np.array(sorted(kept), dtype=np.int64))
        inside &= np.array(words.kind, dtype=np.int64) >= WORD
        nodes, node = np.unique(stems[inside], return_inverse=True)
        rank = np.zeros(len(words.stems))
        rank[nodes] = _pagerank(node, len(nodes), self.window)
        scores = [
            float(sum(rank[words.stem[phrase.first + k]] for k in range(phrase.size)))
            for phrase in phrases
        ]
        order = sorted(range(len(phrases)), key=lambda i: (-scores[i], phrases[i].first))
        return [(written(words, phrases[i]), scores[i]) for i in order]


def _pagerank(node: IntArray, count: int, window: int) -> FloatArray:
    from scipy.sparse import coo_array

    from ops.keywords.spectrum import pagerank

    pairs = [(node[:-step], node[step:]) for step in range(1, window)]
    left = np.concatenate([pair[0] for pair in pairs] + [pair[1] for pair in pairs])
    right = np.concatenate([pair[1] for pair in pairs] + [pair[0] for pair in pairs])
    apart = left != right
    ones = np.ones(int(apart.sum()))
    matrix = coo_array((ones, (left[apart], right[apart])), shape=(count, count)).tocsr()
    return pagerank(matrix) if count else np.zeros(0)
