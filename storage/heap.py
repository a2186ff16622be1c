"""Gives memory back to the system."""

from __future__ import annotations

__all__ = ["give_back"]

import ctypes
from contextlib import suppress


def give_back() -> None:
    """Return what was freed; after a large scan that is tens of megabytes.

    glibc keeps freed memory for later; other C libraries give it back themselves.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
