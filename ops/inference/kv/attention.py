"""How much queries attend to each entry."""

from __future__ import annotations

__all__ = ["Asked", "attended"]

from concurrent.futures import ThreadPoolExecutor
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ops.errors import UsageError
from ops.inference.cores import physical_cores
from ops.inference.kv.entries import Entries
from ops.inference.kv.layout import Layout
from ops.inference.kv.mixing import decode_keys
from ops.inference.kv.select import Scores

Asked: TypeAlias = NDArray[np.float32]
"""Queries after RoPE: (layers, tokens, heads, width)."""


def attended(
    entries: Entries,
    queries: Asked,
    layout: Layout,
    over: Literal["mean", "most"] = "mean",
    among: NDArray[np.intp] | None = None,
) -> Scores:
    """Attention (layers, kv heads, entries), over tokens and the query heads of a group.

    Args:
        over: the mean of them, or the most that any of them pays.
        among: indices of the entries to look at, instead of all.

    The softmax runs over these entries alone, as if the queries' own tokens were not there.
    """
    layers, tokens, heads, width = queries.shape
    if (layers, heads, width) != (layout.layers, layout.heads, layout.width) or not tokens:
        raise UsageError(f"queries of shape {queries.shape} are not of this model")
    count = len(entries) if among is None else len(among)
    found = np.empty((layers, layout.kv_heads, count), dtype=np.float32)

    def one(layer: int) -> None:
        stored = entries.keys[layer] if among is None else entries.keys[layer].take(among, axis=0)
        keys = decode_keys(stored, entries.kind, layout)
        grouped = queries[layer].reshape(tokens, layout.kv_heads, layout.group, width)
        for head in range(layout.kv_heads):
            asked = np.ascontiguousarray(grouped[:, head]).reshape(-1, width)
            scores = asked @ keys[:, head].T
            scores *= width**-0.5
            scores -= scores.max(axis=1, keepdims=True)
            np.exp(scores, out=scores)
            scores /= scores.sum(axis=1, keepdims=True)
            found[layer, head] = scores.max(axis=0) if over == "most" else scores.mean(axis=0)

    with ThreadPoolExecutor(physical_cores()) as pool:
        list(pool.map(one, range(layers)))
    return found
