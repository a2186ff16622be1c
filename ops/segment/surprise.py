"""Boundaries from the surprisal of sentences under a language model. Pure."""

from __future__ import annotations

__all__ = ["dips", "equal_cuts", "of_sentences", "rising_threshold"]

import numpy as np

from ops.segment.marks import Bools, Floats, Ints


def of_sentences(starts: Ints, spans: Ints, nats: Floats) -> tuple[Floats, Ints]:
    """The surprisal of each sentence, added up, and the number of its tokens.

    A token belongs to the sentence that its last character lies in, or that ends before it: models
    take a space with the word after it. Tokens that nothing is known of (NaN) do not count.

    Args:
        starts: of the sentences, ascending; what lies before the first counts with it.
        spans: of the tokens (tokens, 2).
    """
    owners = np.maximum(starts.searchsorted(spans[:, 1] - 1, "right") - 1, 0)
    known = ~np.isnan(nats)
    sums = np.bincount(owners[known], weights=nats[known], minlength=len(starts))
    counts = np.bincount(owners[known], minlength=len(starts))
    return sums.astype(np.float64), counts.astype(np.int64)


def dips(values: Floats) -> tuple[Floats, Floats]:
    """For the gap after each sentence but the last, how deep a minimum that sentence is.

    The first array has the drop on the deeper side where the sentence is a minimum, the second on
    the shallower side; elsewhere both are 0 or less. As in Meta-Chunking a sentence is a minimum if
    both neighbours are higher, or the one before is higher and the one after equal, which makes
    both drops that of the left side. The first sentence is none.
    """
    left = np.concatenate([[0.0], values[:-1] - values[1:]])[:-1]
    right = values[1:] - values[:-1]
    level = (right == 0) & (left > 0)
    deep = np.where(level, left, np.where((left > 0) & (right > 0), np.maximum(left, right), 0.0))
    shallow = np.where(level, left, np.minimum(left, right))
    return np.where(deep > 0, deep, np.minimum(shallow, 0.0)), shallow


def rising_threshold(deep: Floats, shallow: Floats, least: float, gathered: int) -> Floats:
    """Meta-Chunking's dynamic threshold, as it stands at each gap.

    It is `least` until so many minima are boundaries, and from then on the least of their drops
    on the shallower side.
    """
    found = np.empty(len(deep))
    threshold, low, count = least, np.inf, 0
    for gap, (depth, side) in enumerate(zip(deep.tolist(), shallow.tolist(), strict=True)):
        found[gap] = threshold
        if depth > 0 and depth >= threshold:
            count, low = count + 1, min(low, side)
            if count >= gathered:
                threshold = low
    return found


def equal_cuts(
    amounts: Floats, before: Ints, until: Ints, size: int, wanted: float
) -> tuple[Bools, float]:
    """The gaps to cut at so that chunks have amounts as equal as can be, and that amount.

    As many chunks are made as come nearest to `wanted` each; the squares of what they differ from
    their mean are the least there are (dynamic programming; of equals the longer last chunks). No
    chunk of two sentences or more has over `size` tokens.

    Args:
        amounts: of each sentence, 0 or more.
        before: tokens before each sentence.
        until: tokens up to the end of each sentence.
    """
    count = len(amounts)
    summed = np.concatenate([[0.0], np.cumsum(amounts)])
    chunks = max(1, round(float(summed[-1]) / wanted))
    target = float(summed[-1]) / chunks
    best = np.zeros(count + 1)
    back = np.zeros(count + 1, dtype=np.int64)
    for last in range(count):
        first = min(last, int(before.searchsorted(until[last] - size, "left")))
        costs = best[first : last + 1] + (summed[last + 1] - summed[first : last + 1] - target) ** 2
        chosen = int(np.argmin(costs))
        best[last + 1], back[last + 1] = costs[chosen], first + chosen
    cuts = np.zeros(count - 1, dtype=np.bool_)
    place = count
    while place := int(back[place]):
        cuts[place - 1] = True
    return cuts, target
