"""Where the words of a question stand in a text. Pure."""

from __future__ import annotations

__all__ = ["around", "pattern_of"]

import re
from typing import Final

LEAD: Final = 24
"""Characters shown before the first word found."""


def pattern_of(question: str) -> re.Pattern[str] | None:
    """Finds the question's words, and forms of them with another ending; None without any."""
    words = {word.casefold() for word in re.findall(r"\w{3,}", question)}
    stems = {re.escape(word if len(word) < 5 else word[: max(4, len(word) - 2)]) for word in words}
    if not stems:
        return None
    listed = "|".join(sorted(stems, key=lambda stem: (-len(stem), stem)))
    return re.compile(rf"\b(?:{listed})\w{{0,4}}\b", re.IGNORECASE)


def around(text: str, pattern: re.Pattern[str] | None) -> str:
    """The text from a little before the first word found, or from its beginning."""
    found = pattern.search(text) if pattern is not None else None
    if found is None or found.start() <= LEAD * 2:
        return text
    space = text.find(" ", found.start() - LEAD, found.start())
    return "…" + text[space + 1 if space >= 0 else found.start() :]
