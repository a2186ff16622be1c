"""A screen as text: its rows, and below them what is styled how. Small, and read in a diff."""

from __future__ import annotations

from itertools import groupby

from rich.style import Style
from textual.app import App
from textual.color import Color


def frame(app: App[None]) -> str:
    """Every row of the screen, then for each row its runs of styles by their letters."""
    styles: dict[str, str] = {}
    rows, runs = [], []
    for strip in app.screen._compositor.render_strips(app.size):
        cells = [
            (character, _said(segment.style))
            for segment in strip
            if not segment.control
            for character in segment.text
        ]
        rows.append("".join(character for character, _ in cells).rstrip())
        spans = []
        for said, group in groupby(cells, key=lambda cell: cell[1]):
            letter = styles.setdefault(said, _letter(len(styles)))
            spans.append(f"{letter}{len(list(group))}")
        runs.append(" ".join(spans))
    legend = [f"{letter}: {said}" for said, letter in styles.items()]
    return "\n".join([*rows, "", *runs, "", *legend]) + "\n"


def _letter(number: int) -> str:
    high, low = divmod(number, 26)
    return (chr(97 + high - 1) if high else "") + chr(65 + low)


def _said(style: Style | None) -> str:
    if style is None:
        return "none"
    marks = [
        name
        for name in ("bold", "dim", "italic", "underline", "reverse", "strike")
        if getattr(style, name)
    ]
    colours = [
        Color.from_rich_color(colour).hex if colour is not None else "-"
        for colour in (style.color, style.bgcolor)
    ]
    return " ".join([*marks, f"{colours[0]} on {colours[1]}"])
