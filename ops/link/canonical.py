"""One form for what is written in many ways."""

from __future__ import annotations

__all__ = ["canonical", "singular", "surface", "trim"]

import re
import unicodedata
from functools import lru_cache
from typing import Final

ARTICLE: Final = re.compile(r"(?:the|an|a)\s+", re.IGNORECASE)
POSSESSIVE: Final = re.compile(r"['’]s?\Z", re.IGNORECASE)
APOSTROPHES: Final = str.maketrans("", "", "'’‘`´")
DOTTED: Final = re.compile(r"(?<!\w)\w(?:\.\w)+(?!\w)\.?")
VERSION: Final = re.compile(r"\s+v?\d+(?:\.\d+)+\+?\Z")
KEPT: Final = frozenset("&#@%*+")
"""Marks that tell names apart (C, C++, C#; AT&T)."""


@lru_cache(maxsize=100_000)
def canonical(name: str) -> str:
    """The same string for the same thing: NFKC, case folded, words joined by single hyphens.

    White space, hyphens, underscores, dots and other punctuation all join words, so that a
    package's name comes out as PEP 503 has it. A leading article and a possessive 's go, as do
    apostrophes and the dots of an acronym. Empty when nothing is left.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    folded = folded.strip()
    if article := ARTICLE.match(folded):
        folded = folded[article.end() :]
    folded = POSSESSIVE.sub("", folded).translate(APOSTROPHES)
    folded = DOTTED.sub(lambda match: match[0].replace(".", ""), folded)
    return "-".join("".join(map(_kept, folded)).split())


@lru_cache(maxsize=10_000)
def _kept(character: str) -> str:
    if character in KEPT:
        return character
    return " " if unicodedata.category(character)[0] in "ZPC" else character


def singular(canonical_name: str) -> str | None:
    """The canonical form with its last word in the singular, by the rules of English spelling."""
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch")):
        if canonical_name.endswith(ending) and len(canonical_name) > len(ending) + 2:
            return canonical_name[: -len(ending)] + instead
    ends = re.search(r"(?:[^sui]|[^s]i)s\Z", canonical_name) is not None and len(canonical_name) > 3
    if ends and not canonical_name.endswith("https"):
        return canonical_name[:-1]
    return None


def surface(text: str) -> str:
    """A form as it is shown: runs of white space made one space."""
    return " ".join(text.split())


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without marks at its edges, a leading article, a possessive 's, a version.

    The dot of an abbreviation (Inc., U.S.) stays where the span has it.
    """
    limit = end
    while start < end and not (text[start].isalnum() or text[start] in "@#."):
        start += 1
    while start < end and not (text[end - 1].isalnum() or text[end - 1] in "+#"):
        end -= 1
    if match := ARTICLE.match(text, start, end):
        start = match.end()
    for pattern in (POSSESSIVE, VERSION):
        if match := pattern.search(text[start:end]):
            end = start + match.start()
    if start < end < limit and text[end] == "." and text[end - 1].isalpha():
        end += 1
    return start, max(start, end)
