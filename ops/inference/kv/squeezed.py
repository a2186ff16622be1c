"""Of a text that is asked about often, what a question is about is restored exactly.

After Squeezed Attention (Hooper et al. 2024, arXiv:2411.09688) and LongHeads (Lu et al. 2024,
arXiv:2402.10685): the keys of a fixed text are clustered once; a question is compared with the
centroids, and the entries of the nearest clusters are what it gets to attend to. Where we differ:
the clusters are Chelsea's; and one choice is made for all layers and heads, after pooling over
neighbours, because a fact can only be told by runs of whole tokens. The question has to be read
after all entries, or after `guarded` ones: after centroids alone its queries look nowhere near.
"""

from __future__ import annotations

__all__ = ["restore", "squeeze"]

from typing import Final

import numpy as np

from ops.inference.kv.attention import Asked, attended
from ops.inference.kv.budget import SINKS, entries_left
from ops.inference.kv.cluster import CHUNK, Clusters, clusters
from ops.inference.kv.entries import Entries
from ops.inference.kv.layout import Layout
from ops.inference.kv.select import Scores, pool, select

POOLED: Final = 25
CENTROIDS: Final = 0.2
SHORTLIST: Final = 4
"""Entries that the centroids propose, to one that is restored."""
LATEST: Final = 32
"""Last entries that stay; fewer than elsewhere, for the question comes after them anyway."""


def squeeze(
    entries: Entries, layout: Layout, *, share: float = CENTROIDS, chunk: int = CHUNK
) -> Clusters:
    """The index of a text: its keys' centroids, and which entries each stands for.

    Args:
        share: centroids to an entry.
    """
    size = entries_left(len(entries), 1 - share)
    return clusters(entries, layout, size, chunk=chunk)


def restore(
    entries: Entries,
    index: Clusters,
    queries: Asked,
    layout: Layout,
    size: int,
    *,
    pooled: int = POOLED,
    sinks: int = SINKS,
    recent: int = LATEST,
) -> Entries:
    """The `size` entries of a text that a question is about, as they are.

    Centroids give a shortlist; on that the keys themselves decide: the most attention that any of
    the question's tokens pays, in the mean over layers and heads.

    Args:
        entries: of the whole text; they may be memory-mapped.
        queries: of the question, read after all entries.
        pooled: neighbours whose scores are averaged.
    """
    near = _near(entries, index, queries, layout)
    count = min(len(entries), SHORTLIST * size)
    listed = np.sort(np.argsort(-near[0, 0], kind="stable")[:count])
    exact = attended(entries, queries, layout, "most", listed)
    scores = np.zeros((1, 1, len(entries)), dtype=np.float32)
    scores[0, 0, listed] = exact.mean(axis=(0, 1))
    return select(entries, pool(scores, pooled), size, sinks=sinks, recent=recent)


def _near(entries: Entries, index: Clusters, queries: Asked, layout: Layout) -> Scores:
    """How much the question attends to the clusters of each entry, pooled."""
    shares = attended(index.centroids, queries, layout)
    found = np.zeros(len(entries), dtype=np.float64)
    for owners, share in zip(
        index.owners.reshape(-1, len(entries)), shares.reshape(-1, shares.shape[2]), strict=True
    ):
        counts = np.bincount(owners, minlength=len(share))
        found += (share / np.maximum(counts, 1))[owners]
    return pool(found.astype(np.float32)[None, None], POOLED)
