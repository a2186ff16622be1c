"""How full a context's memory is, counted on our side: llama.cpp does not say."""

from __future__ import annotations

__all__ = ["Cells"]

import numpy as np
from numpy.typing import NDArray


class Cells:
    """Entries of a unified memory and how many sequences own each.

    Numbers stand for entries; where llama.cpp puts them does not matter.
    """

    def __init__(self, size: int) -> None:
        self._owners = np.zeros(size, dtype=np.int32)

    @property
    def free(self) -> int:
        """Entries that no sequence owns."""
        return int((self._owners == 0).sum())

    def take(self, count: int) -> NDArray[np.int64]:
        """Entries for one sequence; the caller has looked that there are so many."""
        found = np.flatnonzero(self._owners == 0)[:count]
        self._owners[found] = 1
        return found

    def share(self, entries: NDArray[np.int64]) -> None:
        """One sequence more owns these."""
        self._owners[entries] += 1

    def drop(self, entries: NDArray[np.int64]) -> None:
        """One sequence fewer owns these."""
        self._owners[entries] -= 1
