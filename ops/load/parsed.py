"""What a format module makes of bytes: text with the spans of its structure."""

from __future__ import annotations

__all__ = [
    "MAX_HEADING",
    "VERBATIM",
    "Blob",
    "Parsed",
    "Span",
    "first_heading",
    "in_span_order",
    "one_line",
]

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

MAX_HEADING: Final = 500
"""Characters. What is longer is a paragraph, whatever its markup says."""

VERBATIM: Final = frozenset({"text", "markdown", "csv", "tsv", "vtt", "srt"})
"""Formats whose text is exactly what the file holds, so that offsets lead back to its bytes."""

OUTER_FIRST: Final = (
    ("page",),
    ("heading", "turn"),
    ("list", "table"),
    ("row",),
    ("code",),
    ("paragraph",),
)
RANK: Final = {kind: rank for rank, kinds in enumerate(OUTER_FIRST) for kind in kinds}


class Span(NamedTuple):
    """A span of a document's text (`ops.frames.STRUCTURE`)."""

    kind: str
    start: int
    end: int
    level: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Blob:
    """The bytes of a file, with the name that errors call it by."""

    name: str
    raw: bytes
    limit: int
    """Most bytes that it may unpack to."""
    otherwise: str = ""
    """Encoding of a text that is not UTF-8 and does not say what it is; empty where none may be."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """One document, not yet a row. `text` holds no lone surrogates."""

    text: str
    format: str
    title: str = ""
    """Empty when the document names none."""
    spans: list[Span] = field(default_factory=list)
    metadata: list[tuple[str, str]] = field(default_factory=list)
    fragment: str = ""
    """Tells apart the documents of one item; empty when the item is the document."""


def in_span_order(spans: Iterable[Span]) -> list[Span]:
    """By start; of two that start together, the outer first."""
    return sorted(spans, key=lambda span: (span.start, -span.end, RANK[span.kind]))


def first_heading(spans: Iterable[Span]) -> str:
    """The first heading of the top level, else the first heading, else nothing."""
    headings = [span for span in spans if span.kind == "heading"]
    top = next((span.label for span in headings if span.level == 1), "")
    return top or (headings[0].label if headings else "")


def one_line(text: str) -> str:
    """The text with each run of white space made one space."""
    return " ".join(text.split())
