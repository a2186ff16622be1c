"""Why a chunk ends where it ends, in a few words."""

from __future__ import annotations

__all__ = ["around_cut", "place_line", "reason"]

from collections.abc import Mapping
from typing import Any, Final

from textual.content import Content

from tui.widgets.figures import count, counted
from tui.widgets.plain import one_line

REASONS: Final = {
    "end": "the text ends",
    "budget": "the budget was full",
    "heading": "a heading follows",
    "perplexity": "easier to expect than its neighbours",
    "margin": "the model would split here",
    "unexpected": "the subject changes, and the model did not expect what follows",
    "information": "its information is full",
    "model": "the model names this place",
    "unanswered": "the model gave no answer that fits",
}
SHOWN: Final = 28
"""Characters shown on each side of a cut."""


def reason(row: Mapping[str, Any]) -> str:
    """Separator, score and threshold of the end of a chunk."""
    told = str(row["boundary"])
    said = REASONS.get(told, told)
    score, threshold = row.get("boundary_score"), row.get("boundary_threshold")
    if score is not None:
        said += f", score {score:.3f}"
    if threshold is not None:
        said += f" against {threshold:.3f}"
    return said


def around_cut(text: str, end: int) -> str:
    """The words on both sides of a cut."""
    before, after = text[max(end - SHOWN * 3, 0) : end], text[end : end + SHOWN * 3]
    left, right = one_line(before.rstrip()[-SHOWN:]), one_line(after.lstrip()[:SHOWN])
    return f"…{left} ┃ {right}…" if right else f"…{left} ┃"


def place_line(row: Mapping[str, Any], place: int, total: int) -> Content:
    """Number, length and place of a chunk."""
    return Content.assemble(
        (f"Chunk {place + 1:,}", "bold"),
        (f" of {total:,}  ", "$quiet"),
        f"{counted(row['tokens'], 'token')}  {count(row['start'])} – {count(row['end'])}",
        (f"  {row['chunk_id']}", "$faint"),
    )
