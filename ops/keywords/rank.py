"""Every candidate of a text with its score, best first."""

from __future__ import annotations

__all__ = ["Candidate", "published"]

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from ops.keywords.graph import CENTRALITIES, FloatArray, centralities, word_graph
from ops.keywords.patterns import Pattern, frequent_patterns
from ops.keywords.score import TEXTURAL, fuse, multi_centrality_parts, textural_parts
from ops.keywords.tokens import Tokens

_DIGITS: Final = 6
_WINDOW: Final = 3
PARTS: Final = (*TEXTURAL, *CENTRALITIES)
_NONE: Final = np.zeros(len(PARTS))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A phrase or a single word that may become a keyword."""

    phrase: str
    score: float
    form: int
    """Number of the word in `Tokens.forms`; −1 of a phrase."""
    pattern: Pattern = ()
    """The words of a phrase."""
    added: FloatArray = field(default_factory=lambda: _NONE, compare=False, repr=False)
    """(12,) What each textural feature adds to the score, and, split the other way, what each
    centrality does; either kind adds up to it."""

    @property
    def parts(self) -> tuple[tuple[str, float], ...]:
        """`added` with its names, for one keyword."""
        return tuple(zip(PARTS, self.added.round(_DIGITS).tolist(), strict=True))


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
    found, split = None, np.zeros((len(tokens.forms), len(CENTRALITIES)))
    if len(tokens.word) >= _WINDOW:
        graph = word_graph(tokens.form, len(tokens.forms))
        found = multi_centrality_parts(centralities(graph, check))
    check()
    features = textural_parts(tokens, parts)
    local = features[:, 0] + features[:, 1] + features[:, 2] + features[:, 3]
    central = None
    if found is not None:
        central = np.asarray(found[0].sum(axis=1))
        split[:, found[1]] = found[0]
    scores = dict(zip(tokens.forms, fuse(local, central).tolist(), strict=True))
    factor = np.full(len(local), 0.3) if central is None else central
    why = np.hstack([features * factor[:, None], split * local[:, None]])
    form_of = {form: index for index, form in enumerate(tokens.forms)}
    phrases = []
    for pattern in frequent_patterns(tokens, overlap, check):
        words = [tokens.words[word] for word in pattern]
        total = sum(scores.get(word, 0.0) for word in words)
        added = why[[form_of[word] for word in words if word in form_of]].sum(axis=0)
        phrases.append(Candidate(" ".join(words), round(total, _DIGITS), -1, pattern, added))
    best = sorted(phrases, key=_falling)[: int(overlap * 10)]
    singles = [
        Candidate(form, round(score, _DIGITS), index, (), why[index])
        for index, (form, score) in enumerate(scores.items())
    ]
    return sorted([*best, *singles], key=_falling)


def _falling(candidate: Candidate) -> float:
    return -candidate.score
