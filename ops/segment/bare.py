"""Cuts text that has no structure at its coarsest separators, by searching strings.

What it gives is what `ops.segment.split` gives for the levels of `ops.segment.levels.auto_levels`,
when every character is a token. There all gaps are found first, as arrays, and then joined; here a
chunk takes one search back from where it must end, and goes to the next finer separator only where
that finds nothing.
"""

from __future__ import annotations

__all__ = ["Bare", "bare"]

from functools import cached_property
from typing import Final

from ops.segment.ruler import CharacterRuler
from ops.segment.seek import Finished, Items, Lines, Seek, Stops, blank_after, last_blank
from ops.segment.spaces import back, skip, strip
from ops.segment.windows import windows

SENTENCES: Final = 2  # the place of the first kind of gap that needs no line break


class Bare:
    """One text cut into parts of at most `size` characters, in order."""

    def __init__(self, text: str, size: int) -> None:
        self.text, self.size = text, size
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.whys: list[str] = []

    @cached_property
    def levels(self) -> tuple[tuple[str, Seek], ...]:
        """What is finer than a blank line."""
        text = self.text
        return (
            ("item", Items(text)),
            ("line", Finished(text)),
            ("sentence", Stops(text)),
            ("line", Lines(text)),
        )

    def paragraphs(self, start: int, end: int) -> None:
        """Cuts the span at blank lines. Most chunks end at one, so little is called here."""
        text, size = self.text, self.size
        rfind = text.rfind
        put_start, put_end, put_why = self.starts.append, self.ends.append, self.whys.append
        while (limit := start + size) < end:
            wide = skip(text, limit, end) if text[limit].isspace() else limit
            at = rfind("\n", start, wide) + 1
            if at and text[at - 2] != "\n":
                found = last_blank(text, start, at)
                at = found.end() if found else 0
            if at:
                left = at - 2
                if text[left - 1].isspace():
                    left = back(text, start, left)
                put_start(start)
                put_end(left)
                put_why("paragraph")
                start = skip(text, at, end) if text[at].isspace() else at
                continue
            gap = blank_after(text, start, wide, end)
            if not gap:
                self.finer(start, end, "end")
                return
            self.finer(start, gap[0], "paragraph")
            start = gap[1]
        put_start(start)
        put_end(end)
        put_why("end")

    def finer(self, start: int, end: int, why: str, level: int = 0) -> None:
        """Cuts a span that is too long at the gaps of one level, or of those after it."""
        text, size = self.text, self.size
        if not level and text.find("\n", start, end) < 0:
            level = SENTENCES
        span = start
        while (limit := start + size) < end:
            if level == len(self.levels):
                self.words(start, end, why)
                return
            name, seek = self.levels[level]
            wide = skip(text, limit, end) if text[limit].isspace() else limit
            if gap := seek.last(span, start, limit, wide, end):
                self.put(start, gap[0], name)
            elif gap := seek.first(span, start, limit, wide, end):
                self.finer(start, gap[0], name, level + 1)
            else:
                span, level = start, level + 1
                continue
            start = gap[1]
        self.put(start, end, why)

    def words(self, start: int, end: int, why: str) -> None:
        """Cuts a span between words."""
        ruler = CharacterRuler(len(self.text))
        for first, last, reason in windows(self.text, ruler, start, end, self.size):
            self.put(first, last, why if reason == "end" else reason)

    def put(self, start: int, end: int, why: str) -> None:
        self.starts.append(start)
        self.ends.append(end)
        self.whys.append(why)


def bare(text: str, size: int) -> Bare:
    """The parts of a text."""
    made = Bare(text, size)
    start, end = strip(text, 0, len(text))
    if start < end:
        made.paragraphs(start, end)
    return made
