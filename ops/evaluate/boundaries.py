"""How well boundaries agree with gold ones.

Boundaries are given as the number of units (sentences, turns) in each segment.
"""

from __future__ import annotations

__all__ = ["boundary_f1", "pk", "window_diff"]

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray


def pk(gold: Sequence[int], found: Sequence[int], window: int | None = None) -> float:
    """Probability that two units so far apart are wrongly put together or apart; 0 is best.

    Beeferman, Berger and Lafferty, "Statistical Models for Text Segmentation" (1999). The window
    is half the mean length of the gold segments unless given.

    Raises:
        ValueError: the two do not have the same number of units.
    """
    one, two, k = _prepared(gold, found, window)
    if len(one) <= k:
        return 0.0
    same = one[k:] == one[:-k]
    return float(np.mean(same != (two[k:] == two[:-k])))


def window_diff(gold: Sequence[int], found: Sequence[int], window: int | None = None) -> float:
    """Share of windows in which the numbers of boundaries differ; 0 is best.

    Pevzner and Hearst, "A Critique and Improvement of an Evaluation Metric for Text Segmentation"
    (2002).

    Raises:
        ValueError: the two do not have the same number of units.
    """
    one, two, k = _prepared(gold, found, window)
    if len(one) <= k:
        return 0.0
    return float(np.mean(one[k:] - one[:-k] != two[k:] - two[:-k]))


def boundary_f1(
    gold: Collection[int], found: Collection[int], tolerance: int = 0
) -> tuple[float, float, float]:
    """Precision, recall and F1 of places; each gold one is matched once, the nearest first."""
    open_found, open_gold = set(found), set(gold)
    for distance in range(tolerance + 1):
        for place in sorted(open_gold):
            for near in (place - distance, place + distance):
                if near in open_found:
                    open_found.discard(near)
                    open_gold.discard(place)
                    break
    hits = len(set(gold)) - len(open_gold)
    precision = hits / len(found) if found else 0.0
    recall = hits / len(gold) if gold else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


def _prepared(
    gold: Sequence[int], found: Sequence[int], window: int | None
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    if sum(gold) != sum(found):
        raise ValueError(f"gold has {sum(gold)} units, what was found {sum(found)}")
    k = window or max(1, round(sum(gold) / len(gold) / 2))
    return _labels(gold), _labels(found), k


def _labels(lengths: Sequence[int]) -> NDArray[np.int64]:
    """The number of the segment of each unit."""
    return np.repeat(np.arange(len(lengths)), lengths)
