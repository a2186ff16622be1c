"""What an observation window's queries attend to (SnapKV, Li et al. 2024, arXiv:2404.14469)."""

from __future__ import annotations

__all__ = ["snap"]

from typing import Final

from ops.inference.kv.attention import Asked, attended
from ops.inference.kv.budget import RECENT, SINKS
from ops.inference.kv.entries import Entries
from ops.inference.kv.layout import Layout
from ops.inference.kv.select import pool, select

POOLED: Final = 7
"""Neighbours whose attention is averaged; the paper's width for short contexts."""


def snap(
    entries: Entries,
    layout: Layout,
    queries: Asked,
    size: int,
    *,
    pooled: int = POOLED,
    sinks: int = SINKS,
    recent: int = RECENT,
) -> Entries:
    """`size` entries: each head keeps what the queries of a window attend to, pooled.

    The paper takes the prompt's end for the window; any queries will do, e.g. those of a general
    question asked after the text.
    """
    scores = pool(attended(entries, queries, layout), pooled)
    return select(entries, scores, size, sinks=sinks, recent=recent)
