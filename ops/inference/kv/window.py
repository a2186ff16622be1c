"""The first and the last entries (StreamingLLM, Xiao et al. 2023, arXiv:2309.17453)."""

from __future__ import annotations

__all__ = ["window"]

from ops.inference.kv.budget import SINKS, split
from ops.inference.kv.entries import Entries, joined


def window(entries: Entries, size: int, *, sinks: int = SINKS) -> Entries:
    """`size` entries: the first `sinks`, and as many of the last as there is room for."""
    start, _, room = split(len(entries), size, sinks, 0)
    return joined([entries.part(0, start), entries.part(len(entries) - room, len(entries))])
