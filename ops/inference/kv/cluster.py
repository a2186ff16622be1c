"""Neighbouring entries with like keys become one (Chelsea, arXiv:2506.11418).

The paper's abstract gives chunks, an alternating partition and centroids of K and V; what it leaves
open is filled in from Token Merging (Bolya et al. 2022, arXiv:2210.09461): cosine similarity, each
even entry joins the most similar odd one, the most similar pairs first, rounds until the size is
right. Where we differ: keys are compared and averaged with their rotation taken off, and the mean
is rotated to the middle of its cluster, which keeps perplexity better at every setting tried; and
a centroid counts as one entry, since llama.cpp's attention takes no weights.
"""

from __future__ import annotations

__all__ = ["CHUNK", "Clusters", "cluster", "clusters", "merge"]

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.inference.cores import physical_cores
from ops.inference.kv.budget import RECENT, SINKS, split
from ops.inference.kv.entries import Entries, joined
from ops.inference.kv.layout import Layout
from ops.inference.kv.mixing import decode_keys, encode_keys
from ops.inference.kv.quants import decode, encode
from ops.inference.kv.rope import rotate, turns

CHUNK: Final = 16
TOGETHER: Final = 48
"""Blocks that are merged at a time: what they need stays in a core's own cache."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """Centroids, and (layers, kv heads, entries) which of them stands for each entry."""

    centroids: Entries
    owners: NDArray[np.int32]


def cluster(
    entries: Entries,
    layout: Layout,
    size: int,
    *,
    chunk: int = CHUNK,
    sinks: int = SINKS,
    recent: int = RECENT,
) -> Entries:
    """At most `size` entries: first and last ones as they are, the others merged within chunks.

    Args:
        chunk: entries among which clusters are looked for.
        sinks: first entries that stay.
        recent: last entries that stay.
    """
    return clusters(entries, layout, size, chunk=chunk, sinks=sinks, recent=recent).centroids


def clusters(
    entries: Entries,
    layout: Layout,
    size: int,
    *,
    chunk: int = CHUNK,
    sinks: int = SINKS,
    recent: int = RECENT,
) -> Clusters:
    """As `cluster`, and which entries each centroid stands for."""
    start, end, room = split(len(entries), size, sinks, recent)
    middle = end - start
    owners = np.empty((layout.layers, layout.kv_heads, len(entries)), dtype=np.int32)
    if room >= middle:
        owners[:] = np.arange(len(entries))
        return Clusters(entries, owners)
    width, left, blocks = _blocking(middle, room, chunk)
    merged_to = start + blocks * width
    merged, labels = merge(entries.part(start, merged_to), layout, width, left)
    owners[..., :start] = np.arange(start)
    owners[..., start:merged_to] = start + labels
    owners[..., merged_to:] = np.arange(len(entries) - merged_to) + start + blocks * left
    parts = [entries.part(0, start), merged, entries.part(merged_to, len(entries))]
    return Clusters(joined(parts), owners)


def _blocking(middle: int, room: int, chunk: int) -> tuple[int, int, int]:
    """Width of a block, centroids of each, and blocks: as many as it takes, from the start.

    The width is near `chunk` and such that `middle` entries become `room`, nearly; those behind
    the last block stay as they are.
    """
    if not room:
        return middle, 0, 1
    left = min(room, max(1, round(chunk * room / middle)))
    width = -(-left * middle // room)
    while (blocks := -(-(middle - room) // (width - left))) * width > middle:
        width += 1
    return width, left, blocks


def merge(
    entries: Entries, layout: Layout, width: int, left: int
) -> tuple[Entries, NDArray[np.int32]]:
    """Each block of `width` entries becomes `left` centroids, each head by its own likeness.

    Returns:
        The centroids, and (layers, heads, entries) the one that each entry has become.
    """
    blocks = len(entries) // width
    owners = np.zeros((layout.layers, layout.kv_heads, len(entries)), dtype=np.int32)
    if not left:
        return entries.part(0, 0), owners
    offsets = entries.positions - np.repeat(entries.positions[::width], width)
    factors = turns(offsets, layout)
    # For every head, so that turning runs over memory in one go; to a common place in each block.
    back = np.repeat(factors.conj()[:, None], layout.kv_heads, axis=1)
    shape = (layout.layers, blocks * left, *entries.keys.shape[2:])
    keys, values = np.empty(shape, entries.keys.dtype), np.empty(shape, entries.values.dtype)
    firsts = np.arange(blocks, dtype=np.int32)[:, None]

    def one(task: tuple[int, int]) -> None:
        layer, start = task
        some = slice(start, min(start + TOGETHER, blocks))
        own, out = (slice(some.start * size, some.stop * size) for size in (width, left))
        count = some.stop - some.start
        k = rotate(decode_keys(entries.keys[layer, own], entries.kind, layout), back[own], layout)
        v = decode(entries.values[layer, own], entries.kind)
        labels, sums = _matched(_blocks(k, count), left)
        weights = _one_hot(labels, left)
        counts = weights.sum(axis=3, keepdims=True)
        weights /= counts
        near = np.rint(weights @ np.arange(width, dtype=np.float32)).astype(np.intp)
        place = (near + firsts[some] * width).reshape(-1, count * left)
        sums /= counts
        k = rotate(_flat(sums), factors[place.T], layout)
        keys[layer, out] = encode_keys(k, entries.kind, layout)
        values[layer, out] = encode(_flat(weights @ _blocks(v, count)), entries.kind)
        owners[layer, :, own] = (labels + firsts[some] * left).reshape(-1, count * width)

    tasks = [(layer, at) for layer in range(layout.layers) for at in range(0, blocks, TOGETHER)]
    with ThreadPoolExecutor(physical_cores()) as pool:
        list(pool.map(one, tasks))
    last = np.linspace(width // left - 1, width - 1, left).astype(np.intp)
    positions = entries.positions.reshape(blocks, width)[:, last].ravel()
    return Entries(positions, keys, values, entries.kind), owners


def _matched(keys: NDArray[np.float32], left: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Soft matching in rounds, until each block has `left` clusters.

    Args:
        keys: (heads, blocks, width, numbers of a key).

    Returns:
        The cluster (heads, blocks, width) of each entry, and the sums (heads, blocks, left,
        numbers) of the keys of each.
    """
    sums, count = keys, keys.shape[2]
    found = np.broadcast_to(np.arange(count, dtype=np.int32), keys.shape[:3])
    while count > left:
        goal = max(left, count // 2)
        labels, sums = _round(sums, goal)
        found = np.take_along_axis(labels, found, axis=2)
        count = goal
    return found, sums


def _round(keys: NDArray[np.float32], goal: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Where each of the clusters goes, of which `goal` are left, and the new sums.

    Each even one looks for the most similar odd one; the most similar pairs become one first.
    """
    even, odd = keys[:, :, 0::2], keys[:, :, 1::2]
    heads, blocks, count, _ = keys.shape
    pairs = even @ odd.transpose(0, 1, 3, 2)
    pairs *= _inverse_lengths(odd)[:, :, None]
    best = pairs.argmax(axis=3).astype(np.int32)
    labels = np.empty((heads, blocks, count), dtype=np.int32)
    if goal == odd.shape[2]:  # every even one goes
        labels[:, :, 0::2] = best
        labels[:, :, 1::2] = np.arange(goal)
        return labels, _one_hot(best, goal) @ even + odd
    score = np.take_along_axis(pairs, best[..., None], axis=3)[..., 0] * _inverse_lengths(even)
    gone = np.argsort(-score, axis=2, kind="stable")[:, :, : count - goal]
    stays = np.ones(labels.shape, dtype=bool)
    np.put_along_axis(stays, gone * 2, False, axis=2)
    np.cumsum(stays, axis=2, out=labels)
    labels -= 1
    goes_to = np.take_along_axis(labels, np.take_along_axis(best, gone, axis=2) * 2 + 1, axis=2)
    np.put_along_axis(labels, gone * 2, goes_to, axis=2)
    return labels, _one_hot(labels, goal) @ keys


def _inverse_lengths(keys: NDArray[np.float32]) -> NDArray[np.float32]:
    squares = np.einsum("hbid,hbid->hbi", keys, keys)
    found: NDArray[np.float32] = 1 / np.sqrt(np.maximum(squares, np.float32(1e-12)))
    return found


def _one_hot(labels: NDArray[np.int32], count: int) -> NDArray[np.float32]:
    """(…, count, width) from labels (…, width)."""
    wanted = np.arange(count, dtype=np.int32)[:, None]
    found: NDArray[np.float32] = (labels[..., None, :] == wanted).astype(np.float32)
    return found


def _blocks(numbers: NDArray[np.float32], blocks: int) -> NDArray[np.float32]:
    """(entries, heads, width) → (heads, blocks, entries of a block, width); BLAS takes the view."""
    return numbers.reshape(blocks, -1, *numbers.shape[1:]).transpose(2, 0, 1, 3)


def _flat(numbers: NDArray[np.float32]) -> NDArray[np.float32]:
    """The way back of `_blocks`."""
    heads, _, _, width = numbers.shape
    return numbers.transpose(1, 2, 0, 3).reshape(-1, heads, width)
