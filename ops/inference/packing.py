"""Which texts go through the model together."""

from __future__ import annotations

__all__ = ["pack"]

from bisect import bisect_right
from collections.abc import Sequence


def pack(lengths: Sequence[int], capacity: int, most: int) -> list[list[int]]:
    """Batches of indexes, none over `capacity` tokens or `most` texts; longest texts first.

    Each batch starts with the longest text that is left and is filled with the longest that still
    fit, so that batches are nearly full and texts of one batch are of like length. A text longer
    than the capacity is a batch of its own.
    """
    left = sorted((length, -index) for index, length in enumerate(lengths))
    batches = []
    while left:
        length, index = left.pop()
        batch, room = [-index], capacity - length
        while left and len(batch) < most:
            place = bisect_right(left, (room, 1)) - 1
            if place < 0:
                break
            length, index = left.pop(place)
            batch.append(-index)
            room -= length
        batches.append(batch)
    return batches
