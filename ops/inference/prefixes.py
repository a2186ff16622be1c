"""Which prompts begin with the same tokens.

Sorted by their tokens, prompts stand in the depth-first order of their trie: each shares its
longest prefix with a neighbour, and all that share a prefix stand together. So the order is the
trie, and no other structure is kept.
"""

from __future__ import annotations

__all__ = ["common", "distinct", "trie_order"]

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Tokens = NDArray[np.int32]


def trie_order(prompts: Sequence[Tokens]) -> list[int]:
    """Indexes of the prompts, those with common beginnings side by side; equals as they came."""
    # Big-endian bytes compare like the numbers they stand for.
    names = [prompt.astype(">u4").tobytes() for prompt in prompts]
    return sorted(range(len(prompts)), key=lambda index: names[index])


def common(one: Tokens, other: Tokens) -> int:
    """How many tokens two prompts begin with in common."""
    shorter = min(len(one), len(other))
    differ = np.flatnonzero(one[:shorter] != other[:shorter])
    return int(differ[0]) if len(differ) else shorter


def distinct(prompts: Sequence[Tokens]) -> int:
    """Tokens of all prompts together, what several begin with counted once."""
    order = [prompts[index] for index in trie_order(prompts)]
    shared = sum(common(one, other) for one, other in pairwise(order))
    return sum(map(len, prompts)) - shared
