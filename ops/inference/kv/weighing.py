"""What queries attend to, and how a centroid comes to weigh what its entries did.

Chelsea adds ln n to the attention logits of a centroid of n entries. llama.cpp's attention takes no
weights, but the queries of a head have much in common: there is a direction along which all of them
go about equally far, and a key that is longer in it by b is attended to exp(b) times as much. Where
we differ from ln n: b is such that the centroid gets what its entries had, as far as the queries
tell.
"""

from __future__ import annotations

__all__ = ["LISTENED", "Weighing", "weigh"]

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.errors import UsageError
from ops.inference.cores import physical_cores
from ops.inference.kv.attention import Asked
from ops.inference.kv.entries import Entries
from ops.inference.kv.layout import Layout
from ops.inference.kv.mixing import decode_keys

LISTENED: Final = 256
"""Last tokens of a text whose queries are wanted."""
EVERY: Final = 8
"""Of those queries, one in so many is enough."""
LIGHTEST: Final = 1.0
HEAVIEST: Final = 3.0
"""A centroid's logarithmic weight lies between -LIGHTEST and ln n + HEAVIEST."""
RIDGE: Final = 0.01
"""Of the mean square of a query's numbers; keeps the direction short."""
TINY: Final = 1e-9
ALONE: Final = 2**18
"""Multiplications up to which OpenBLAS takes one thread."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """The queries of each head of keys, and what they attend to, layer by layer."""

    asked: NDArray[np.float32]
    """(layers, kv heads, width, queries), divided by the root of the width."""
    totals: NDArray[np.float32]
    """(layers, kv heads, 1, queries): logarithm of a query's sum over all entries."""
    shares: NDArray[np.float32]
    """(layers, kv heads, entries) attention to each in the mean over queries; more than 0."""
    directions: NDArray[np.float32]
    """(layers, kv heads, width), in which all queries go 1 far, as nearly as can be."""

    def part(self, start: int, end: int) -> Weighing:
        """For the entries from `start` to `end`, by index; a view."""
        return replace(self, shares=self.shares[..., start:end])

    def heavier(
        self,
        layer: int,
        means: NDArray[np.float32],
        wanted: NDArray[np.float32],
        sizes: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Keys (kv heads, centroids, width) such that each centroid gets what is `wanted`.

        Args:
            means: keys of the same shape, turned to their places.
            wanted: (kv heads, centroids) what their entries got together.
            sizes: of the same shape, how many entries those are.
        """
        logits = _products(means, self.asked[layer])
        logits -= self.totals[layer]
        got = np.exp(np.minimum(logits, 0, out=logits), out=logits).mean(axis=2)
        most = np.log(sizes) + np.float32(HEAVIEST)
        weights = np.clip(np.log(wanted / (got + np.float32(TINY))), -np.float32(LIGHTEST), most)
        found: NDArray[np.float32] = means + weights[..., None] * self.directions[layer, :, None]
        return found


def weigh(entries: Entries, queries: Asked, layout: Layout) -> Weighing:
    """What the queries of a text's last tokens attend to.

    Args:
        entries: of the whole text.
        queries: as they were read; see `Reader.read`.

    Raises:
        UsageError: the queries are not of this model, or more than there are entries.
    """
    layers, tokens, heads, width = queries.shape
    fits = (layers, heads, width) == (layout.layers, layout.heads, layout.width)
    if not fits or not 0 < tokens <= len(entries):
        raise UsageError(f"queries of shape {queries.shape} are not of this model and text")
    at = np.arange(tokens)[::-EVERY][::-1]
    grouped = queries[:, at].reshape(layers, len(at), layout.kv_heads, layout.group, width)
    asked = grouped.transpose(0, 2, 4, 1, 3).reshape(layers, layout.kv_heads, width, -1)
    asked = asked * np.float32(width**-0.5)
    totals = np.empty((layers, layout.kv_heads, 1, asked.shape[3]), dtype=np.float32)
    shares = np.empty((layers, layout.kv_heads, len(entries)), dtype=np.float32)
    first = len(entries) - tokens
    late = np.arange(tokens)[:, None] > np.repeat(at, layout.group)

    def one(layer: int) -> None:
        keys = decode_keys(entries.keys[layer], entries.kind, layout)
        for head in range(layout.kv_heads):
            logits = _products(keys[:, head], asked[layer, head])
            logits[first:][late] = -np.inf
            most = logits.max(axis=0)
            logits -= most
            np.exp(logits, out=logits)
            sums = logits.sum(axis=0)
            totals[layer, head] = most + np.log(sums)
            shares[layer, head] = logits @ (1 / (sums * np.float32(len(sums))))

    with ThreadPoolExecutor(physical_cores()) as pool:
        list(pool.map(one, range(layers)))
    shares += np.float32(TINY)
    return Weighing(asked, totals, shares, _directions(asked))


def _products(keys: NDArray[np.float32], asked: NDArray[np.float32]) -> NDArray[np.float32]:
    """(…, keys, queries) in tiles, each of them so small that BLAS leaves it to one thread.

    Larger ones it shares out among threads of its own, which wait for those of the other layers.
    """
    width, queries = asked.shape[-2:]
    tile = max(1, ALONE // (queries * width))
    found = np.empty((*keys.shape[:-1], queries), dtype=np.float32)
    for at in range(0, keys.shape[-2], tile):
        some = (..., slice(at, at + tile), slice(None))
        np.matmul(keys[some], asked, out=found[some])
    return found


def _directions(asked: NDArray[np.float32]) -> NDArray[np.float32]:
    """Least squares, head by head."""
    width, queries = asked.shape[2:]
    squares = (asked @ asked.transpose(0, 1, 3, 2) / np.float32(queries)).astype(np.float64)
    ridge = np.maximum(RIDGE * np.trace(squares, axis1=2, axis2=3) / width, TINY)
    squares += ridge[..., None, None] * np.eye(width)
    means = asked.mean(axis=3, dtype=np.float64)[..., None]
    found: NDArray[np.float32] = np.linalg.solve(squares, means)[..., 0].astype(np.float32)
    return found
