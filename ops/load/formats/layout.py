"""Lays out blocks as text, and keeps where each came to lie."""

from __future__ import annotations

__all__ = ["CELL", "Layout", "spaced"]

import re
from dataclasses import dataclass

from ops.load.parsed import MAX_HEADING, Span

SPACE = re.compile(r"[ \t\n\r\f]+")
NOT_SINGLE = ("  ", "\t", "\n", "\r", "\f")
CELL = " | "
"""Between the cells of a table's row."""


@dataclass(slots=True)
class _Open:
    kind: str
    level: int
    label: str
    start: int = -1
    part: int = 0


def spaced(text: str) -> str:
    """The text without white space at its ends, and each run within it made one space."""
    text = text.strip()
    # Most is so already, and a search is much faster than a substitution.
    return SPACE.sub(" ", text) if any(each in text for each in NOT_SINGLE) else text


class Layout:
    """Text under way: white space within a block is one space, blocks are set apart by lines.

    Words, breaks and marks are told in reading order. Nothing is written before there is a
    character to show, so no span begins or ends with a break, and blank blocks leave no trace.
    """

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self._parts: list[str] = []
        self._length = 0
        self._gap = ""
        self._space = False
        self._bullet = ""
        self._open: list[_Open] = []
        self._paragraph = -1

    def text(self) -> str:
        """All that was written."""
        self.block()
        return "".join(self._parts)

    def words(self, text: str) -> None:
        """Running text; breaks in it are spaces, as is any white space at its ends."""
        core = spaced(text)
        self._space = self._space or text[:1].isspace()
        if core:
            self._write(core)
            self._space = text[-1:].isspace()

    def verbatim(self, text: str) -> None:
        """Text that keeps its white space, save at its end."""
        text = text.rstrip()
        if text:
            self._write(text)

    def row(self, cells: list[str]) -> None:
        """A row of a table on a line of its own, its cells apart by ` | `."""
        self.line()
        self.open("row")
        if any(cells):
            self._write(CELL.join(cells).strip())
        self.close()
        self.line()

    def bullet(self, mark: str) -> None:
        """Goes before the next words, which are a list item's, unless they are a heading."""
        self._bullet = mark

    def block(self) -> None:
        """The next words begin a block, after a blank line."""
        self.line("\n\n")

    def line(self, gap: str = "\n") -> None:
        """The next words begin a line, and a paragraph."""
        self._end_paragraph()
        self._space = False
        self._gap = gap if len(gap) > len(self._gap) else self._gap

    def line_break(self) -> None:
        """The next words begin a line of the same paragraph; a second break ends that.

        A heading has one line: there it is a space.
        """
        if any(span.kind == "heading" for span in self._open):
            self._space = True
        elif self._gap:
            self.block()
        else:
            self._space = False
            self._gap = "\n"

    def open(self, kind: str, level: int = 0, label: str = "") -> None:
        """A span begins with the next words."""
        self._end_paragraph()
        if kind == "heading":
            self._bullet = ""
        self._open.append(_Open(kind, level, label))

    def close(self) -> None:
        """The span opened last ends here; one without words is none."""
        self._end_paragraph()
        span = self._open.pop()
        if span.start < 0:
            return
        kind, level, label = span.kind, span.level, span.label
        if kind == "heading":
            label = "".join(self._parts[span.part :])
            if len(label) > MAX_HEADING:
                kind, level, label = "paragraph", 0, ""
        self.spans.append(Span(kind, span.start, self._length, level, label))

    def _write(self, text: str) -> None:
        if self._length:
            self._add(self._gap or (" " if self._space else ""))
        self._gap, self._space = "", False
        inline = False
        for span in self._open:
            inline = inline or span.kind in ("heading", "code", "row")
            if span.start < 0:
                span.start, span.part = self._length, len(self._parts)
        if self._paragraph < 0 and not inline:
            self._paragraph = self._length
        self._add(self._bullet + text)
        self._bullet = ""

    def _add(self, text: str) -> None:
        if text:
            self._parts.append(text)
            self._length += len(text)

    def _end_paragraph(self) -> None:
        if self._paragraph >= 0:
            self.spans.append(Span("paragraph", self._paragraph, self._length))
            self._paragraph = -1
