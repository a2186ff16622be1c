"""What the end of a text attends to is kept exactly, head by head; the rest is clustered by weight.

Importance first, as SnapKV tells it (Li et al. 2024, arXiv:2404.14469): by the attention of the
text's own last queries, so it serves what goes on from there. The rest is clustered as Chelsea does
(arXiv:2506.11418), and each centroid gets what its entries had: the mean of their keys and values
by attention, and the attention of all of them together, where Chelsea adds ln n. llama.cpp's
attention takes no weights, but the queries of a head have much in common: there is a direction
along which all of them go about equally far, and a key that is longer in it by b is attended to
exp(b) times as much.
"""

from __future__ import annotations

__all__ = ["LISTENED", "attentive"]

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ops.errors import UsageError
from ops.inference.cores import physical_cores
from ops.inference.kv.attention import Asked
from ops.inference.kv.budget import RECENT, SINKS, places, split
from ops.inference.kv.cluster import blocking, matched
from ops.inference.kv.entries import Entries, joined
from ops.inference.kv.layout import Layout
from ops.inference.kv.mixing import decode_keys, encode_keys
from ops.inference.kv.quants import decode, encode
from ops.inference.kv.rope import rotate, turns

LISTENED: Final = 256
"""Last tokens of a text whose queries are wanted."""
EVERY: Final = 4
"""Of those queries, one in so many is enough."""
EXACT: Final = 0.8
"""Share of the room for what is kept exactly; by measurement, see docs/kv.md."""
CHUNK: Final = 64
LIGHTEST: Final = 1.0
HEAVIEST: Final = 3.0
"""A centroid's logarithmic weight lies between -LIGHTEST and ln n + HEAVIEST."""
RIDGE: Final = 0.01
"""Of the mean square of a query's numbers; keeps the direction short."""
TINY: Final = 1e-9


def attentive(
    entries: Entries,
    layout: Layout,
    queries: Asked,
    size: int,
    *,
    exact: float = EXACT,
    chunk: int = CHUNK,
    sinks: int = SINKS,
    recent: int = RECENT,
) -> Entries:
    """At most `size` entries: each head's most attended ones exactly, weighty centroids of others.

    Args:
        queries: of the text's last tokens, as they were read; see `Reader.read`.
        exact: share of the room that the most attended ones take.
        chunk: entries among which clusters are looked for.

    Raises:
        UsageError: the queries are not of this model, or more than there are entries.
    """
    layers, tokens, heads, width = queries.shape
    fits = (layers, heads, width) == (layout.layers, layout.heads, layout.width)
    if not fits or not 0 < tokens <= len(entries):
        raise UsageError(f"queries of shape {queries.shape} are not of this model and text")
    start, end, room = split(len(entries), size, sinks, recent)
    if room >= end - start:
        return entries
    if not room:
        return joined([entries.part(0, start), entries.part(end, len(entries))])
    count = min(int(room * exact), room - 1)
    others = end - start - count
    wide, left, blocks = blocking(others, room - count, chunk)
    alone = np.arange(others - blocks * wide, dtype=np.int32) + blocks * left
    size = start + count + blocks * left + len(alone) + len(entries) - end
    shape = (layout.layers, size, layout.kv_heads)
    keys = np.empty((*shape, entries.keys.shape[3]), entries.keys.dtype)
    values = np.empty((*shape, entries.values.shape[3]), entries.values.dtype)
    at = np.arange(len(entries) - tokens, len(entries))[::-EVERY][::-1]
    turned = turns(entries.positions, layout)

    def one(task: tuple[int, int]) -> None:
        layer, head = task
        k = decode_keys(entries.keys[layer, :, head], entries.kind, layout)
        v = decode(entries.values[layer, :, head], entries.kind)
        group = slice(head * layout.group, (head + 1) * layout.group)
        asked = queries[layer, at - len(entries), group].reshape(-1, width)
        asked = asked * np.float32(width**-0.5)
        logits, totals = _attention(asked, k, np.repeat(at, layout.group))
        shares = np.exp(logits - totals)
        score = np.square(shares[:, start:end]).mean(axis=0)
        chosen = np.zeros(len(entries), dtype=bool)
        chosen[:start] = chosen[end:] = True
        chosen[start + np.argsort(-score, kind="stable")[:count]] = True
        rest = np.flatnonzero(~chosen)
        bare = rotate(k[rest], turned[rest].conj(), layout)
        labels = matched(bare[: blocks * wide].reshape(1, blocks, wide, width), left)[0]
        labels = labels + np.arange(blocks, dtype=np.int32)[:, None] * left
        groups = _Groups(np.concatenate([labels.ravel(), alone]), shares[:, rest])
        place = np.rint(groups.means(rest[:, None])[:, 0]).astype(np.intp)
        means = rotate(groups.means(bare), turned[place], layout)
        means += groups.heavier(asked @ means.T - totals)[:, None] * _direction(asked)
        edge = start + count
        for out, stored, made in (
            (keys, entries.keys, encode_keys(means, entries.kind, layout)),
            (values, entries.values, encode(groups.means(v[rest]), entries.kind)),
        ):
            exactly = stored[layer, chosen, head]
            out[layer, :, head] = np.concatenate([exactly[:edge], made, exactly[edge:]])

    tasks = [(layer, head) for layer in range(layers) for head in range(layout.kv_heads)]
    with ThreadPoolExecutor(physical_cores()) as pool:
        list(pool.map(one, tasks))
    return Entries(places(entries.positions, size), keys, values, entries.kind)


