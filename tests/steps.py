"""Work counted in calls: the same on every machine, however busy it is."""

from __future__ import annotations

__all__ = ["is_linear", "steps"]

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def steps(act: Callable[[], object]) -> int:
    """How many functions, of Python and of C, an action calls in this thread."""
    count = 0

    def seen(frame: FrameType, event: str, arg: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        act()
    finally:
        sys.setprofile(before)
    return count


def is_linear(act: Callable[[int], object], size: int) -> bool:
    """Whether ten times the size takes about ten times the calls.

    What one call of a C function costs is not seen: the curves of `chunkbook bench` show that.
    """
    act(size // 10)  # what is made once, and kept
    return steps(lambda: act(10 * size)) <= 15 * steps(lambda: act(size)) + 100
