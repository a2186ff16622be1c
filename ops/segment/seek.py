"""The last gap in a window of one text and the first one beyond it, by searching strings.

The gaps are those of `ops.segment.levels`, of which `ops.segment.bare` needs no more than the last
that fits: Python's own search finds that near the end of the window, and the rest is never read.
"""

from __future__ import annotations

__all__ = ["Finished", "Gap", "Items", "Lines", "Seek", "Stops", "blank_after", "last_blank"]

import re
from typing import ClassVar, Final, Protocol, TypeAlias

from ops.segment.breaks import ITEM, LINE_ENDS
from ops.segment.sentences import CLOSERS, END, FULL, STOPS, ends_sentence
from ops.segment.spaces import back, skip

Gap: TypeAlias = tuple[int, int]
"""The end of what lies before it, and the start of what follows it."""

# The regex engine finds a line feed fast, from before as from behind (after `.*`), and tells by one
# sign after it that most are not looked for.
_BLANK: Final = r"\n\s(?:(?<=\n)|[^\S\n]*+\n)"
_ENDS: Final = "".join(map(re.escape, sorted(LINE_ENDS)))
_STOP: Final = re.compile(END.pattern.replace("\\n", "", 1))
_RARE: Final = (STOPS + FULL).replace(".", "")
_TAIL: Final = frozenset(CLOSERS + STOPS + FULL)

last_blank: Final = re.compile(f"(?s).*{_BLANK}").match
"""Ends after the last line feed of the last blank line between two places."""

_blank: Final = re.compile(_BLANK).search


def blank_after(text: str, start: int, wide: int, end: int) -> Gap | None:
    """The first blank line from `wide` on."""
    at = text.find("\n", wide, end)
    found = _blank(text, at, end) if at >= 0 else None
    return (back(text, start, found.start()), skip(text, found.end(), end)) if found else None


class Seek(Protocol):
    """One kind of gap in one text. Spans have no white space at their edges."""

    def last(self, span: int, start: int, limit: int, wide: int, end: int) -> Gap | None:
        """The last gap whose left side ends in (start, limit], if any.

        Args:
            span: where the span starts that is cut at gaps of this kind.
            start: where what is not cut yet starts.
            wide: `limit`, or the first place from there on that is no white space.
            end: of the span.
        """

    def first(self, span: int, start: int, limit: int, wide: int, end: int) -> Gap | None:
        """The first gap whose left side ends in (limit, end), if any."""


class Lines:
    """Every line break."""

    ahead: ClassVar = re.compile(r"\n").search
    behind: ClassVar = re.compile(r"(?s).*\n").match
    """The last that may be one of this kind; `holds` tells whether it is."""

    def __init__(self, text: str) -> None:
        self.text = text

    def holds(self, left: int, right: int) -> bool:
        """Whether the break between these places is one of this kind."""
        return True

    def last(self, span: int, start: int, limit: int, wide: int, end: int) -> Gap | None:
        text = self.text
        at = text.rfind("\n", start, wide)
        while at >= 0:
            left, right = back(text, start, at), skip(text, at, end)
            if self.holds(left, right):
                return left, right
            found = self.behind(text, start, text.find("\n", left, end))
            at = text.rfind("\n", start, found.end()) if found else -1
        return None

    def first(self, span: int, start: int, limit: int, wide: int, end: int) -> Gap | None:
        text = self.text
        at = text.find("\n", wide, end)
        while at >= 0 and (found := self.ahead(text, at, end)):
            left, right = back(text, start, found.start()), skip(text, found.start(), end)
            if self.holds(left, right):
                return left, right
            at = text.find("\n", right, end)
        return None


class Items(Lines):
    """The line breaks before a bullet or a number."""

    _likely: Final = r"\n(?:[-*+•–\d]|\s[^\S\n]*+[-*+•–\d])"
    ahead: ClassVar = re.compile(_likely).search
    behind: ClassVar = re.compile(f"(?s).*{_likely}").match

    def holds(self, left: int, right: int) -> bool:
        return ITEM.match(self.text, right) is not None


class Finished(Lines):
    """The line breaks after the end of a sentence, or before a line that begins with a sign."""

    # White space before the line feed hides how the line ends; a carriage return alone need not.
    _likely: Final = rf"\n(?:[\W_]|(?<=[{_ENDS}\s]\n)(?:(?<!\r\n)|(?<=[{_ENDS}\s]\r\n)))"
    ahead: ClassVar = re.compile(_likely).search
    behind: ClassVar = re.compile(f"(?s).*{_likely}").match

    def holds(self, left: int, right: int) -> bool:
        return self.text[left - 1] in LINE_ENDS or not self.text[right].isalnum()


class Stops:
    """The ends of sentences."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.span = -1
        self.rare: list[str] = []
        """The signs but the full stop that are in the span."""

    def last(self, span: int, start: int, limit: int, wide: int, end: int) -> Gap | None:
        text, at = self.text, limit
        if span != self.span:
            self.span = span
            self.rare = [sign for sign in _RARE if text.find(sign, span, end) >= 0]
        while (at := self._sign(start, at)) >= 0:
            after = text[at + 1]
            if text[at] in FULL:
                while at > start and text[at - 1] in FULL:
                    at -= 1
            elif after.isspace() and text[at - 1] not in STOPS:
                if ends_sentence(text, at + 1, span, end):
                    return at + 1, skip(text, at + 1, end)
                continue
            elif after.isalnum():
                continue
            else:
                while at > start and text[at - 1] in STOPS:
                    at -= 1
            found = END.match(text, at)
            left = found.end() if found else end
            if start < left <= limit and left < end and ends_sentence(text, left, span, end):
                return left, skip(text, left, end)
        return None

    def _sign(self, start: int, behind: int) -> int:
        """The last sign in [start, behind) that may end a sentence, else -1."""
        at = self.text.rfind(".", start, behind)
        for sign in self.rare:
            at = max(at, self.text.rfind(sign, max(at, start), behind))
        return at

    def first(self, span: int, start: int, limit: int, wide: int, end: int) -> Gap | None:
        text, at = self.text, limit
        while at > start and text[at - 1] in _TAIL:  # a stop before the limit may end beyond it
            at -= 1
        while found := _STOP.search(text, at, end):
            at = found.end()
            if at >= end:
                return None
            if at > limit and ends_sentence(text, at, span, end):
                return at, skip(text, at, end)
        return None
