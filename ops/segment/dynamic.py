"""Cuts where the running picture of a chunk no longer fits the next sentence."""

from __future__ import annotations

__all__ = ["Dynamic"]

from typing import ClassVar

import numpy as np

from ops.op import parameter
from ops.segment.embedded import Cuts, Embedded, Sentences
from ops.segment.gaps import sides


class Dynamic(Embedded):
    """Cut where neighbouring representations part, with a boundary probability for each gap.

    The probability is half of one minus the cosine between what lies before and after, as in
    H-Net's router (Hwang et al. 2025, arXiv:2507.07955), stretched over the document's own range so
    that nothing has to be trained. Each side is pooled over a window of sentences and divided by
    the square root of its tokens, after DHSA (2025, dynamic hierarchical sparse attention), so
    that long and short sides can be compared. Of gaps closer than the window only the highest
    counts.
    """

    name: ClassVar[str] = "segment.dynamic"

    window: int = parameter(4, "pooled on each side of a gap", unit="sentences", ge=1)
    threshold: float = parameter(0.5, "probability from which a gap is a boundary", ge=0, le=1)

    def cuts(self, sentences: Sentences) -> Cuts:
        tokens = np.maximum(sentences.tokens, 1).astype(np.float64)
        before, after = sides(sentences.vectors, np.sqrt(tokens), self.window)
        norms = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
        raw = 0.5 * (1.0 - np.einsum("ij,ij->i", before, after) / np.maximum(norms, 1e-12))
        low, high = float(raw.min()), float(raw.max())
        scores = (raw - low) / (high - low) if high > low else np.zeros_like(raw)
        kept = [
            gap
            for gap in np.flatnonzero(scores >= self.threshold).tolist()
            if scores[gap] > 0 and self._highest(scores, gap)
        ]
        return Cuts(scores, np.array(kept, dtype=np.int64), self.threshold)

    def _highest(self, scores: np.ndarray, gap: int) -> bool:
        low = max(gap - self.window + 1, 0)
        near = scores[low : gap + self.window]
        return int(np.argmax(near)) == gap - low
