"""Context from the chunks next door, without a model reading anything twice."""

from __future__ import annotations

__all__ = ["with_neighbours"]

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray


def with_neighbours(
    vectors: NDArray[np.float32], owners: Sequence[tuple[str, int]], share: float
) -> NDArray[np.float32]:
    """Each unit vector with `share` of the one before and after it in the same document.

    Args:
        vectors: (chunks, dimensions), in the order of the text.
        owners: document and level of each chunk; only neighbours with the same are mixed in.
    """
    if not share or len(vectors) < 2:
        return vectors
    mixed = vectors.astype(np.float64)
    same = np.array([one == other for one, other in pairwise(owners)])
    mixed[1:][same] += share * vectors[:-1][same]
    mixed[:-1][same] += share * vectors[1:][same]
    norms = np.linalg.norm(mixed, axis=1, keepdims=True)
    unit: NDArray[np.float32] = (mixed / np.where(norms > 0, norms, 1)).astype(np.float32)
    return unit
