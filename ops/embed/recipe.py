"""Composes what is embedded from a chunk's text and what is known about it."""

from __future__ import annotations

__all__ = ["PARTS", "Part", "compose"]

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

Part = Literal["title", "headings", "keywords", "context", "text"]
PARTS: Final[tuple[Part, ...]] = ("title", "headings", "keywords", "context", "text")

KEYWORDS: Final = 10
"""At most so many, the best first."""


def compose(recipe: Sequence[Part], title: str, chunk: Mapping[str, Any]) -> str:
    """The text to embed: the parts of the recipe in its order, one a paragraph.

    A part that the chunk lacks is left out, and so is a title that the first heading repeats.

    Args:
        title: of the document.
        chunk: a row with `text`, and with `derived_text` (which then stands for it),
            `heading_path`, `keywords`, `context` where known.
    """
    found = [_part(part, title, chunk) for part in recipe]
    headings = chunk.get("heading_path") or ()
    if "headings" in recipe and "title" in recipe and headings and headings[0] == title:
        found[recipe.index("title")] = ""
    return "\n".join(text for text in found if text.strip())


def _part(part: Part, title: str, chunk: Mapping[str, Any]) -> str:
    match part:
        case "text":
            return str(chunk.get("derived_text") or chunk["text"])
        case "title":
            return title
        case "headings":
            return " > ".join(chunk.get("heading_path") or ())
        case "keywords":
            ranked = (chunk.get("keywords") or ())[:KEYWORDS]
            return ", ".join(keyword["phrase"] for keyword in ranked)
        case "context":
            return chunk.get("context") or ""
