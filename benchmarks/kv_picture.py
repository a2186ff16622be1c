"""Draws what `chunkbook bench kv --json` found: what is kept, over the share of entries dropped.

python -m benchmarks.kv_picture RESULT.json docs/kv_curves.svg
"""

from __future__ import annotations

__all__ = ["picture"]

import json
import sys
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Final, TypeAlias

Curve: TypeAlias = Sequence[tuple[float, float]]
"""(share of entries that went, share of the information kept), ascending."""

WIDTH: Final = 720
HEIGHT: Final = 400
LEFT: Final = 56
RIGHT: Final = 600
TOP: Final = 24
BOTTOM: Final = 344
LINES: Final = (
    ("#0b6e4f", ""),
    ("#b3541e", "6 3"),
    ("#3d5a98", "2 3"),
    ("#8a2f6b", "8 3 2 3"),
    ("#6b6b6b", "4 2"),
    ("#111111", ""),
    ("#b58900", "1 2"),
)
"""Colour and dashes: told apart without colour, too."""
GAP: Final = 16
"""Least distance of two names."""


def picture(curves: Mapping[str, Curve]) -> str:
    """An SVG of all curves, names at their ends."""
    points = [point for curve in curves.values() for point in curve]
    shares = sorted({share for share, _ in points})
    low = min(0.0, *(value for _, value in points))
    high = max(1.0, *(value for _, value in points))

    def across(share: float) -> float:
        return LEFT + (share - shares[0]) / ((shares[-1] - shares[0]) or 1) * (RIGHT - LEFT)

    def up(value: float) -> float:
        return BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP)

    parts = [f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>']
    for tick in range(0, 101, 20):
        y = up(tick / 100)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{RIGHT}" stroke="#dddddd"/>')
        parts.append(_text(LEFT - 8, y + 4, f"{tick} %", "end"))
    parts += [
        _text(across(share), BOTTOM + 20, f"{share * 100:.0f} %", "middle") for share in shares
    ]
    parts.append(_text((LEFT + RIGHT) / 2, HEIGHT - 14, "fewer entries", "middle"))
    parts.append(_text(LEFT, TOP - 8, "information kept", "start"))
    names = _spread({name: up(curve[-1][1]) for name, curve in curves.items()})
    for (name, curve), (colour, dashes) in zip(curves.items(), LINES, strict=False):
        path = "L".join(f"{across(share):.1f} {up(value):.1f}" for share, value in curve)
        parts.append(
            f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2" '
            f'stroke-dasharray="{dashes}"/>'
        )
        for share, value in curve:
            parts.append(
                f'<circle cx="{across(share):.1f}" cy="{up(value):.1f}" r="3" fill="{colour}">'
                f"<title>{escape(name)}, {share:.0%} fewer: {value:.3f}</title></circle>"
            )
        parts.append(_text(RIGHT + 10, names[name] + 4, name, "start", colour))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" font-size="12" role="img" '
        f'aria-label="Information kept over the share of entries dropped, by policy">'
        f"{''.join(parts)}</svg>\n"
    )


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#333333") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}"'
    return f'<text {place} text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'


def _spread(places: Mapping[str, float]) -> dict[str, float]:
    """Places pushed apart downwards, in their order; then up again what lies below the picture."""
    names = sorted(places, key=lambda name: places[name])
    found: list[float] = []
    for name in names:
        found.append(max(places[name], found[-1] + GAP if found else places[name]))
    limit = float(BOTTOM)
    for at in reversed(range(len(found))):
        found[at] = min(found[at], limit)
        limit = found[at] - GAP
    return dict(zip(names, found, strict=True))


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:3])
    result = json.loads(source.read_text(encoding="utf-8"))
    target.write_text(picture(result["settings"]["curves"]), encoding="utf-8")
