"""How many tokens of short texts go through an embedding model together: tried once, remembered."""

from __future__ import annotations

__all__ = ["Calibration"]

import platform
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from typing import Final

from ops.inference.models import ModelFile, folder
from ops.inference.records import Records

PACKED: Final = 384
"""Until something has been tried."""

TRIED: Final = (256, 384, 512)
SLICE: Final = 1_500
"""Tokens of a trial; each size has two, and what they give is used."""

BETTER: Final = 0.97
"""A size must take less than this share of PACKED's time to be taken instead: trials are short."""


class Calibration:
    """The size for a model's file, a processor, and so many lanes with so many threads in all."""

    def __init__(self, file: ModelFile, lanes: int, threads: int) -> None:
        self._file = file
        machine = platform.processor() or platform.machine()
        self._name = f"packed for {lanes} lanes with {threads} threads of {machine}"
        self._records = Records(folder())
        facts = self._records.get(file.path) or {}
        known = facts.get(self._name)
        self.size = known if isinstance(known, int) and known in TRIED else PACKED
        self.known = known in TRIED

    def try_out(
        self, lengths: Sequence[int], run: Callable[[Sequence[int], int], float]
    ) -> list[int]:
        """Try the sizes on the first texts, if there are enough; the indexes that are left.

        Texts go in the order they came, so the slices are alike.

        Args:
            run: embeds texts, given their indexes and a size, and gives the seconds it took.
        """
        trials = list(islice(cycle(TRIED), 2 * len(TRIED)))
        if self.known or sum(lengths) < 2 * SLICE * len(trials):
            return list(range(len(lengths)))
        seconds: dict[int, list[float]] = {size: [] for size in TRIED}
        at = 0
        for size in trials:
            end, tokens = at, 0
            while tokens < SLICE:
                tokens += lengths[end]
                end += 1
            seconds[size].append(run(range(at, end), size) / tokens)
            at = end
        fastest = {size: min(found) for size, found in seconds.items()}
        best = min(TRIED, key=lambda size: fastest[size])
        self.size = best if fastest[best] < BETTER * fastest[PACKED] else PACKED
        self.known = True
        facts = self._records.get(self._file.path)
        if facts is not None:
            self._records.keep(self._file.path, {**facts, self._name: self.size})
        return list(range(at, len(lengths)))
