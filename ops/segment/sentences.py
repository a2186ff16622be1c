"""Sentences of any text, with exact spans, in time linear in its length.

Rules, not a model: a stop ends a sentence unless the word before it is an abbreviation, an initial
or a list number, or what follows goes on in lower case. Blank lines and list items end sentences;
other line breaks do not.
"""

from __future__ import annotations

__all__ = ["last_sentence", "sentences"]

import re
from collections.abc import Iterator
from typing import Final

from ops.segment.abbreviations import ALWAYS, OFTEN, STARTERS
from ops.segment.spaces import skip, strip

# One character class first, so that the regex engine skips ahead at full speed. Possessive runs
# that begin only where a run begins keep a line of a million stops linear.
_END: Final = re.compile(
    r"[\n.!?…。！？｡](?:"
    r"(?<=\n)(?:[^\S\n]*+\n|(?=[^\S\n]*+(?:[-*+•–]|\d{1,3}[.)])[^\S\n]))"
    r"|(?<=[.!?…])(?<![.!?…]{2})[.!?…]*+[\"'”’»)\]}*_]*+(?=\s)"
    r"|(?<=[。！？｡])[。！？｡]*+[\"'”’»」』）)\]]*+"
    r")"
)
_NEXT: Final = re.compile(r"\s+[\"'`“‘«(\[*_<>-]*(\w*)")
_OPENERS: Final = "\"'`“‘«(<[*_-&."
_ACRONYM: Final = re.compile(r"(?:\w\.)+\w")
LOOK: Final = 160  # characters before a limit that are searched first
CONTEXT: Final = 64  # characters read before those
LONGEST: Final = 24  # characters looked back for the word before a stop
SHORT: Final = 4  # letters; a shorter word between a stop and lower case may be an abbreviation


def sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """The spans of the sentences, in order, without white space at their edges.

    Every character that is not white space lies in exactly one of them.
    """
    end = len(text) if end is None else end
    start, end = strip(text, start, end)
    found = []
    for last, following in _ends(text, start, end, end):
        found.append((start, last))
        start = following
    if start < end:
        found.append((start, end))
    return found


def last_sentence(text: str, start: int, limit: int, end: int) -> tuple[int, int] | None:
    """Where the last sentence in [start, end) that ends by `limit` ends, and the next one begins.

    None where no sentence ends by then. It looks back from the limit, so a long text costs nothing.
    """
    high, reach = limit, LOOK
    while high > start:
        low = max(start, high - reach)
        # What lies just before is read too, so that the first stop is seen in its sentence.
        ends = _ends(text, max(start, low - CONTEXT), skip(text, limit, end) + 1, end)
        found = [(last, after) for last, after in ends if low < last <= limit and after < end]
        if found:
            return found[-1]
        high, reach = low, reach * 4
    return None


def _ends(text: str, start: int, limit: int, end: int) -> Iterator[tuple[int, int]]:
    """Where each sentence ends whose last stop is before `limit`, and where the next one begins."""
    at = start
    while match := _END.search(text, at, end):
        first, at = match.span()
        if first >= limit:
            return
        last, sign = at, text[first]
        if first < start or (sign in ".!?…" and _goes_on(text, start, first, last, end)):
            continue
        if sign == "\n":
            last = strip(text, start, first)[1]
        if start < last:
            following = skip(text, last, end)
            yield last, following
            start = following


def _goes_on(text: str, start: int, stop: int, last: int, end: int) -> bool:
    """Whether the stop at `stop`, which with its brackets ends at `last`, ends no sentence."""
    match = _NEXT.match(text, last, end)
    following = match[1] if match else ""
    lower = following[:1].islower()
    if text[stop] != "." or last > stop + 1:
        return lower and (text[stop] in ".…" or text[last - 1] not in "!?")
    before = text[max(start, stop - LONGEST) : stop]
    alone = not before or before[-1].isspace()
    word = "" if alone else before.rsplit(None, 1)[-1].lstrip(_OPENERS).lower()
    if word.isdigit() and len(word) < 4 and not text[start : stop - len(word)].strip():
        return True  # the number of a list item
    if not word and not alone:
        return True  # a path or an operator, as in "(. file)"
    if not following:
        return False
    if word in ALWAYS:
        return True
    if lower:
        return len(word) < SHORT or word in OFTEN or not word.isalpha()
    initial = len(word) == 1 and word.isalpha() and word != "i"
    if initial or word in OFTEN or _ACRONYM.fullmatch(word):
        return following.lower() not in STARTERS or len(following) == 1
    return False
