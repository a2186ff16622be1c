"""Plain text and reStructuredText, kept as they are."""

from __future__ import annotations

__all__ = ["paragraphs", "parse_rst", "parse_text", "sections"]

import re
from collections.abc import Iterator

from ops.load.formats.decode import decode
from ops.load.parsed import MAX_HEADING, Blob, Parsed, Span, first_heading

NEWLINE = r"(?:\r\n|\r(?!\n)|\n)"
BLANK_LINES = re.compile(rf"{NEWLINE}(?:[^\S\r\n]*{NEWLINE})+")
LINE = re.compile(rf"[^\r\n]*(?:{NEWLINE}|\Z)")
ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1*[^\S\r\n]*\Z")


def parse_text(blob: Blob) -> list[Parsed]:
    """Plain text; paragraphs are set apart by blank lines."""
    text = decode(blob)
    return [Parsed(text, "text", spans=list(paragraphs(text)))]


def parse_rst(blob: Blob) -> list[Parsed]:
    """reStructuredText as plain text, with its section titles."""
    text = decode(blob)
    spans = sections(text)
    return [Parsed(text, "text", title=first_heading(spans), spans=spans)]


def paragraphs(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """The paragraphs of a part of the text: runs of lines that are not blank."""
    end = len(text) if end is None else end
    at = start
    if "\n" not in text and "\r" not in text:  # one line, perhaps of many megabytes
        yield from _paragraph(text, start, end)
        return
    for gap in BLANK_LINES.finditer(text, start, end):
        yield from _paragraph(text, at, gap.start())
        at = gap.end()
    yield from _paragraph(text, at, end)


def _paragraph(text: str, start: int, end: int) -> Iterator[Span]:
    part = text[start:end].rstrip()
    if part:
        yield Span("paragraph", start + len(part) - len(part.lstrip("\r\n")), start + len(part))


def sections(text: str) -> list[Span]:
    """Headings and paragraphs of reStructuredText, where they lie.

    A title is a line underlined (and perhaps overlined) with one punctuation character, at least
    as long as itself; each kind of line that turns up for the first time is one level deeper
    (docutils, "reStructuredText Markup Specification", Sections).
    """
    spans: list[Span] = []
    kinds: list[str] = []
    lines = [match.span() for match in LINE.finditer(text) if match.end() > match.start()]
    done = number = 0
    while number < len(lines):
        over, title, size = _title(text, lines, number, done)
        if not size:
            number += 1
            continue
        start, end = lines[number][0], lines[number + size - 1][1]
        end = start + len(text[start:end].rstrip())
        kind = text[end - 1] * (2 if over else 1)
        if kind not in kinds:
            kinds.append(kind)
        spans += paragraphs(text, done, start)
        spans.append(Span("heading", start, end, kinds.index(kind) + 1, title))
        done = end
        number += size
    return [*spans, *paragraphs(text, done)]


def _title(
    text: str, lines: list[tuple[int, int]], number: int, done: int
) -> tuple[bool, str, int]:
    """Whether overlined, the title, and of how many lines; none where no title begins."""
    first, second, third = (
        text[slice(*lines[at])].rstrip() if at < len(lines) else ""
        for at in range(number, number + 3)
    )
    if ADORNMENT.match(first) and len(first) > 1:
        title = second.strip()
        if third == first and title and not ADORNMENT.match(title) and len(title) <= len(third):
            return True, title, 3
        return False, "", 0
    free = not number or lines[number - 1][0] < done or not text[slice(*lines[number - 1])].strip()
    if not first or first[0].isspace() or not free or len(first) > MAX_HEADING:
        return False, "", 0
    if len(second) >= max(len(first), 2) and ADORNMENT.match(second):
        return False, first, 2
    return False, "", 0
