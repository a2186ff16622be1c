"""Every candidate of a text with its score, best first."""

from __future__ import annotations

__all__ = ["Candidate", "published"]

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ops.keywords.graph import FloatArray, centralities, word_graph
from ops.keywords.patterns import Pattern, frequent_patterns
from ops.keywords.score import fuse, multi_centrality, textural
from ops.keywords.tokens import Tokens

_DIGITS: Final = 6
_WINDOW: Final = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A phrase or a single word that may become a keyword."""

    phrase: str
    score: float
    form: int
    """Number of the word in `Tokens.forms`; −1 of a phrase."""
    pattern: Pattern = ()
    """The words of a phrase."""


def published(
    tokens: Tokens,
    parts: FloatArray,
    overlap: float,
    check: Callable[[], None] = lambda: None,
) -> list[Candidate]:
    """All single words and the int(10·overlap) best phrases, as FRAKE's code scores them.

    A phrase scores the sum of those of its words that are written in lower case: scores are kept
    by the lower-case word, and looked up by the word as written. Scores are rounded to six
    decimals; of equals phrases come before words, and words in the order of the text.

    Args:
        parts: (words,) the weight of each word's part of speech.
        check: called now and then; may raise to stop.
    """
    central = None
    if len(tokens.word) >= _WINDOW:
        graph = word_graph(tokens.form, len(tokens.forms))
        central = multi_centrality(centralities(graph, check))
    check()
    scores = dict(zip(tokens.forms, fuse(textural(tokens, parts), central).tolist(), strict=True))
    phrases = []
    for pattern in frequent_patterns(tokens, overlap, check):
        words = [tokens.words[word] for word in pattern]
        total = sum(scores.get(word, 0.0) for word in words)
        phrases.append(Candidate(" ".join(words), round(total, _DIGITS), -1, pattern))
    best = sorted(phrases, key=_falling)[: int(overlap * 10)]
    singles = [
        Candidate(form, round(score, _DIGITS), index)
        for index, (form, score) in enumerate(scores.items())
    ]
    return sorted([*best, *singles], key=_falling)


def _falling(candidate: Candidate) -> float:
    return -candidate.score
