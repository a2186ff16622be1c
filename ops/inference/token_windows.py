"""Windows over a long text's tokens, so that each token is seen with text on both sides."""

from __future__ import annotations

__all__ = ["Window", "token_windows"]

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens that are read together, and those of them whose vectors count."""

    start: int
    end: int
    first: int
    last: int
    """Half-open, in tokens of the text: start ≤ first ≤ last ≤ end."""


def token_windows(count: int, most: int) -> list[Window]:
    """Windows of at most `most` tokens that overlap by half.

    Each token counts in the window in whose middle it lies nearest; every token counts once.
    """
    if count <= most:
        return [Window(0, count, 0, count)]
    step = max(1, most // 2)
    starts = [*range(0, count - most, step), count - most]
    found = []
    first = 0
    for place, start in enumerate(starts):
        end = start + most
        last = count if place == len(starts) - 1 else (starts[place + 1] + end) // 2
        found.append(Window(start, end, first, last))
        first = last
    return found
