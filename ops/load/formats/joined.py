"""One text of several, each with its spans."""

from __future__ import annotations

__all__ = ["Part", "joined"]

from collections.abc import Iterable
from typing import TypeAlias

from ops.load.parsed import Span

Part: TypeAlias = tuple[str, list[Span]]
"""A text and its spans."""


def joined(parts: Iterable[Part], gap: str = "\n\n") -> Part:
    """The texts one after the other, with their spans where they came to lie.

    Those without a word are left out.
    """
    texts, spans = list[str](), list[Span]()
    length = 0
    for text, own in parts:
        if not text.strip():
            continue
        if texts:
            texts.append(gap)
            length += len(gap)
        spans += [each._replace(start=each.start + length, end=each.end + length) for each in own]
        texts.append(text)
        length += len(text)
    return "".join(texts), spans
