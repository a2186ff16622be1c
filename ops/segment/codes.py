"""A text as an array of code points, and the white space around many places of it at once."""

from __future__ import annotations

__all__ = ["Codes", "Ints", "codes_of", "is_space", "skipped"]

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Codes: TypeAlias = NDArray[np.uint8] | NDArray[np.uint32]
Ints: TypeAlias = NDArray[np.int64]

_SPACES: Final = np.array([chr(code).isspace() for code in range(0x3002)])
STEPS: Final = 64  # characters of white space that are walked over one by one


def codes_of(text: str) -> Codes:
    """Its code points and a zero after them, so that the places -1 and `len(text)` can be read."""
    if text.isascii():
        return np.frombuffer(f"{text}\0".encode("ascii"), dtype=np.uint8)
    # NumPy keeps strings as code points, and fills them up with zeros.
    return np.array([text], dtype=f"<U{len(text) + 1}").view("<u4")


def is_space(codes: Codes) -> NDArray[np.bool_]:
    """Which of them `str.isspace` holds for."""
    low = codes if codes.itemsize == 1 else np.minimum(codes, len(_SPACES) - 1)
    found: NDArray[np.bool_] = _SPACES[low]
    return found


def skipped(codes: Codes, places: Ints, step: int = 1) -> Ints:
    """The places moved on over white space (step 1), or back over that before them (step -1)."""
    found = places.copy()
    read = 0 if step > 0 else -1
    moving = np.arange(len(found))
    for _ in range(STEPS):
        moving = moving[is_space(codes[found[moving] + read])]
        if not len(moving):
            return found
        found[moving] += step
    # Long runs of white space, each walked through once: the places are in order.
    low = high = -1
    for at in moving[::step].tolist():
        place = int(found[at])
        if not low <= place <= high:
            end = _walked(codes, place, step)
            low, high = min(place, end), max(place, end)
        found[at] = high if step > 0 else low
    return found


def _walked(codes: Codes, place: int, step: int) -> int:
    """One place moved over white space."""
    size = 64
    while True:
        piece = codes[place : place + size] if step > 0 else codes[max(place - size, 0) : place]
        ink = np.flatnonzero(~is_space(piece))
        if len(ink):
            return place + int(ink[0]) if step > 0 else place - len(piece) + int(ink[-1]) + 1
        if not len(piece):
            return place
        place += step * len(piece)
        size *= 2