class _Groups:
    """Entries of one head in clusters, and how much each query attends to them.

    Args:
        labels: (entries,) the cluster of each, none of which is empty.
        shares: (queries, entries).
    """

    def __init__(self, labels: NDArray[np.int32], shares: NDArray[np.float32]) -> None:
        self._order = np.argsort(labels, kind="stable")
        self._sizes = np.bincount(labels)
        self._firsts = np.cumsum(self._sizes) - self._sizes
        shares = shares[:, self._order]
        self._shares = np.add.reduceat(shares, self._firsts, axis=1)
        weights = shares.mean(axis=0) + np.float32(TINY)
        sums = np.add.reduceat(weights, self._firsts)
        self._weights = (weights / np.repeat(sums, self._sizes))[:, None]

    def means(self, numbers: NDArray[Any]) -> NDArray[np.float32]:
        """Of numbers (entries, …) of each cluster, by attention."""
        own = self._weights * numbers[self._order]
        found: NDArray[np.float32] = np.add.reduceat(own, self._firsts, axis=0)
        return found.astype(np.float32, copy=False)

    def heavier(self, alone: NDArray[np.float32]) -> NDArray[np.float32]:
        """The logarithmic weight with which each centroid gets what its entries had.

        Args:
            alone: (queries, clusters) logarithm of what it gets without.
        """
        wanted = self._shares.sum(axis=0) + np.float32(TINY)
        got = np.exp(np.minimum(alone, 0)).sum(axis=0) + np.float32(TINY)
        most = np.log(self._sizes).astype(np.float32) + np.float32(HEAVIEST)
        found: NDArray[np.float32] = np.clip(np.log(wanted / got), -np.float32(LIGHTEST), most)
        return found


def _attention(
    asked: NDArray[np.float32], keys: NDArray[np.float32], at: NDArray[np.intp]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Logits (queries, entries), of entries that come later -inf, and ln of their sums of exp."""
    logits = asked @ keys.T
    late = int(at[0])
    logits[:, late:][np.arange(late, len(keys)) > at[:, None]] = -np.inf
    most = logits.max(axis=1, keepdims=True)
    totals = most + np.log(np.exp(logits - most).sum(axis=1, keepdims=True))
    return logits, totals


def _direction(asked: NDArray[np.float32]) -> NDArray[np.float32]:
    """The direction in which all queries go 1 far, as nearly as can be."""
    width = asked.shape[1]
    squares = (asked.T @ asked / np.float32(len(asked))).astype(np.float64)
    squares += max(RIDGE * np.trace(squares) / width, TINY) * np.eye(width)
    found: NDArray[np.float32] = np.linalg.solve(squares, asked.mean(axis=0)).astype(np.float32)
    return found
