"""Captions (WebVTT, SubRip) as text: where their cues lie, and what of them is speech."""

from __future__ import annotations

__all__ = ["COMMENT", "VOICE", "Captions", "Cue", "begins", "cues", "spoken"]

import html
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from ops.segment.spaces import back, skip, strip

Span = tuple[int, int]

COMMENT: Final = re.compile(r"(NOTE|STYLE|REGION)(?=\s|\Z)")
VOICE: Final = re.compile(r"<v(?:\.[^\s<>]*)?[^\S\r\n]+([^<>\r\n]{1,200})>")
_BEGINS: Final = (
    r"\A[ \t\r\n]{0,99}(?:WEBVTT[ \t\r\n]"
    r"|(?:[0-9]{1,9}[ \t]{0,9}\r?\n)?"
    r"(?:[0-9]{1,4}:)?[0-9]{1,2}:[0-9]{2}[.,][0-9]{1,3}[ \t]{0,9}-->)"
)
"""A header, or the first cue."""

_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_TIME: Final = r"(?:\d{1,4}:)?\d{1,2}:\d{2}[.,]\d{1,3}"
_TIMING: Final = re.compile(rf"[^\S\r\n]*{_TIME}[^\S\r\n]*-->[^\S\r\n]*{_TIME}")
_TEXT: Final = re.compile(_BEGINS)
_RAW: Final = re.compile(_BEGINS.encode("ascii"))
_TAG: Final = re.compile(
    r"</?(?:[bciuv]|rt|ruby|lang|font)(?:[.\s][^<>]{0,200})?>|<[\d:.]{5,16}>|\{\\an?\d\}"
)
_ENTITY: Final = re.compile(r"&#?\w{1,10};")
_INK: Final = re.compile(r"[^\r\n]+")


class Cue(NamedTuple):
    """From its identifier, or its times, to the end of its words, without white space there."""

    start: int
    words: int
    """Where the line after its times begins; `end` where nothing is said."""
    end: int


def cues(text: str) -> list[Cue]:
    """The cues of captions, in order; linear in the text."""
    edges: list[tuple[int, int]] = []  # where a cue or comment begins, and the words of a cue, or 0
    blank, before = True, (0, False)
    for match in _LINE.finditer(text):
        line, at = match.group(), match.start()
        named, before = before, (at, blank and bool(line.strip()) and not COMMENT.match(line))
        if _TIMING.match(line):
            # The line above is an identifier if it begins a block, or is a number, as SubRip has.
            edges.append((named[0] if named[1] else at, match.end()))
            before = (at, False)
        elif blank and COMMENT.match(line):
            edges.append((at, 0))
        elif line.strip().isdecimal():
            before = (at, True)
        blank = not line.strip()
    edges.append((len(text), 0))
    found = []
    for (start, words), (after, _) in pairwise(edges):
        if words:
            end = start + len(text[start:after].rstrip())
            found.append(Cue(start, min(words, end), end))
    return found


def begins(raw: bytes) -> bool:
    """Whether a text, given as UTF-8, begins as captions do."""
    return _RAW.match(raw) is not None


@dataclass(frozen=True, slots=True, eq=False)
class Captions:
    """A text of captions, and what of it is speech: the words of its cues with their speakers."""

    text: str
    speech: str
    """As long as the text, all else in it made blank, so that offsets hold for both."""
    cues: list[Cue]
    """Those in which something is said."""
    starts: list[int]
    ends: list[int]
    """Where the speech of each of them begins and ends."""

    @classmethod
    def of(cls, text: str) -> Captions | None:
        """The captions that a text is, if it begins as they do and something is said in it."""
        if not _TEXT.match(text):
            return None
        found = [(cue, _blanked(text[cue.words : cue.end])) for cue in cues(text)]
        found = [(cue, said) for cue, said in found if said and not said.isspace()]
        if not found:
            return None
        parts, done = [], 0
        for cue, said in found:
            parts += [_without_ink(text[done : cue.words]), said]
            done = cue.end
        return cls(
            text,
            "".join([*parts, _without_ink(text[done:])]),
            [cue for cue, _ in found],
            [cue.end - len(said.lstrip()) for cue, said in found],
            [cue.words + len(said.rstrip()) for cue, said in found],
        )

    def whole(self, start: int, end: int) -> Span:
        """The span from its first to its last word, and what is not speech but belongs to them:
        what lies before the first (the times of a cue, comments, a tag), and at the end of the text
        what lies after the last."""
        start, end = strip(self.speech, start, end)
        at = bisect_left(self.starts, start)
        if at < len(self.starts) and self.starts[at] == start:
            start = skip(self.text, self.cues[at - 1].end if at else 0, start)
        else:  # a tag may stand before it
            start = skip(self.text, back(self.speech, 0, start), start)
        at = bisect_left(self.ends, end)
        if at < len(self.ends) and self.ends[at] == end:
            end = self.cues[at].end
        if end >= self.cues[-1].end:
            end = max(end, len(self.text.rstrip()))
        return start, end

    def told(self, start: int, end: int) -> tuple[str, list[Span]]:
        """What is said in a span, a line for each cue, and where that stands."""
        lines, spans = [], []
        for at in range(bisect_right(self.ends, start), bisect_left(self.starts, end)):
            low, high = max(self.starts[at], start), min(self.ends[at], end)
            words = self.cues[at].words
            # The mark of the speaker, where all of it lies in the span.
            marked = low == self.starts[at] and VOICE.search(self.text, words, high)
            line = VOICE.sub(r"\1: ", self.text[words if marked else low : high])
            if line := " ".join(html.unescape(_TAG.sub("", line)).split()):
                lines.append(line)
                spans.append((low, high))
        return "\n".join(lines), spans


def spoken(text: str) -> str:
    """The text, with all that is not speech made blank if it is captions; offsets hold for both."""
    captions = Captions.of(text)
    return captions.speech if captions else text


def _without_ink(text: str) -> str:
    return _INK.sub(_blank, text)


def _blanked(words: str) -> str:
    """What is said in a cue, as long as it was, without tags; a speaker is followed by a colon."""
    return _ENTITY.sub(_sign, _TAG.sub(_blank, VOICE.sub(_named, words)))


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _named(voice: re.Match[str]) -> str:
    return " " * (voice.start(1) - voice.start()) + voice[1] + ":"


def _sign(entity: re.Match[str]) -> str:
    known = html.unescape(entity[0])
    return known.rjust(len(entity[0])) if len(known) < len(entity[0]) else entity[0]
