"""How much the text changes at each gap between sentences, by the vectors on both sides."""

from __future__ import annotations

__all__ = ["depths", "distances", "sides"]

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def sides(vectors: Floats, weights: Floats, window: int) -> tuple[Floats, Floats]:
    """For each gap the weighted sums of up to `window` vectors before and after it."""
    summed = np.zeros((len(vectors) + 1, vectors.shape[1]))
    np.cumsum(vectors * weights[:, None], axis=0, out=summed[1:])
    gaps = np.arange(1, len(vectors))
    before = summed[gaps] - summed[np.maximum(gaps - window, 0)]
    after = summed[np.minimum(gaps + window, len(vectors))] - summed[gaps]
    return before, after


def distances(vectors: Floats, weights: Floats, window: int) -> Floats:
    """Cosine distance between the two sides of each gap, 0 to 2."""
    before, after = sides(vectors, weights, window)
    norms = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    dots = np.einsum("ij,ij->i", before, after)
    alike: Floats = np.divide(dots, norms, out=np.ones_like(dots), where=norms > 0)
    return 1.0 - alike


def depths(values: Floats) -> Floats:
    """How far each value stands above the valleys on its left and right, added up.

    Hearst's depth score (TextTiling, 1997), of distances instead of similarities.
    """
    return _climb(values) + _climb(values[::-1])[::-1]


def _climb(values: Floats) -> Floats:
    """How far each value stands above the lowest that a fall to its left leads to."""
    found = np.zeros_like(values)
    low = before = np.inf
    for at, value in enumerate(values.tolist()):
        if value > before:
            found[at] = value - low
        else:
            low = value
        before = value
    return found
