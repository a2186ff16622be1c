"""How many entries are left, and which of them are out of question."""

from __future__ import annotations

__all__ = ["RECENT", "SINKS", "entries_left", "places", "split"]

from typing import Final

import numpy as np

from ops.errors import UsageError
from ops.inference.kv.entries import Positions

SINKS: Final = 4
"""First entries, on which attention rests where there is nothing to attend to (StreamingLLM)."""
RECENT: Final = 64
"""Last entries, which the next tokens lean on most."""


def entries_left(count: int, fewer: float) -> int:
    """So many of `count` entries, sinks and recent ones included, are left by "`fewer` less".

    Args:
        fewer: share that goes, 0 up to but not 1.

    Raises:
        UsageError: the share is not one.
    """
    if not 0 <= fewer < 1:
        raise UsageError(f"a share of entries to drop lies between 0 and 1, not {fewer}")
    return max(1, int(count * (1 - fewer) + 1e-9))


def split(count: int, size: int, sinks: int, recent: int) -> tuple[int, int, int]:
    """Where the middle starts and ends, and how many of its entries there is room for.

    A small size takes from the recent entries first, then from the sinks.
    """
    if not 0 < size <= count:
        raise UsageError(f"{count} entries cannot become {size}")
    sinks = min(sinks, size)
    recent = min(recent, (size - sinks) // 2, count - sinks)
    return sinks, count - recent, size - sinks - recent


def places(positions: Positions, size: int) -> Positions:
    """Positions for `size` entries of which each head has its own: the last ones.

    They only need to ascend and to lie before what comes next.
    """
    return np.ascontiguousarray(positions[len(positions) - size :])
