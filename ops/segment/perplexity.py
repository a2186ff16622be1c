"""Cuts after sentences that a language model finds easy to expect."""

from __future__ import annotations

__all__ = ["Perplexity"]

from typing import ClassVar, Literal

import numpy as np

from ops.op import parameter
from ops.segment.judged import Laid
from ops.segment.marks import Floats, Ints, Marks
from ops.segment.surprise import dips, rising_threshold
from ops.segment.surprised import Surprised


class Perplexity(Surprised):
    """Cut after the minima of the sentences' perplexity under a language model.

    A sentence that is easier to expect than both its neighbours ends a chunk: what follows is news.
    `boundary_score` is how far the logarithm of the perplexity (nats a token) falls there, on the
    side where it falls further, and `boundary_threshold` what that had to reach: `depth` where it
    is fixed; where it is dynamic, `depth` at first and then the least fall among the minima
    gathered; or a percentile of the document's own minima. Long texts are read in windows of 1,024
    tokens that overlap by half. Surprisal is kept by text and model, so other parameters cost
    nothing.

    Source: perplexity chunking of Zhao et al., "Meta-Chunking" (2024, arXiv:2410.12788). Tokens
    between sentences count for none, the threshold begins anew with each document, so that a
    document's chunks depend on nothing else, and small chunks join by `least` instead of by order.
    """

    name: ClassVar[str] = "segment.perplexity"
    says: ClassVar[str] = "perplexity"

    threshold: Literal["fixed", "dynamic", "percentile"] = parameter(
        "fixed", "how the fall that parts chunks is found"
    )
    depth: float = parameter(
        0.0, "for fixed, and for dynamic at first: least fall", unit="nats", ge=0
    )
    gathered: int = parameter(
        100, "for dynamic: minima after which their least fall counts", unit="minima", ge=1
    )
    percentile: float = parameter(50.0, "for percentile: of the falls at minima", ge=0, le=100)
    shared: bool = parameter(
        False, "the sentence at a minimum ends one chunk and begins the next too"
    )

    @property
    def repeats(self) -> bool:
        return self.shared

    def marks(self, one: Laid, sums: Floats, counts: Ints) -> Marks:
        total = sums.sum() / max(int(counts.sum()), 1)
        # A sentence without a token of its own is as expected as all of them.
        values = np.where(counts > 0, sums / np.maximum(counts, 1), total)
        deep, shallow = dips(values)
        if self.threshold == "dynamic":
            thresholds = rising_threshold(deep, shallow, self.depth, self.gathered)
        else:
            thresholds = np.full(len(deep), self._limit(deep))
        return Marks((deep > 0) & (deep >= thresholds), deep, thresholds)

    def _limit(self, deep: Floats) -> float:
        if self.threshold == "fixed" or not (deep > 0).any():
            return self.depth
        return float(np.percentile(deep[deep > 0], self.percentile))
