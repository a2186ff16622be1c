"""Neighbouring entries with like keys become one (Chelsea, arXiv:2506.11418).

The paper's abstract gives chunks, an alternating partition and centroids of K and V; what it leaves
open is filled in from Token Merging (Bolya et al. 2022, arXiv:2210.09461): cosine similarity, each
even entry joins the most similar odd one, the most similar pairs first, rounds until the size is
right. Where we differ: keys are compared and averaged with their rotation taken off, and the mean
is rotated to the middle of its cluster, which keeps perplexity better at every setting tried; half
of the entries that are left are the last ones as they are; and a centroid counts as one entry,
unless queries tell what it should weigh.
"""

from __future__ import annotations

__all__ = ["CHUNK", "Clusters", "blocking", "cluster", "clusters", "matched", "merge"]

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.inference.cores import physical_cores
from ops.inference.kv.attention import Asked
from ops.inference.kv.budget import RECENT, SINKS, split
from ops.inference.kv.entries import Entries, joined
from ops.inference.kv.layout import Layout
from ops.inference.kv.mixing import decode_keys, encode_keys
from ops.inference.kv.quants import decode, encode
from ops.inference.kv.rope import rotate, turns
from ops.inference.kv.weighing import Weighing, weigh

CHUNK: Final = 16
WEIGHED_CHUNK: Final = 32
"""Where queries weigh centroids; by measurement, see docs/kv.md."""
TOGETHER: Final = 96
"""Blocks that are merged at a time: enough for the threads to be in NumPy most of the time."""


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
    queries: Asked | None = None,
    chunk: int | None = None,
    sinks: int = SINKS,
    recent: int | None = None,
) -> Entries:
    """At most `size` entries: first and last ones as they are, the others merged within chunks.

    Args:
        queries: of the text's last tokens, see `Reader.read`. With them it takes four times as
            long: matching goes gently, and centroids are means by what the queries attend to and
            weigh what their entries did. Without them a centroid is the plain mean and counts as
            one entry.
        chunk: entries among which clusters are looked for; 16, or 32 with queries.
        sinks: first entries that stay.
        recent: last entries that stay; half of those that are left unless it is given.

    Raises:
        UsageError: the queries are not of this model, or more than there are entries.
    """
    weighing = None if queries is None else weigh(entries, queries, layout)
    found = clusters(
        entries,
        layout,
        size,
        chunk=chunk or (WEIGHED_CHUNK if weighing else CHUNK),
        sinks=sinks,
        recent=size if recent is None else recent,  # of which `split` takes half
        weighing=weighing,
    )
    return found.centroids


def clusters(
    entries: Entries,
    layout: Layout,
    size: int,
    *,
    chunk: int = CHUNK,
    sinks: int = SINKS,
    recent: int = RECENT,
    weighing: Weighing | None = None,
) -> Clusters:
    """As `cluster`, and which entries each centroid stands for.

    Args:
        weighing: of all entries, if they are to be weighed.
    """
    start, end, room = split(len(entries), size, sinks, recent)
    middle = end - start
    owners = np.empty((layout.layers, layout.kv_heads, len(entries)), dtype=np.int32)
    if room >= middle:
        owners[:] = np.arange(len(entries))
        return Clusters(entries, owners)
    width, left, blocks = blocking(middle, room, chunk)
    merged_to = start + blocks * width
    own = weighing and weighing.part(start, merged_to)
    merged, labels = merge(entries.part(start, merged_to), layout, width, left, own)
    owners[..., :start] = np.arange(start)
    owners[..., start:merged_to] = start + labels
    owners[..., merged_to:] = np.arange(len(entries) - merged_to) + start + blocks * left
    parts = [entries.part(0, start), merged, entries.part(merged_to, len(entries))]
    return Clusters(joined(parts), owners)


