"""Short forms that a text defines: "Knowledge Augmented Generation (KAG)"."""

from __future__ import annotations

__all__ = ["Definition", "definitions"]

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from ops.enrich.code import Span

BRACKETS: Final = re.compile(r"\(([^()]{2,80})\)")
WORD: Final = re.compile(r"\S+")
SENTENCE_END: Final = re.compile(r"[.!?;:]\s|[()\[\]]")
SHORT: Final = re.compile(r"[^\W_][\w.&/+-]{1,9}")


class Definition(NamedTuple):
    """The spans of a short form and of what it stands for."""

    short: Span
    long: Span


def definitions(text: str) -> Iterator[Definition]:
    """Every definition in a passage, after Schwartz and Hearst (2003).

    Either "long form (short form)" or "short form (long form)". A short form has two to ten
    characters, one of them a capital. The long form has at most min(n + 5, 2n) words for a short
    form of n characters, and holds its characters in their order, the first at the start of a word.
    """
    for match in BRACKETS.finditer(text):
        inner = re.split(r"[;,]\s", match[1], maxsplit=1)[0].strip()
        start = match.start(1) + match[1].index(inner) if inner else 0
        if _is_short(inner):
            span = _long_form(text, inner, match.start())
            if span:
                yield Definition((start, start + len(inner)), span)
        elif " " in inner:
            yield from _reversed(text, match.start(), (start, start + len(inner)))


def _reversed(text: str, bracket: int, long: Span) -> Iterator[Definition]:
    """The short form right before the bracket, if the whole of the bracket is its long form."""
    before = list(WORD.finditer(text, max(0, bracket - 20), bracket))
    short = before[-1][0].strip("\"'“”‘’*") if before else ""
    words = [word.start() for word in WORD.finditer(text, *long)]
    if _is_short(short) and _match(text, short, words, long[1]) == long:
        place = before[-1].start() + before[-1][0].index(short)
        yield Definition((place, place + len(short)), long)


def _is_short(form: str) -> bool:
    return (
        SHORT.fullmatch(form) is not None
        and any(character.isupper() for character in form)
        and not form.replace(".", "").isdigit()
    )


def _long_form(text: str, short: str, end: int) -> Span | None:
    """The words right before `end` that the short form stands for."""
    most = min(len(short) + 5, 2 * len(short))
    floor = max(0, end - 40 * most)
    stops = [match.end() for match in SENTENCE_END.finditer(text, floor, end)]
    words = [match.start() for match in WORD.finditer(text, stops[-1] if stops else floor, end)]
    while end and text[end - 1].isspace():
        end -= 1
    return _match(text, short, words[-most:], end)


def _match(text: str, short: str, words: list[int], end: int) -> Span | None:
    """The shortest run of words up to `end` that holds the characters of the short form."""
    if not words:
        return None
    place = end - 1
    letters = [character.lower() for character in short if character.isalnum()]
    for index, letter in zip(range(len(letters) - 1, -1, -1), reversed(letters), strict=True):
        while place >= words[0] and not (
            text[place].lower() == letter and (index > 0 or _starts_word(text, place, words[0]))
        ):
            place -= 1
        if place < words[0]:
            return None
        place -= 1
    start = place + 1
    long = text[start:end]
    enough = len(long) > len(short) and len(long.split()) <= min(len(short) + 5, 2 * len(short))
    return (start, end) if enough and short.lower() not in long.lower().split() else None


def _starts_word(text: str, place: int, floor: int) -> bool:
    return place == floor or not text[place - 1].isalnum()
