"""A picture of recall against IoU, one dot a variant, as SVG."""

from __future__ import annotations

__all__ = ["Dot", "front"]

from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

WIDTH: Final = 760
HEIGHT: Final = 420
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 24, 52
TICKS: Final = 5


class Dot(NamedTuple):
    """One variant; the arms are 95 % intervals (low, high)."""

    label: str
    recall: float
    iou: float
    recall_arm: tuple[float, float]
    iou_arm: tuple[float, float]


def front(dots: Sequence[Dot], title: str) -> str:
    """A standalone SVG. Dots that no other beats in both are filled and joined by a line."""
    low_x, high_x = _range([x for dot in dots for x in (dot.iou, *dot.iou_arm)])
    low_y, high_y = _range([y for dot in dots for y in (dot.recall, *dot.recall_arm)])

    def x(value: float) -> float:
        return LEFT + (value - low_x) / (high_x - low_x) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (value - low_y) / (high_y - low_y) * (HEIGHT - TOP - BOTTOM)

    best = [
        dot
        for dot in dots
        if not any(
            other.recall >= dot.recall
            and other.iou >= dot.iou
            and (other.recall, other.iou) != (dot.recall, dot.iou)
            for other in dots
        )
    ]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="12"><title>{escape(title)}</title>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for tick in range(TICKS + 1):
        iou = low_x + (high_x - low_x) * tick / TICKS
        recall = low_y + (high_y - low_y) * tick / TICKS
        at_x, at_y, base = f"{x(iou):.1f}", y(recall), HEIGHT - BOTTOM
        parts.append(
            f'<path d="M{at_x} {TOP}V{base}M{LEFT} {at_y:.1f}H{WIDTH - RIGHT}" stroke="#e2e2e2"/>'
            f'<text x="{at_x}" y="{base + 18}" text-anchor="middle">{iou:.3f}</text>'
            f'<text x="{LEFT - 8}" y="{at_y + 4:.1f}" text-anchor="end">{recall:.2f}</text>'
        )
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle">IoU</text>'
        f'<text x="16" y="{HEIGHT / 2}" transform="rotate(-90 16 {HEIGHT / 2})" '
        'text-anchor="middle">recall</text>'
    )
    line = " ".join(f"{x(d.iou):.1f},{y(d.recall):.1f}" for d in sorted(best, key=lambda d: d.iou))
    parts.append(f'<polyline points="{line}" fill="none" stroke="#3a6ea5" stroke-width="1.5"/>')
    for dot in dots:
        dot_x, dot_y = x(dot.iou), y(dot.recall)
        parts.append(
            f'<path d="M{x(dot.iou_arm[0]):.1f} {dot_y:.1f}H{x(dot.iou_arm[1]):.1f}'
            f'M{dot_x:.1f} {y(dot.recall_arm[0]):.1f}V{y(dot.recall_arm[1]):.1f}" '
            'stroke="#9bb6d3"/>'
            f'<circle cx="{dot_x:.1f}" cy="{dot_y:.1f}" r="5" stroke="#3a6ea5" '
            f'fill="{"#3a6ea5" if dot in best else "#ffffff"}"/>'
            f'<text x="{dot_x + 8:.1f}" y="{dot_y - 7:.1f}">{escape(_short(dot.label))}</text>'
        )
    return "\n".join([*parts, "</svg>\n"])


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = (high - low) * 0.08 or 0.05
    return max(low - room, 0.0), high + room


def _short(label: str) -> str:
    plain = "".join(sign if sign.isprintable() else "\ufffd" for sign in label)
    return plain if len(plain) <= 40 else plain[:39] + "…"