def blocking(middle: int, room: int, chunk: int) -> tuple[int, int, int]:
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
    entries: Entries,
    layout: Layout,
    width: int,
    left: int,
    weighing: Weighing | None = None,
) -> tuple[Entries, NDArray[np.int32]]:
    """Each block of `width` entries becomes `left` centroids, each head by its own likeness.

    Args:
        weighing: of these entries; where there is one, matching goes gently.

    Returns:
        The centroids, and (layers, heads, entries) the one that each entry has become.
    """
    blocks = len(entries) // width
    owners = np.zeros((layout.layers, layout.kv_heads, len(entries)), dtype=np.int32)
    if not left:
        return entries.part(0, 0), owners
    # A block's keys are turned to its first place and back, by offsets that are few.
    offsets = entries.positions.reshape(blocks, width) - entries.positions[::width, None]
    known, which = np.unique(offsets, return_inverse=True)
    table = turns(known, layout)
    which = which.reshape(blocks, width)
    alike = bool((which == which[0]).all())
    # For every head, so that turning runs over memory in one go.
    back = np.repeat(table.conj()[:, None], layout.kv_heads, axis=1)
    common = back[which[0]]
    shape = (layout.layers, blocks * left, *entries.keys.shape[2:])
    keys, values = np.empty(shape, entries.keys.dtype), np.empty(shape, entries.values.dtype)
    firsts = np.arange(blocks, dtype=np.int32)[:, None]

    def one(task: tuple[int, int]) -> None:
        layer, start = task
        some = slice(start, min(start + TOGETHER, blocks))
        own, out = (slice(some.start * size, some.stop * size) for size in (width, left))
        count = some.stop - some.start
        k = decode_keys(entries.keys[layer, own], entries.kind, layout)
        k = k.reshape(count, width, layout.kv_heads, layout.width)
        k = _heads_first(rotate(k, common if alike else back[which[some]], layout))
        v = decode(entries.values[layer, own], entries.kind)
        v = _heads_first(v.reshape(count, width, layout.kv_heads, layout.width))
        labels = matched(k, left, gently=weighing is not None)
        weights = _one_hot(labels, left)
        sums = sizes = weights.sum(axis=3, keepdims=True)
        if weighing:
            weights *= weighing.shares[layer, :, own].reshape(-1, count, 1, width)
            sums = weights.sum(axis=3, keepdims=True)
        weights /= sums
        near = np.rint(weights @ np.arange(width, dtype=np.float32)).astype(np.intp)
        places = np.take(which[some], near + np.arange(count)[:, None] * width)
        k = rotate(_flat(weights @ k), table[places.reshape(-1, count * left).T], layout)
        if weighing:
            wanted, many = (each.reshape(-1, count * left) for each in (sums, sizes))
            k = weighing.heavier(layer, k.transpose(1, 0, 2), wanted, many).transpose(1, 0, 2)
        keys[layer, out] = encode_keys(k, entries.kind, layout)
        values[layer, out] = encode(_flat(weights @ v), entries.kind)
        owners[layer, :, own] = (labels + firsts[some] * left).reshape(-1, count * width)

    tasks = [(layer, at) for layer in range(layout.layers) for at in range(0, blocks, TOGETHER)]
    with ThreadPoolExecutor(physical_cores()) as pool:
        list(pool.map(one, tasks))
    last = np.linspace(width // left - 1, width - 1, left).astype(np.intp)
    positions = entries.positions.reshape(blocks, width)[:, last].ravel()
    return Entries(positions, keys, values, entries.kind), owners


def matched(keys: NDArray[np.float32], left: int, *, gently: bool = False) -> NDArray[np.int32]:
    """Soft matching in rounds, until each block has `left` clusters.

    All that matching asks of the keys are their products, and products of sums are sums of
    products, so the keys themselves are looked at once.

    Args:
        keys: (heads, blocks, width, numbers of a key).
        gently: in a round half of the even ones go, the likest, instead of all. More rounds, and
            better clusters.

    Returns:
        The cluster (heads, blocks, width) of each entry.
    """
    count = keys.shape[2]
    found: NDArray[np.int32] | None = None
    products = _products(keys)
    while count > left:
        going = (count + 1) // 2
        goal = max(left, count - (max(1, going // 2) if gently else going))
        labels = _round(products, goal)
        found = labels if found is None else _rows(labels, found)
        count = goal
        if count > left:
            sums = _one_hot(labels, goal)
            products = np.matmul(np.matmul(sums, products), sums.transpose(0, 1, 3, 2))
    if found is None:
        return np.broadcast_to(np.arange(count, dtype=np.int32), keys.shape[:3])
    return found


def _products(keys: NDArray[np.float32]) -> NDArray[np.float32]:
    """(heads, blocks, width, width) of each with each.

    In two halves: where both sides are the same array NumPy takes a path for symmetric results
    that is four times slower for small ones.
    """
    turned = keys.transpose(0, 1, 3, 2)
    found = np.empty((*keys.shape[:3], keys.shape[2]), dtype=np.float32)
    for half in (0, 1):
        np.matmul(keys[:, :, half::2], turned, out=found[:, :, half::2])
    return found


def _round(products: NDArray[np.float32], goal: int) -> NDArray[np.int32]:
    """Where each of the clusters goes, of which `goal` are left.

    Each even one looks for the most similar odd one; the most similar pairs become one first.

    Args:
        products: (heads, blocks, clusters, clusters) of each one's sum with each other's.
    """
    count = products.shape[2]
    odd = count // 2
    squares = np.diagonal(products, axis1=2, axis2=3)
    inverse = 1 / np.sqrt(np.maximum(squares, np.float32(1e-12)))
    likeness = products[:, :, 0::2, 1::2] * inverse[:, :, None, 1::2]
    best = likeness.argmax(axis=3).astype(np.int32)
    labels = np.empty(products.shape[:3], dtype=np.int32)
    if goal == odd:  # every even one goes
        labels[:, :, 0::2] = best
        labels[:, :, 1::2] = np.arange(odd)
        return labels
    score = likeness.max(axis=3) * inverse[:, :, 0::2]
    gone = np.argsort(-score, axis=2, kind="stable")[:, :, : count - goal]
    leaves = np.zeros(score.shape, dtype=bool)
    np.put_along_axis(leaves, gone, True, axis=2)
    stays = np.ones(labels.shape, dtype=bool)
    np.logical_not(leaves, out=stays[:, :, 0::2])
    np.cumsum(stays, axis=2, out=labels)
    labels -= 1
    np.copyto(labels[:, :, 0::2], _rows(labels, best * 2 + 1), where=leaves)
    return labels


def _rows(values: NDArray[np.int32], at: NDArray[np.int32]) -> NDArray[np.int32]:
    """`take_along_axis` on the last one, without its index arrays."""
    width = values.shape[-1]
    firsts = np.arange(0, values.size, width, dtype=np.int32).reshape(*values.shape[:-1], 1)
    return np.take(values, at + firsts)


def _one_hot(labels: NDArray[np.int32], count: int) -> NDArray[np.float32]:
    """(…, count, width) from labels (…, width)."""
    wanted = np.arange(count, dtype=np.int32)[:, None]
    found: NDArray[np.float32] = (labels[..., None, :] == wanted).astype(np.float32)
    return found


def _heads_first(numbers: NDArray[np.float32]) -> NDArray[np.float32]:
    """(blocks, entries of a block, heads, width) → (heads, blocks, …); BLAS takes the view."""
    return numbers.transpose(2, 0, 1, 3)


def _flat(numbers: NDArray[np.float32]) -> NDArray[np.float32]:
    """(heads, blocks, entries of a block, width) → (entries, heads, width)."""
    heads, _, _, width = numbers.shape
    return numbers.transpose(1, 2, 0, 3).reshape(-1, heads, width)
