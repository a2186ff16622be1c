"""A picture of how long chunks are."""

from __future__ import annotations

__all__ = ["figures", "picture"]

import base64
from typing import Final

import polars as pl

BARS: Final = 24
WIDTH: Final = 480
HEIGHT: Final = 140
FOOT: Final = 18
"""Pixels below the bars, for the scale."""
MARKS: Final = "\u2007▁▂▃▄▅▆▇█"
BAR: Final = "#6b7fd7"
LINE: Final = "#c0504d"
INK: Final = "#777777"


def picture(tokens: pl.Series, budget: int | None) -> str:
    """A histogram of chunk lengths as Markdown, an image that holds itself.

    Args:
        tokens: the length of each chunk.
        budget: the largest length allowed, drawn as a line.
    """
    if tokens.is_empty():
        return "no chunks"
    counts, step = _counts(tokens, budget)
    drawn = base64.b64encode(_svg(counts, step, budget).encode()).decode()
    said = figures(tokens)
    return f"![chunks by their length in tokens](data:image/svg+xml;base64,{drawn})\n\n{said}"


def figures(tokens: pl.Series) -> str:
    """The same in one line."""
    if tokens.is_empty():
        return "no chunks"
    counts, _ = _counts(tokens, None)
    top = max(counts)
    bars = "".join(MARKS[-(-count * (len(MARKS) - 1) // top)] for count in counts)
    middle, high = (_whole(tokens.quantile(share, "nearest")) for share in (0.5, 0.95))
    return (
        f"{bars} {len(tokens)} chunks of {_whole(tokens.min())} to {_whole(tokens.max())} tokens, "
        f"half of them up to {middle}, 95 % up to {high}"
    )


def _counts(tokens: pl.Series, budget: int | None) -> tuple[list[int], int]:
    """How many chunks are in each bar, from 1 token on, and how many lengths a bar spans."""
    longest = max(_whole(tokens.max()), budget or 0, 1)
    step = -(-longest // BARS)
    counts = [0] * (-(-longest // step))
    for index, count in ((tokens.clip(lower_bound=1) - 1) // step).value_counts().iter_rows():
        counts[index] += count
    return counts, step


def _whole(value: object) -> int:
    return int(value) if isinstance(value, (int, float)) else 0


def _svg(counts: list[int], step: int, budget: int | None) -> str:
    width, top, foot = WIDTH / len(counts), max(counts), HEIGHT - FOOT
    parts = []
    for index, count in enumerate(counts):
        tall = foot * count / top
        parts.append(
            f'<rect x="{index * width + 1:.1f}" y="{foot - tall:.1f}" width="{width - 2:.1f}" '
            f'height="{tall:.1f}" fill="{BAR}"><title>{index * step + 1} to '
            f"{(index + 1) * step} tokens: {count}</title></rect>"
        )
    end = len(counts) * step
    if budget is not None:
        at = WIDTH * budget / end
        parts.append(f'<path d="M{at:.1f} 0V{foot}" stroke="{LINE}" stroke-dasharray="4 3"/>')
    label = f'font-family="sans-serif" font-size="11" fill="{INK}"'
    parts += [
        f'<text x="0" y="{HEIGHT - 4}" {label}>1</text>',
        f'<text x="{WIDTH}" y="{HEIGHT - 4}" text-anchor="end" {label}>{end} tokens</text>',
    ]
    box = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{"".join(parts)}</svg>'
