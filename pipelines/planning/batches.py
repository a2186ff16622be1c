"""Cuts a list of work into batches that each take about the same time."""

from __future__ import annotations

__all__ = ["Batches"]

import time
from collections.abc import Iterator, Sequence
from typing import Final, Generic, TypeVar

T = TypeVar("T")

SECONDS: Final = 8.0
"""What a batch should take: a killed run repeats at most one."""
SMALLEST: Final = 100_000
LARGEST: Final = 8_000_000
MOST: Final = 512


class Batches(Generic[T]):
    """Batches of some work, in its order, bounded by size and count.

    The bound on size begins small and follows how long the last batch took, between `SMALLEST`
    and `LARGEST` bytes. Results never depend on where the cuts fall.
    """

    def __init__(self, work: Sequence[T], sizes: Sequence[int]) -> None:
        self.work = work
        self.sizes = sizes
        self.done = 0
        """How many are in the batches handed out so far."""

    def __iter__(self) -> Iterator[list[T]]:
        limit = SMALLEST * 2
        while self.done < len(self.work):
            start, size = self.done, 0
            while self.done < len(self.work) and self.done - start < MOST:
                size += self.sizes[self.done]
                if self.done > start and size > limit:
                    break
                self.done += 1
            began = time.monotonic()
            yield list(self.work[start : self.done])
            took = max(time.monotonic() - began, 1e-3)
            limit = int(min(max(limit * min(SECONDS / took, 4.0), SMALLEST), LARGEST))
