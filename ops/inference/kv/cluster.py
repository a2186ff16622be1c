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

from collections.abc import Iterator
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
    shape = (layout.layers, blocks * left, *entries.keys.shape[2:])
    keys, values = np.empty(shape, entries.keys.dtype), np.empty(shape, entries.values.dtype)
    firsts = np.arange(blocks, dtype=np.int32)[:, None]

    def one(layer: int) -> None:
        k = decode_keys(entries.keys[layer], entries.kind, layout)
        k = rotate(k, factors[:, None].conj(), layout)
        v = decode(entries.values[layer], entries.kind)
        k, v = (_blocks(numbers, blocks) for numbers in (k, v))
        # A contiguous transpose is three times faster here than BLAS's routine for A x A^T.
        likeness = k @ np.ascontiguousarray(k.transpose(0, 1, 3, 2))
        labels = _labels(likeness.reshape(-1, width, width), left)
        weights = _weights(labels, left).reshape(-1, blocks, left, width)
        near = np.rint(weights @ np.arange(width, dtype=np.float32)).astype(np.intp)
        place = (near + firsts * width).reshape(-1, blocks * left)
        k, v = _flat(weights @ k), _flat(weights @ v)
        k = rotate(k, factors[place.T], layout)
        keys[layer] = encode_keys(k, entries.kind, layout)
        values[layer] = encode(v, entries.kind)
        of_head = labels.reshape(-1, blocks, width) + firsts * left
        owners[layer] = of_head.reshape(-1, blocks * width)

    with ThreadPoolExecutor(physical_cores()) as pool:
        list(pool.map(one, range(layout.layers)))
    last = np.linspace(width // left - 1, width - 1, left).astype(np.intp)
    positions = entries.positions.reshape(blocks, width)[:, last].ravel()
    return Entries(positions, keys, values, entries.kind), owners


def _labels(likeness: NDArray[np.float32], left: int) -> NDArray[np.intp]:
    """The cluster (blocks, width) of each entry, from inner products (blocks, width, width).

    Sums of inner products over two clusters are the inner product of their sums, so later rounds
    need no keys.
    """
    count = likeness.shape[1]
    found = np.broadcast_to(np.arange(count), likeness.shape[:2])
    for goal in _rounds(count, left):
        label = _round(likeness, goal)
        found = np.take_along_axis(label, found, axis=1)
        if goal > left:
            sums = _one_hot(label, goal)
            likeness = np.matmul(sums @ likeness, sums.transpose(0, 2, 1), dtype=np.float32)
    return found


def _rounds(count: int, left: int) -> Iterator[int]:
    """How many clusters each round leaves; one can take the even entries at most."""
    while count > left:
        count = max(left, count // 2)
        yield count


def _round(likeness: NDArray[np.float32], goal: int) -> NDArray[np.intp]:
    """Where each of `count` entries goes, of which `goal` are left."""
    blocks, count, _ = likeness.shape
    squares = np.maximum(np.einsum("bii->bi", likeness), np.float32(1e-12))
    scale = 1 / np.sqrt(squares)
    pairs = likeness[:, 0::2, 1::2] * scale[:, 0::2, None] * scale[:, None, 1::2]
    best = pairs.argmax(axis=2)
    score = np.take_along_axis(pairs, best[..., None], axis=2)[..., 0]
    gone = np.argsort(-score, axis=1, kind="stable")[:, : count - goal]
    stays = np.ones((blocks, count), dtype=bool)
    np.put_along_axis(stays, gone * 2, False, axis=1)
    rank = np.cumsum(stays, axis=1) - 1
    goes_to = np.take_along_axis(rank, np.take_along_axis(best, gone, axis=1) * 2 + 1, axis=1)
    np.put_along_axis(rank, gone * 2, goes_to, axis=1)
    return rank


def _weights(labels: NDArray[np.intp], left: int) -> NDArray[np.float32]:
    """(blocks, left, width): each row takes the mean of a cluster."""
    sums = _one_hot(labels, left)
    sums /= sums.sum(axis=2, keepdims=True)
    return sums


def _one_hot(labels: NDArray[np.intp], count: int) -> NDArray[np.float32]:
    found: NDArray[np.float32] = (labels[:, None] == np.arange(count)[:, None]).astype(np.float32)
    return found


def _blocks(numbers: NDArray[np.float32], blocks: int) -> NDArray[np.float32]:
    """(entries, heads, width) → (heads, blocks, entries of a block, width); BLAS takes the view."""
    return numbers.reshape(blocks, -1, *numbers.shape[1:]).transpose(2, 0, 1, 3)


def _flat(numbers: NDArray[np.float32]) -> NDArray[np.float32]:
    """The way back of `_blocks`."""
    heads, _, _, width = numbers.shape
    return numbers.transpose(1, 2, 0, 3).reshape(-1, heads, width)
