"""Which of FRAKE's languages a document is in, and that language's stop words."""

from __future__ import annotations

__all__ = ["LANGUAGES", "choose", "stop_words"]

from functools import cache
from importlib import import_module
from typing import Final

from ops.language import detect

LANGUAGES: Final = ("en", "fr", "de", "es", "pt", "pl")


@cache
def stop_words(language: str) -> frozenset[str]:
    """spaCy's stop words of one of `LANGUAGES`, in lower case."""
    words = import_module(f"spacy.lang.{language}.stop_words").STOP_WORDS
    return frozenset(word.lower() for word in words)


def choose(wanted: str, known: str | None, text: str) -> str:
    """The language to work in: what is wanted or known, or else found out; "en" if not ours.

    Args:
        wanted: one of `LANGUAGES`, or "auto".
        known: the language that an earlier step found, if there was such a step.
    """
    found = wanted if wanted != "auto" else known or detect(text).language
    return found if found in LANGUAGES else "en"
