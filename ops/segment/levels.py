"""The separators that a text can be cut at, from coarse to fine.

A level finds gaps: white space (or nothing) between two parts, as the end of the left part and the
start of the right one, so that parts have no white space at their edges.
"""

from __future__ import annotations

__all__ = [
    "Find",
    "Holds",
    "Level",
    "auto_levels",
    "block_level",
    "gaps_at",
    "gaps_before",
    "heading_gaps",
    "item_level",
    "line_level",
    "listed_level",
    "listed_levels",
]

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ops.segment.breaks import LINE_ENDS, Breaks, Gaps, breaks_of, inside
from ops.segment.codes import Ints
from ops.segment.piece import Document, Structure
from ops.segment.sentences import ends_sentence, stops
from ops.segment.spaces import skip, strip

Find: TypeAlias = Callable[[Ints, Ints], Gaps]
"""Gives the gaps strictly inside spans (starts, ends), which ascend and have no white space at
their edges."""

Holds: TypeAlias = Callable[[int, int, int], bool]
"""Whether a gap, by the end of its left part, is one in the span (start, end)."""

BLOCKS: Final = frozenset({"heading", "paragraph", "table", "code", "list", "turn"})
NAMES: Final = {"\n\n": "paragraph", "\n": "line", " ": "word"}


@dataclass(frozen=True, slots=True)
class Level:
    """One kind of separator. `name` is the boundary of chunks that end at it."""

    name: str
    find: Find
    holds: Holds | None = None
    """Where telling takes long, `find` gives too many gaps, and this says which are right."""


def auto_levels(document: Document) -> list[Level]:
    """Headings by their depth, blocks, list items, lines, sentences, wrapped lines.

    A line break after which a sentence goes on (hard-wrapped text, PDF) is finer than a sentence.
    """
    text, breaks = document.text, breaks_of(document.text)
    depths = {span.level for span in document.structure if span.kind == "heading"}
    return [
        *(listed_level("heading", partial(heading_gaps, document, one)) for one in sorted(depths)),
        block_level(document, breaks),
        item_level(document, breaks),
        Level("line", partial(_lines, breaks, breaks.finished)),
        Level("sentence", partial(stops, text, breaks.codes), partial(ends_sentence, text)),
        line_level(breaks),
    ]


def listed_level(name: str, gaps: Callable[[], Gaps]) -> Level:
    """A level of which all gaps in the text are found when it is first asked."""
    known = cache(gaps)
    return Level(name, lambda starts, ends: inside(known(), starts, ends))


def heading_gaps(document: Document, depth: int | None = None) -> Gaps:
    """The gaps before headings, or before those down to a depth (1 is the top)."""
    places = [
        span.start
        for span in document.structure
        if span.kind == "heading" and (depth is None or span.level <= depth)
    ]
    return gaps_at(document.text, places)


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
    return listed_level("paragraph", lambda: _both(breaks.blanks, gaps_at(text, places)))


def item_level(document: Document, breaks: Breaks) -> Level:
    """The items of lists, by the document's structure or by their bullets and numbers."""
    marked = cache(lambda: gaps_at(document.text, [s.start for s in _in_lists(document)]))

    def find(starts: Ints, ends: Ints) -> Gaps:
        return _both(_lines(breaks, breaks.items, starts, ends), inside(marked(), starts, ends))

    return Level("item", find)


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
    return Level("line", breaks.lines)


def _lines(
    breaks: Breaks, which: Callable[[Gaps], NDArray[np.bool_]], starts: Ints, ends: Ints
) -> Gaps:
    """Those of the lines in the spans that are of this kind."""
    gaps = breaks.lines(starts, ends)
    kept = which(gaps)
    return gaps[0][kept], gaps[1][kept]


def listed_levels(text: str, separators: Sequence[str]) -> list[Level]:
    """One level for each of these strings; the text is cut after it."""
    return [
        Level(
            NAMES.get(separator, "separator"),
            partial(_after, text, re.compile(re.escape(separator))),
        )
        for separator in separators
        if separator
    ]


def gaps_at(text: str, places: Iterable[int]) -> Gaps:
    """The gaps at these places."""
    gaps = {(strip(text, 0, place)[1], skip(text, place, len(text))) for place in places}
    return _gaps(sorted(gaps))


def gaps_before(text: str, places: Iterable[int]) -> Gaps:
    """The gaps that end at these places: white space there belongs to what follows."""
    gaps = {(strip(text, 0, place)[1], place) for place in places}
    return _gaps(sorted(gap for gap in gaps if gap[0] > 0))


def _gaps(pairs: list[tuple[int, int]]) -> Gaps:
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return table[:, 0].copy(), table[:, 1].copy()


def _both(some: Gaps, others: Gaps) -> Gaps:
    if not len(others[0]):
        return some
    table = np.unique(np.concatenate([np.stack(some, 1), np.stack(others, 1)]), axis=0)
    return table[:, 0].copy(), table[:, 1].copy()


def _after(text: str, pattern: re.Pattern[str], starts: Ints, ends: Ints) -> Gaps:
    """The gaps after each match: a separator that is no white space stays with what precedes it."""
    gaps: list[tuple[int, int]] = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
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
                gaps.append((left, right))
                last = right
    return _gaps(gaps)
