"""Numbers as a line of small bars. Pure."""

from __future__ import annotations

__all__ = ["bar", "merged", "spark"]

from collections.abc import Sequence
from typing import Final

LEVELS: Final = "▁▂▃▄▅▆▇█"


def spark(counts: Sequence[int]) -> str:
    """One bar a count, the largest full; nothing at all is a space, the least of something a ▁."""
    top = max(counts, default=0)
    if top <= 0:
        return ""
    last = len(LEVELS) - 1
    return "".join(LEVELS[round(count / top * last)] if count > 0 else " " for count in counts)


def merged(counts: Sequence[int], most: int) -> list[int]:
    """The same counts in at most `most` bins, neighbours added up; none where there is no room."""
    if most < 4 or not counts:
        return []
    together = -(-len(counts) // most)
    return [sum(counts[n : n + together]) for n in range(0, len(counts), together)]


def bar(done: int, total: int, width: int) -> tuple[str, str]:
    """The done and the open part of a progress bar, `width` cells together."""
    share = min(done / total, 1.0) if total else 1.0
    full = round(share * width)
    return "━" * full, "━" * (width - full)
