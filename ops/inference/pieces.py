"""In which pieces a prompt is read where attention is one matrix product (no flash attention).

Every token of a pass meets as many entries as its last one, and llama.cpp rounds their number up to
a multiple of `PADDED` (our build to one of 32). So pieces end where it may begin to read more.
"""

from __future__ import annotations

__all__ = ["LEAST", "PIECE", "stretch"]

from typing import Final

from ops.inference.shape import PADDED

PIECE: Final = 96
"""Most tokens of a pass for each thread: scores of all pairs should stay in a core's cache."""

LEAST: Final = 32
"""Tokens before a border that are worth a pass of their own."""


def stretch(done: int, unread: int, most: int) -> int:
    """How many of so many unread tokens to read next, after so many that are in the memory.

    Args:
        most: tokens of a pass.
    """
    border = PADDED - done % PADDED
    if border < LEAST:
        border += PADDED
    length = min(unread, border)
    return -(-length // -(-length // most)) if length else 0
