"""Sentences of any text, with exact spans, in time linear in its length.

Rules, not a model: a stop ends a sentence unless the word before it is an abbreviation, an initial
or a list number, or what follows goes on in lower case. Blank lines and list items end sentences;
other line breaks do not.
"""

from __future__ import annotations

__all__ = ["CLOSERS", "END", "FULL", "STOPS", "ends_sentence", "sentences", "stops"]

import re
from typing import Final

import numpy as np

from ops.segment.abbreviations import ALWAYS, OFTEN, STARTERS
from ops.segment.breaks import Gaps, inside
from ops.segment.codes import Codes, Ints, is_space, skipped
from ops.segment.spaces import skip, strip

# One character class first, so that the regex engine skips ahead at full speed. Possessive runs
# that begin only where a run begins keep a line of a million stops linear.
END: Final = re.compile(
    r"[\n.!?…。！？｡](?:"
    r"(?<=\n)(?:[^\S\n]*+\n|(?=[^\S\n]*+(?:[-*+•–]|\d{1,3}[.)])[^\S\n]))"
    r"|(?<=[.!?…])(?<![.!?…]{2})[.!?…]*+[\"'”’»)\]}*_]*+(?=\s)"
    r"|(?<=[。！？｡])[。！？｡]*+[\"'”’»」』）)\]]*+"
    r")"
)
_NEXT: Final = re.compile(r"\s+[\"'`“‘«(\[*_<>-]*(\w*)")
STOPS: Final = ".!?…"
FULL: Final = "。！？｡"  # stops that need no space after them
CLOSERS: Final = "\"'”’»」』）)]}*_"
_OPENERS: Final = "\"'`“‘«(<[*_-&."
_LOW: Final = np.array([ord(sign) for sign in STOPS])
_HIGH: Final = np.array([ord(sign) for sign in "…" + FULL])
_AFTER_FULL: Final = re.compile(f".*[{FULL}]", re.DOTALL)
_ACRONYM: Final = re.compile(r"(?:\w\.)+\w")
LONGEST: Final = 24  # characters looked back for the word before a stop
LETTERS: Final = 1 + max(map(len, ALWAYS | OFTEN))  # no abbreviation has as many
SHORT: Final = 4  # letters; a shorter word between a stop and lower case may be an abbreviation


def sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """The spans of the sentences, in order, without white space at their edges.

    Every character that is not white space lies in exactly one of them.
    """
    end = len(text) if end is None else end
    first, end = strip(text, start, end)
    start = first
    found = []
    for match in END.finditer(text, start, end):
        stop, last = match.span()
        if stop < start:
            continue
        if text[stop] == "\n":
            last = strip(text, start, stop)[1]
        elif not _ends(text, first, stop, last, end):
            continue
        if start < last:
            found.append((start, last))
            start = skip(text, last, end)
    if start < end:
        found.append((start, end))
    return found


def stops(text: str, codes: Codes, starts: Ints, ends: Ints) -> Gaps:
    """The gaps in these spans after stops that might end a sentence (`ends_sentence` tells)."""
    some = np.concatenate([codes[start:end] for start, end in zip(starts, ends, strict=True)])
    stop = (some == 46) | (some == 33) | (some == 63)  # . ! ?
    if codes.itemsize > 1:
        high = np.flatnonzero(some >= 0x2026)
        stop[high] = np.isin(some[high], _HIGH)
    lengths = ends - starts
    found = np.flatnonzero(stop)
    shifts = starts - (np.cumsum(lengths) - lengths)
    found += shifts[np.cumsum(lengths).searchsorted(found, "right")]
    signs, after, before = codes[found], codes[found + 1], codes[found - 1]
    # A stop before a letter or digit is none, and one after another stop goes with that.
    letter = ((after | 32) - 97 < 26) | (after - 48 < 10)
    easy = (signs < 128) & (is_space(after) | letter) & ~np.isin(before, _LOW)
    lefts = found[easy & ~letter] + 1
    hard = []
    at = 0
    for place in found[~easy].tolist():
        if place >= at and (match := END.match(text, place)):
            at = match.end()
            hard.append(at)
    if hard:
        lefts = np.sort(np.concatenate([lefts, np.array(hard)]), kind="stable")
    return inside((lefts, skipped(codes, lefts)), starts, ends)


def ends_sentence(text: str, last: int, start: int, end: int) -> bool:
    """Whether one of `stops` in the span [start, end), whose left side ends at `last`, is an end.

    The sentences are those that `sentences` finds in the span.
    """
    stop = last - 1
    while stop > start and text[stop] in CLOSERS:
        stop -= 1
    while stop > start and text[stop - 1] in STOPS and text[stop] in STOPS:
        stop -= 1
    return _ends(text, start, stop, last, end)


def _ends(text: str, start: int, stop: int, last: int, end: int) -> bool:
    """Whether the stop at `stop`, which with its brackets ends at `last`, ends a sentence."""
    if text[stop] in FULL:
        return True
    match = _NEXT.match(text, last, end)
    following = match[1] if match else ""
    lower = following[:1].islower()
    if text[stop] != "." or last > stop + 1:
        return not (lower and (text[stop] in ".…" or text[last - 1] not in "!?"))
    if not lower and stop - LETTERS >= start and text[stop - LETTERS : stop].isalpha():
        return True
    before = text[max(start, stop - LONGEST) : stop]
    alone = not before or before[-1].isspace()
    word = "" if alone else before.rsplit(None, 1)[-1]
    if not word.isascii():
        word = _AFTER_FULL.sub("", word)
    word = word.lstrip(_OPENERS).lower()
    if word.isdigit() and len(word) < 4 and _begins(before[: -len(word)]):
        return False  # the number of a list item
    if not word and not alone:
        return False  # a path or an operator, as in "(. file)"
    if not following:
        return True
    if word in ALWAYS:
        return False
    if lower:
        return not (len(word) < SHORT or word in OFTEN or not word.isalpha())
    initial = len(word) == 1 and word.isalpha() and word != "i"
    if initial or word in OFTEN or ("." in word and _ACRONYM.fullmatch(word)):
        return following.lower() in STARTERS and len(following) > 1
    return True


def _begins(before: str) -> bool:
    """Whether what follows this begins a sentence or a line."""
    said = before.rstrip()
    stop = said.rstrip(CLOSERS)[-1:]
    return not stop or "\n" in before[len(said) :] or stop in STOPS + FULL
