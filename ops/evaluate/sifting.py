"""Which questions that a model made can be used, and why the others cannot."""

from __future__ import annotations

__all__ = ["REASONS", "Candidate", "Words", "fault", "find_answer"]

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ops.evaluate.search import terms

REASONS: Final = {
    "model": "the model gave no answer in form",
    "form": "it is not a question",
    "passage": "it speaks of the passage",
    "not_found": "its answer is not in the text",
    "short": "its answer says nothing",
    "most": "its answer is most of the passage",
    "leak": "it holds its answer",
    "copy": "it copies the text",
    "unrelated": "its answer has little to do with it",
    "duplicate": "there is one like it",
}
"""Why a question is refused."""

WORD: Final = re.compile(r"\w+")
POINTS: Final = re.compile(
    r"\b(?:this|the|that)\s+(?:passage|text|sentence|quote|paragraph|excerpt|author)\b"
    r"|\bthis\s+document\b|\b(?:above|aforementioned)\b",
    re.IGNORECASE,
)
RUN: Final = 6
"""Words in a row that a question may share with the text, unless they are few of its own."""
SHARE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question with the spans of the document that answer it."""

    question: str
    answers: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


def find_answer(text: str, start: int, end: int, quote: str) -> tuple[int, int] | None:
    """Where a quote stands in text[start:end]: letter by letter, but for the width of spaces."""
    words = quote.split()
    if not words:
        return None
    at = text.find(quote, start, end)
    if at >= 0:
        return at, at + len(quote)
    match = re.compile(r"\s+".join(map(re.escape, words))).search(text, start, end)
    return match.span() if match else None


def fault(found: Candidate, passage: str) -> str:
    """The key of the reason why a question cannot be used; "" for a good one.

    A question leaks when most of its answer's terms are in it, and copies when most of it, and more
    than a few words, stands in the passage in the same order: words alone would find its chunk.
    """
    words = WORD.findall(found.question.casefold())
    if not found.question.rstrip().endswith(("?", "？", "؟")) or len(words) < 3:
        return "form"
    if POINTS.search(found.question):
        return "passage"
    asked = set(terms(found.question))
    told = {term for answer in found.answers for term in terms(answer)}
    if not told:
        return "short"
    if len(told & asked) >= SHARE * len(told):
        return "leak"
    if sum(map(len, found.answers)) > SHARE * len(passage):
        return "most"
    if _run(words, WORD.findall(passage.casefold())) >= max(RUN, 0.6 * len(words)):
        return "copy"
    return ""


class Words:
    """Questions by their terms, to find one that asks in nearly the same words.

    Two are alike when they share `SHARE` of the terms that either has. Only those are compared that
    have a term in common, and none when a question has no term: it is like any other such.
    """

    def __init__(self) -> None:
        self._sizes: list[int] = []
        self._having: dict[str, list[int]] = {}

    def add(self, question: str) -> None:
        """Remember a question."""
        own = set(terms(question))
        for term in own:
            self._having.setdefault(term, []).append(len(self._sizes))
        self._sizes.append(len(own))

    def has_like(self, question: str) -> bool:
        """Whether one like this is remembered."""
        own = set(terms(question))
        if not own:
            return 0 in self._sizes
        shared = Counter(number for term in own for number in self._having.get(term, ()))
        return any(
            both >= SHARE * (len(own) + self._sizes[number] - both)
            for number, both in shared.items()
        )


def _run(words: Sequence[str], text: Sequence[str]) -> int:
    """Length of the longest run of words that both have."""
    best = 0
    before = [0] * (len(text) + 1)
    for word in words:
        now = [0] * (len(text) + 1)
        for place, other in enumerate(text):
            if word == other:
                now[place + 1] = before[place] + 1
        best = max(best, *now)
        before = now
    return best
