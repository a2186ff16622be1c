"""Cuts so that chunks hold the same amount of information."""

from __future__ import annotations

__all__ = ["EqualInfo"]

from itertools import pairwise
from typing import ClassVar

import numpy as np

from ops.op import parameter
from ops.segment.judged import Laid
from ops.segment.marks import Bools, Floats, Ints, Marks
from ops.segment.surprise import equal_cuts
from ops.segment.surprised import Surprised


class EqualInfo(Surprised):
    """Cut so that every chunk has about the same surprisal under a language model, in bits.

    What is easy to expect (boilerplate, repetition) makes long chunks and what is dense makes short
    ones. The bits of a section are dealt out to as many chunks as come nearest to `bits` each, and
    of all ways to cut between sentences the one is taken whose chunks differ least from their mean.
    `boundary_score` is the bits of the chunk that ends there, `boundary_threshold` that mean.

    Source: the equal-information windows of Lester et al., "Training LLMs over Neurally Compressed
    Text" (2024, arXiv:2404.03626). They cut anywhere, once a window's bits are full, to train on
    what is inside; to be read, chunks end with a sentence here and only come near.
    """

    name: ClassVar[str] = "segment.equal_info"
    says: ClassVar[str] = "information"

    bits: float = parameter(600.0, "what a chunk should have", unit="bits", gt=0)
    least: int = parameter(
        0,
        "smallest chunk; smaller ones join a neighbour where both fit, over the weaker boundary",
        unit="tokens",
        ge=0,
    )

    def marks(self, one: Laid, sums: Floats, counts: Ints) -> Marks:
        bits = np.maximum(sums, 0.0) / np.log(2.0)
        before, until = one.tokens
        gaps = len(bits) - 1
        chosen: Bools = np.zeros(gaps, dtype=np.bool_)
        thresholds = np.full(gaps, np.nan)
        hard = np.zeros_like(one.hard) if self.across else one.hard
        edges = [0, *(np.flatnonzero(hard) + 1).tolist(), gaps + 1]
        room = self.size - self.overlap
        for first, after in pairwise(edges):
            own = slice(first, after)
            cuts, target = equal_cuts(bits[own], before[own], until[own], room, self.bits)
            chosen[first : after - 1] = cuts
            thresholds[first:after] = target
        scores = np.full(gaps, np.nan)
        ends = [0, *(np.flatnonzero(chosen | hard) + 1).tolist()]
        for first, after in pairwise(ends):
            scores[after - 1] = bits[first:after].sum()
        return Marks(chosen, scores, thresholds)
