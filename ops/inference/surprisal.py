"""How unexpected each token of a text is under a language model.

Long texts are read in windows that overlap by half, so that every token but those of the first half
window has at least half a window before it (as llama.cpp's own `perplexity` counts them).
"""

from __future__ import annotations

__all__ = ["WINDOW", "losses", "surprisal"]

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.inference.llama import Context
from ops.inference.owner import OWNER

WINDOW: Final = 1_024
"""Tokens that are read together."""


def surprisal(
    context: Context,
    tokens: NDArray[np.int32],
    progress: Callable[[int], None] | None = None,
) -> NDArray[np.float64]:
    """-ln p of each token, given those before it; NaN for the first.

    `progress` is told how many more tokens are done.
    """
    nats = np.full(len(tokens), np.nan)
    window = context.length
    done = 0
    while done < len(tokens):
        start = max(0, done - window // 2) if done else 0
        end = min(len(tokens), start + window)
        nats[done:end] = _window(context, tokens[start:end])[done - start :]
        if progress:
            progress(end - done)
        done = end
    return nats


def _window(context: Context, tokens: NDArray[np.int32]) -> NDArray[np.float64]:
    """-ln p of each token given those before it in the window; NaN for the first."""
    found = np.full(len(tokens), np.nan)
    # The logits of the last token of a piece tell of the first of the next.
    with OWNER:
        context.clear()
        for at in range(0, len(tokens), context.batch):
            piece = tokens[at : at + context.batch]
            positions = np.arange(at, at + len(piece), dtype=np.int32)
            context.run(piece, positions, np.zeros(len(piece), dtype=np.int32))
            following = tokens[at + 1 : at + 1 + len(piece)]
            logits = context.all_logits(len(piece))[: len(following)]
            found[at + 1 : at + 1 + len(following)] = losses(logits, following)
    return found


def losses(logits: NDArray[np.float32], chosen: NDArray[np.int32]) -> NDArray[np.float64]:
    """-ln p (tokens) of each chosen token under its row of logits."""
    top = logits.max(axis=1)
    total = np.exp(logits - top[:, None]).sum(axis=1, dtype=np.float64)
    own = logits[np.arange(len(chosen)), chosen]
    found: NDArray[np.float64] = top + np.log(total) - own
    return found
