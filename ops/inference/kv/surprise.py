"""What the model did not see coming is kept exactly."""

from __future__ import annotations

__all__ = ["surprise"]

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.inference.kv.budget import RECENT, SINKS
from ops.inference.kv.entries import Entries
from ops.inference.kv.select import pool, select

POOLED: Final = 25
"""About a sentence; see docs/kv.md."""


def surprise(
    entries: Entries,
    losses: NDArray[np.float32],
    size: int,
    *,
    pooled: int = POOLED,
    sinks: int = SINKS,
    recent: int = RECENT,
) -> Entries:
    """`size` entries: those of the most surprising tokens, which a prefill gives for nothing.

    Args:
        losses: -ln p of each entry's token given those before it.
        pooled: neighbours whose surprise is averaged.
    """
    scores = pool(losses[None, None], pooled)
    return select(entries, scores, size, sinks=sinks, recent=recent)
