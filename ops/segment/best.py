"""The best way to group neighbouring sentences, by dynamic programming."""

from __future__ import annotations

__all__ = ["Alike", "Gain", "best_groups"]

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

Alike: TypeAlias = Callable[[int, int], Floats]
"""Similarities of the sentences from one number up to another, not with it, to that other."""

Gain: TypeAlias = Callable[[Floats, Floats, Floats, int], Floats]
"""What groups that end with one sentence are worth: sums of the similarities of their pairs, their
tokens, their numbers of sentences (arrays, one element for each possible first sentence, the
nearest last), and the number of the last sentence."""

WIDEST: Final = 128  # sentences of one group


def best_groups(
    alike: Alike,
    tokens: NDArray[np.int64],
    size: int,
    gain: Gain,
    widest: int = WIDEST,
) -> NDArray[np.int64]:
    """The gaps to cut at so that the groups' gains add up to the most, ascending.

    No group of two sentences or more has over `size` tokens. Time is linear in the number of
    sentences. Of equally good ways the one with the longer last groups is taken.

    Args:
        widest: most sentences of a group.
    """
    count = len(tokens)
    summed = np.concatenate([[0], np.cumsum(tokens)])
    best = np.zeros(count + 1)
    back = np.zeros(count + 1, dtype=np.int64)
    within = np.empty(0)  # sums of the pairs of the groups that end with the sentence before
    for last in range(count):
        first = max(0, last + 1 - widest, int(summed.searchsorted(summed[last + 1] - size)))
        first = min(first, last)
        within = within[len(within) - (last - first) :]
        pairs = alike(first, last)
        within = np.concatenate([within + pairs[::-1].cumsum()[::-1], [0.0]])
        lengths = (summed[last + 1] - summed[first : last + 1]).astype(np.float64)
        numbers = np.arange(last + 1 - first, 0, -1, dtype=np.float64)
        values = best[first : last + 1] + gain(within, lengths, numbers, last)
        chosen = int(np.argmax(values))
        best[last + 1], back[last + 1] = values[chosen], first + chosen
    cuts = []
    place = count
    while place := int(back[place]):
        cuts.append(place - 1)
    return np.array(cuts[::-1], dtype=np.int64)
