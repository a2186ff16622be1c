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
from ops.inference.kv.select import pool, select

POOLED: Final = 25
CENTROIDS: Final = 0.2
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

    Args:
        entries: of the whole text; only what is chosen is read, so they may be memory-mapped.
        queries: of the question, read after all entries.
        pooled: neighbours whose scores are averaged.
    """
    shares = attended(index.centroids, queries, layout)
    scores = np.zeros(len(entries), dtype=np.float64)
    for owners, share in zip(
        index.owners.reshape(-1, len(entries)), shares.reshape(-1, shares.shape[2]), strict=True
    ):
        counts = np.bincount(owners, minlength=len(share))
        scores += (share / np.maximum(counts, 1))[owners]
    mean = (scores / shares[..., 0].size).astype(np.float32)
    return select(entries, pool(mean[None, None], pooled), size, sinks=sinks, recent=recent)
