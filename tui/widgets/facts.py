"""Columns of a row as people read them: names aligned, values as plain text."""

from __future__ import annotations

__all__ = ["Facts", "columns_of", "told"]

from collections.abc import Mapping
from typing import Any, Final

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from tui.widgets.plain import one_line
from tui.widgets.wrap import wrap

BASE: Final = frozenset(
    {
        "chunk_id",
        "doc_id",
        "level",
        "ordinal",
        "parent_id",
        "start",
        "end",
        "text",
        "tokens",
        "boundary",
        "keywords",
        "entities",
        "uri",
        "title",
        "format",
        "vector",
        "chunk_title",
        "derived_text",
    }
)
"""Columns that have a place of their own."""


def columns_of(row: Mapping[str, Any]) -> dict[str, str]:
    """What the other cells added to a chunk: column → value as text; empty ones are left out."""
    said = {
        name.replace("_", " "): told(value, " › " if name.endswith("_path") else ", ")
        for name, value in row.items()
        if name not in BASE
    }
    return {name: value for name, value in said.items() if value}


def told(value: Any, between: str = ", ") -> str:
    """A value as text; of a keyword its phrase, of a list its items."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.3g}"
        case int():
            return f"{value:,}"
        case {"phrase": phrase}:
            return str(phrase)
        case Mapping():
            parts = {name: told(part) for name, part in value.items()}
            return ", ".join(f"{name} {part}" for name, part in parts.items() if part)
        case list() | tuple():
            return between.join(told(item) for item in value)
        case _:
            return str(value)


class Facts(Widget):
    """Names and values in two columns; a long value goes on under its own beginning."""

    pairs: reactive[tuple[tuple[str, str], ...]] = reactive((), layout=True)

    def __init__(self, limit: int = 400) -> None:
        super().__init__()
        self.limit = limit

    def show(self, pairs: Mapping[str, str]) -> None:
        """Show these instead; empty values are left out."""
        self.pairs = tuple((name, value) for name, value in pairs.items() if value)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.content_size.width))

    def _lines(self, width: int) -> list[Content]:
        indent = max((len(name) for name, _ in self.pairs), default=0) + 2
        lines = []
        for name, value in self.pairs:
            said = one_line(value, self.limit)
            rows = wrap(said, width - indent)
            for row in range(len(rows)):
                start, end = rows.span(row)
                head = name if row == 0 else ""
                lines.append(Content.assemble((head.ljust(indent), "$quiet"), said[start:end]))
        return lines
