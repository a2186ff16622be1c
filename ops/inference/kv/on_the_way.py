"""A text is reduced while it is read, so that later parts are read against few entries.

Chelsea clusters whenever the cache passes a size. So the memory never holds the whole text, and
reading a long one costs less: most of its time goes into looking through what was read before.
"""

from __future__ import annotations

__all__ = ["EVERY", "Reduce", "read_reducing"]

from collections.abc import Callable
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ops.inference.kv.budget import RECENT, SINKS, entries_left, split
from ops.inference.kv.entries import Entries, joined
from ops.inference.kv.reader import Reader

EVERY: Final = 2_048
"""Tokens after which what came before is reduced."""


class Reduce(Protocol):
    """A policy that keeps the first `sinks` entries and the last RECENT ones as they are."""

    def __call__(
        self, entries: Entries, losses: NDArray[np.float32], size: int, *, sinks: int
    ) -> Entries:
        """At most `size` entries; `losses` is the surprise of each, 0 where it is not computed."""


def read_reducing(
    reader: Reader,
    tokens: NDArray[np.int32],
    fewer: float,
    reduce: Reduce,
    *,
    surprise: bool,
    every: int = EVERY,
    check: Callable[[], None] = lambda: None,
) -> Entries:
    """Forget everything, read a text, and leave its reduced entries in sequence 0.

    Args:
        fewer: share of the entries that go.
        surprise: whether the policy wants it.
        check: called before each batch; it may raise to stop.
    """
    reader.context.memory.clear()
    losses = np.zeros(len(tokens), dtype=np.float32)
    done: list[Entries] = []
    settled = 0  # entries in `done`
    reduced_to = 0  # tokens that they stand for
    for start in range(0, len(tokens), every):
        end = min(start + every, len(tokens))
        reader.read_part(tokens, start, end, losses if surprise else None, check)
        held = reader.entries()
        fresh = held.part(settled, len(held))
        room, tail = max(1, entries_left(end, fewer) - settled), 0
        if room < len(fresh):
            sinks = 0 if done else SINKS
            _, recent, _ = split(len(fresh), room, sinks, RECENT)
            # The last ones are as they were read; they are reduced with what follows.
            tail = len(fresh) - recent if end < len(tokens) else 0
            fresh = reduce(fresh, losses[reduced_to:end], room, sinks=sinks)
        cut = len(fresh) - tail
        done.append(fresh.part(0, cut))
        settled, reduced_to = settled + cut, end - tail
        reader.put(joined([*done, fresh.part(cut, len(fresh))]))
    return joined(done)
