"""The sections of a document: headings, outline numbers, articles and clauses."""

from __future__ import annotations

__all__ = ["Reference", "Section", "references", "sections_of"]

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from ops.segment.piece import Document
from ops.segment.spaces import skip, strip

# Coarse to fine. The words of English, German, French, Spanish and Italian law and contracts.
NAMED: Final = (
    r"part|book|teil|buch|partie|livre|parte|libro|title|titel|titre|título|titolo",
    r"chapter|kapitel|chapitre|capítulo|capitolo",
    r"section|abschnitt|sección|sezione|appendix|annex|annexe|schedule|anhang|anlage|allegato",
    r"article|artikel|artículo|articolo|art\.|§§?|clause|rule|recital",
)
NUMBER: Final = r"(?:\d+(?:\.\d+)*[a-z]?|[IVXLC]+|[A-Z])"
_NAMED: Final = tuple(
    re.compile(rf"(?i:{words})[^\S\n]*({NUMBER})\b(?=[.:)—–-]?(?:\s|$))") for words in NAMED
)
_NUMBERED: Final = re.compile(r"(\d{1,3}(?:\.\d{1,3}){0,5})[.)]?[^\S\n]+(?=[^\W\d_])")
_STARTS: Final = re.compile(rf"^[^\S\n]*(?=(?i:{'|'.join(NAMED)})|\d)", re.MULTILINE)
_MENTION: Final = re.compile(
    rf"\b(?:(?i:{'|'.join(NAMED[1:3])}|article|artikel|artículo|articolo|clause|rule)|[Aa]rt\.)"
    rf"[^\S\n]*({NUMBER})\b(?:\((\w{{1,4}})\))?|§[^\S\n]*({NUMBER})\b"
)
LONGEST: Final = 120  # characters of a line that may be a title
ORPHANS: Final = 2  # numbered lines that an outline must have at least


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """A title and all that it heads. `depth` is 1 at the top; `number` is "4.2", "IV" or ""."""

    start: int
    end: int
    depth: int
    number: str
    title: str


class Reference(NamedTuple):
    """A place in the text that names another section of it."""

    start: int
    end: int
    number: str


class _Mark(NamedTuple):
    start: int
    depth: int
    number: str
    title: str


def sections_of(document: Document, numbers: bool) -> list[Section]:
    """The sections in order of start, outer ones first.

    Args:
        numbers: also take lines that begin with "Article 5", "§ 3" or an outline number.
    """
    text = document.text
    marks = [
        _Mark(
            strip(text, span.start, span.end)[0], span.level or 1, _number(span.label), span.label
        )
        for span in document.structure
        if span.kind == "heading"
    ]
    if numbers:
        marks += _numbered(document, marks)
    marks.sort(key=lambda mark: (mark.start, mark.depth))
    end = strip(text, 0, len(text))[1]
    found: list[Section] = []
    waiting: list[_Mark] = []
    for mark in [*marks, _Mark(end, 0, "", "")]:
        while waiting and waiting[-1].depth >= mark.depth:
            one = waiting.pop()
            stop = strip(text, one.start, mark.start)[1]
            if one.start < stop:
                found.append(Section(one.start, stop, one.depth, one.number, one.title))
        waiting.append(mark)
    return sorted(found, key=lambda section: (section.start, section.depth))


def references(text: str, sections: Sequence[Section]) -> list[Reference]:
    """Places that name a section that there is; titles do not refer to themselves."""
    known = {section.number.lower() for section in sections if section.number}
    titles = {section.start for section in sections}
    found = []
    for match in _MENTION.finditer(text):
        number = match[1] or match[3]
        if number.lower() in known and match.start() not in titles:
            found.append(Reference(match.start(), match.end(), number))
    return found


def _number(label: str) -> str:
    for pattern in (*_NAMED, _NUMBERED):
        if match := pattern.match(label.strip() + " "):
            return match[1]
    match = re.match(rf"({NUMBER})[.)]?\s", label.strip() + " ")
    return match[1] if match and match[1][:1].isdigit() else ""


def _numbered(document: Document, headings: Sequence[_Mark]) -> list[_Mark]:
    """Lines that begin a numbered part; list items and rows of tables are none."""
    text = document.text
    solid = [
        (span.start, span.end)
        for span in document.structure
        if span.kind in ("heading", "table", "row", "code", "list")
    ]
    base = max((mark.depth for mark in headings), default=0)
    found = []
    inside = 0  # the end of the solid blocks seen
    at = 0
    for match in _STARTS.finditer(text):
        start = match.end()
        while at < len(solid) and solid[at][0] <= start:
            inside = max(inside, solid[at][1])
            at += 1
        if start < inside:
            continue
        stop = text.find("\n", start)
        stop = len(text) if stop < 0 else stop
        mark = _mark(text, start, stop, base)
        if mark:
            found.append(mark)
    numbered = [mark for mark in found if mark.number[:1].isdigit() and mark.depth > base + 4]
    lone = len(numbered) < ORPHANS
    return [mark for mark in found if not (lone and mark in numbered)]


def _mark(text: str, start: int, stop: int, base: int) -> _Mark | None:
    for depth, pattern in enumerate(_NAMED, start=1):
        if match := pattern.match(text, start, stop):
            return _Mark(start, base + depth, match[1], text[start:stop].strip()[:LONGEST])
    match = _NUMBERED.match(text, start, stop)
    if not match:
        return None
    dots = match[1].count(".")
    short = stop - start <= LONGEST and text[stop - 1 : stop] not in (";", ",")
    # "3 apples were eaten" is prose; "3.2 The tenant pays …" and a short "3 Scope" are clauses.
    plain = text[start + len(match[1])] in ".)" or dots > 0
    alone = skip(text, stop, len(text)) > stop + 1 or stop == len(text)
    if dots or (short and (plain or alone)):
        return _Mark(start, base + 5 + dots, match[1], text[start:stop].strip()[:LONGEST])
    return None
