"""Cuts texts that are longer than a model takes."""

from __future__ import annotations

__all__ = ["mean", "windows"]

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Count = Callable[[Sequence[str]], list[int]]


def windows(
    text: str, offsets: NDArray[np.int64], most: int, count: Count
) -> list[tuple[str, int]]:
    """Parts of a text that together are all of it, with their tokens, none over `most`.

    They are of about equal length and end between words where they can.

    Args:
        offsets: spans of the text's tokens.
        count: tokens of texts; a part cut out of a text may have more than it had inside.
    """
    if len(offsets) <= most:
        return [(text, len(offsets))]
    parts = -(-len(offsets) // most)
    while True:
        edges = _edges(text, offsets, parts)
        cut = [text[start:end] for start, end in pairwise(edges) if start < end]
        counts = count(cut)
        if max(counts) <= most or parts == len(offsets):
            return list(zip(cut, counts, strict=True))
        parts = min(parts + max(1, parts // 16), len(offsets))


def mean(vectors: NDArray[np.float32], weights: Sequence[int]) -> NDArray[np.float32]:
    """The unit vector of the weighted mean of unit vectors (windows, dimensions)."""
    summed = np.average(vectors, axis=0, weights=np.maximum(weights, 1))
    norm = float(np.linalg.norm(summed))
    return (summed / norm if norm else vectors[0]).astype(np.float32)


def _edges(text: str, offsets: NDArray[np.int64], parts: int) -> list[int]:
    """Character places from 0 to the end of the text that part its tokens equally."""
    edges = [0]
    for part in range(1, parts):
        token = part * len(offsets) // parts
        # Back to the start of a word, at most half a part.
        floor = max(token - len(offsets) // (2 * parts), 1)
        first = token
        while first > floor and not text[offsets[first, 0] - 1].isspace():
            first -= 1
        at = first if text[offsets[first, 0] - 1].isspace() else token
        edges.append(max(int(offsets[at, 0]), edges[-1]))
    return [*edges, len(text)]
