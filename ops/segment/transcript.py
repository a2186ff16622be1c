"""Cuts between the turns of a conversation."""

from __future__ import annotations

__all__ = ["Transcript"]

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar, Final, NamedTuple

from ops.op import parameter
from ops.segment.budgeted import Budgeted
from ops.segment.levels import auto_levels
from ops.segment.piece import Document, Piece
from ops.segment.ruler import Ruler
from ops.segment.spaces import back, skip, strip
from ops.segment.split import Parts, split
from ops.segment.zones import zones_of

_TIME: Final = r"(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
_TURN: Final = re.compile(
    rf"""^[^\S\n]*(?:
      (?:\S{{1,100}}[^\S\n]*\n)?(?P<cue>{_TIME})[^\S\n]*-->[^\S\n]*{_TIME}[^\n]*  # SRT, WebVTT
      (?:\n<v[.\w-]*[^\S\n][^<>\n]{{1,100}}>)?
    | (?:[\[(]?(?P<time>{_TIME})[\])]?[^\S\n]*(?:[-–—][^\S\n]*)?)?
      (?P<mark>\*\*|<v[ ])?(?P<name>[^\W\d_][\w.'’ -]{{0,40}}?)(?:[^\S\n]*\([^()\n]{{1,30}}\))?
      (?:\*\*)?(?::(?:\*\*)?|>)(?=\s|$)                                          # Anna: …
    | [\[(](?P<alone>{_TIME})[\])]                                              # [00:12:03] …
    )""",
    re.MULTILINE | re.VERBOSE,
)
SEEN: Final = 2  # times that a speaker must speak, in text without marked turns


class Turn(NamedTuple):
    """What one speaker says. `label` is where its name and time stand, empty where unknown."""

    start: int
    end: int
    label: tuple[int, int]
    time: float
    """Seconds from the beginning; -1 where none is given."""


class Transcript(Budgeted):
    """Cut between turns: a chunk holds whole turns up to `size`.

    Turns are what the loader marked, else lines that begin with a speaker ("Anna:", "[00:12] Bo:"),
    a time in brackets, or a cue of SRT or WebVTT. A turn over `size` is cut between sentences, and
    every later part has the speaker and time before it in `derived_text` (of captions the speaker
    alone). With `pause` a silence
    of that many seconds, or a heading, ends a chapter, and no chunk goes on past it.
    """

    name: ClassVar[str] = "segment.transcript"
    version: ClassVar[int] = 3

    overlap: int = parameter(0, "repeated from the chunk before", unit="turns", ge=0)
    pause: float = parameter(0.0, "silence that ends a chapter; 0: none does", unit="seconds", ge=0)

    def plan(self, document: Document, ruler: Ruler) -> Iterator[Piece]:
        text = document.text
        turns = _turns(document)
        headings = {skip(text, s.start, s.end) for s in document.structure if s.kind == "heading"}
        zones = zones_of(document, ruler, self.size)
        levels = auto_levels(document)
        first = fresh = 0
        while fresh < len(turns):
            after = fresh
            begin = turns[first].start
            while after < len(turns) and ruler.count(begin, turns[after].end) <= self.size:
                if after > first and self._chapter(turns, after, headings):
                    break
                after += 1
            if after > fresh:
                last = turns[after - 1]
                chapter = after < len(turns) and self._chapter(turns, after, headings)
                why = "end" if after == len(turns) else "chapter" if chapter else "turn"
                yield Piece(begin, last.end, why)
                fresh = after
                first = fresh if chapter else max(first + 1, fresh - self.overlap)
            elif first < fresh:  # the overlap gives way
                first += 1
            else:
                turn = turns[fresh]
                cost = ruler.count(*turn.label) if turn.label[0] < turn.label[1] else 0
                room = self.size - cost if 2 * cost <= self.size else self.size
                lead = (turn.label,) if room < self.size else ()
                why = "end" if fresh + 1 == len(turns) else "turn"
                span = Parts.of([(turn.start, turn.end)], why)
                for part in split(text, ruler, span, levels, zones, room, room):
                    later = part[0] > turn.start and part[0] >= turn.label[1]
                    yield Piece(*part, lead=lead if later else ())
                first = fresh = fresh + 1

    def _chapter(self, turns: list[Turn], at: int, headings: set[int]) -> bool:
        """Whether a chapter begins with this turn."""
        if turns[at].start in headings:
            return True
        before, now = turns[at - 1].time, turns[at].time
        return bool(self.pause) and before >= 0 and now - before >= self.pause


def _turns(document: Document) -> list[Turn]:
    """Turns that cover the text, what stands before the first among them."""
    text = document.text
    start, end = strip(text, 0, len(text))
    if start == end:
        return []
    marked = {skip(text, s.start, end): s for s in document.structure if s.kind == "turn"}
    found: dict[int, re.Match[str]] = {}
    times: dict[int, float] = {}
    for match in _TURN.finditer(document.whole or text):
        at = skip(text, match.start(), end)  # of captions where the words after the times begin
        found[at] = match
        time = match["cue"] or match["time"] or match["alone"]
        if time or at not in times:
            times[at] = _seconds(time)
    heads = {skip(text, s.start, end) for s in document.structure if s.kind == "heading"}
    starts = set(marked) if marked else _speaking(found, times)
    edges = sorted({start, end} | {at for at in starts | heads if start < at < end})
    turns = []
    for first, after in pairwise(edges):
        last = strip(text, first, after)[1]
        label, time = (first, first), -1.0
        if first in starts and first in found and (match := found[first]).end() < last:
            label = (first, max(first, back(text, first, match.end())))
            time = times[first]
        if first < last:
            turns.append(Turn(first, last, label, time))
    return turns


def _speaking(found: dict[int, re.Match[str]], times: dict[int, float]) -> set[int]:
    """Those lines that begin a turn: a name that stands before a colon once is no speaker."""
    counts: dict[str, int] = {}
    for match in found.values():
        name = (match["name"] or "").lower()
        counts[name] = counts.get(name, 0) + 1
    return {
        at
        for at, match in found.items()
        if not match["name"] or times[at] >= 0 or counts[match["name"].lower()] >= SEEN
    }


def _seconds(time: str | None) -> float:
    if not time:
        return -1.0
    total = 0.0
    for part in time.replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return total
