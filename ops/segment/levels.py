"""The separators that a text can be cut at, from coarse to fine.

A level finds gaps: white space (or nothing) between two parts, as the end of the left part and the
start of the right one, so that parts have no white space at their edges.
"""

from __future__ import annotations

__all__ = [
    "Find",
    "Last",
    "Level",
    "auto_levels",
    "block_level",
    "heading_gaps",
    "item_level",
    "line_level",
    "listed",
    "listed_levels",
    "sentence_level",
]

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias

from ops.segment.breaks import LINE_ENDS, Breaks, Gaps, breaks_of
from ops.segment.piece import Document, Structure
from ops.segment.sentences import last_sentence, sentences
from ops.segment.spaces import skip, strip

Find: TypeAlias = Callable[[int, int], Gaps]
"""Gives the gaps strictly inside a span that has no white space at its edges."""

BLOCKS: Final = frozenset({"heading", "paragraph", "table", "code", "list", "turn"})
NAMES: Final = {"\n\n": "paragraph", "\n": "line", " ": "word"}

Last: TypeAlias = Callable[[int, int, int], tuple[int, int] | None]
"""Gives the last gap in a span (start, end) whose left side is at most `limit`, if there is one."""


@dataclass(frozen=True, slots=True)
class Level:
    """One kind of separator. `name` is the boundary of chunks that end at it."""

    name: str
    find: Find
    last: Last | None = None
    """Finds one gap without looking for all, where there is a quicker way to it."""


def auto_levels(document: Document) -> list[Level]:
    """Headings by their depth, blocks, list items, lines, sentences, wrapped lines.

    A line break after which a sentence goes on (hard-wrapped text, PDF) is finer than a sentence.
    """
    text, breaks = document.text, breaks_of(document.text)
    depths = {span.level for span in document.structure if span.kind == "heading"}
    levels = [Level("heading", heading_gaps(document, depth)) for depth in sorted(depths)]
    return [
        *levels,
        block_level(document, breaks),
        item_level(document, breaks),
        Level("line", lambda start, end: _between(breaks.finished, start, end)),
        sentence_level(text),
        line_level(breaks),
    ]


def heading_gaps(document: Document, depth: int | None = None) -> Find:
    """The gaps before headings, or before those down to a depth (1 is the top)."""
    places = [
        span.start
        for span in document.structure
        if span.kind == "heading" and (depth is None or span.level <= depth)
    ]
    return listed(_around(document.text, places))


def block_level(document: Document, breaks: Breaks) -> Level:
    """Blank lines, edges of blocks, and page breaks that break no sentence."""
    text = document.text
    inner = _in_lists(document)
    places = []
    for span in document.structure:
        if span.kind in BLOCKS and span not in inner:
            places += [span.start, span.end]
        elif span.kind == "page":
            before = strip(text, 0, span.start)[1]
            if before and text[before - 1] in LINE_ENDS:
                places.append(span.start)
    return _lines_and("paragraph", lambda: breaks.blanks, _around(text, places))


def item_level(document: Document, breaks: Breaks) -> Level:
    """The items of lists, by the document's structure or by their bullets and numbers."""
    items = [span.start for span in _in_lists(document)]
    return _lines_and("item", lambda: breaks.items, _around(document.text, items))


def _in_lists(document: Document) -> frozenset[Structure]:
    """Paragraphs that lie inside a list: its items."""
    inner = []
    end = 0
    for span in document.structure:
        if span.kind == "list":
            end = max(end, span.end)
        elif span.kind == "paragraph" and span.end <= end:
            inner.append(span)
    return frozenset(inner)


def line_level(breaks: Breaks) -> Level:
    """Every line break."""
    return Level("line", lambda start, end: _between(breaks.lines, start, end))


def listed_levels(text: str, separators: Sequence[str]) -> list[Level]:
    """One level for each of these strings; the text is cut after it."""
    return [
        Level(NAMES.get(separator, "separator"), _pattern(text, re.compile(re.escape(separator))))
        for separator in separators
        if separator
    ]


def _pattern(text: str, pattern: re.Pattern[str]) -> Find:
    return lambda start, end: _matches(text, pattern, start, end)


def _lines_and(name: str, lines: Callable[[], Gaps], others: Gaps) -> Level:
    """The gaps of both, put together when they are first asked for."""

    @cache
    def both() -> Gaps:
        if not others[0]:
            return lines()
        gaps = sorted({*zip(*lines(), strict=True), *zip(*others, strict=True)})
        return [left for left, _ in gaps], [right for _, right in gaps]

    return Level(name, lambda start, end: _between(both(), start, end))


def _around(text: str, places: Iterable[int]) -> Gaps:
    """The gaps at these places."""
    gaps = set()
    for place in places:
        gaps.add((strip(text, 0, place)[1], skip(text, place, len(text))))
    ordered = sorted(gaps)
    return [left for left, _ in ordered], [right for _, right in ordered]


def listed(gaps: Gaps) -> Find:
    """Finds among gaps that are known already."""
    return lambda start, end: _between(gaps, start, end)


def _between(gaps: Gaps, start: int, end: int) -> Gaps:
    """Those strictly inside a span."""
    lefts, rights = gaps
    first, last = bisect_right(lefts, start), bisect_left(rights, end)
    return lefts[first:last], rights[first:last]


def _matches(text: str, pattern: re.Pattern[str], start: int, end: int) -> Gaps:
    """The gaps at each match: a separator that is no white space stays with what precedes it."""
    lefts: list[int] = []
    rights: list[int] = []
    last = start
    for match in pattern.finditer(text, start, end):
        left = right = match.end()
        if right < end and text[right].isspace():
            right = skip(text, right, end)
        if right >= end:
            break
        # White space at the end of the match, or before it, belongs to the gap.
        while left > last and text[left - 1].isspace():
            left -= 1
        if left > last:
            lefts.append(left)
            rights.append(right)
            last = right
    return lefts, rights


def sentence_level(text: str) -> Level:
    """Ends of sentences."""

    def find(start: int, end: int) -> Gaps:
        spans = sentences(text, start, end)
        return [last for _, last in spans[:-1]], [first for first, _ in spans[1:]]

    return Level("sentence", find, lambda *place: last_sentence(text, *place))
