"""Keeping the collector of garbage out of the way of keys."""

from __future__ import annotations

__all__ = ["settle_heap"]

import gc
from typing import Final

YOUNG: Final = (20_000, 20, 50)
"""Objects, and rounds, between two collections of each age."""


def settle_heap() -> None:
    """Take what is loaded now out of every later collection.

    Modules and models are hundreds of thousands of objects that live until the end; looking
    through them takes 100 to 200 ms, in which no key is answered.
    """
    gc.freeze()
    gc.set_threshold(*YOUNG)
