"""The ranked candidates of a document together with where they occur."""

from __future__ import annotations

__all__ = ["Keyword", "Placed", "Reasons"]

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from ops.keywords.rank import Candidate
from ops.keywords.spans import Occurrences
from ops.keywords.tokens import IntArray, Tokens

Reasons: TypeAlias = tuple[tuple[str, float], ...]
"""The named parts of a score."""

Keyword: TypeAlias = tuple[str, float, IntArray, Reasons]
"""Phrase, score, spans (occurrences, 2) and the parts of the score, where it has some."""


class Placed:
    """Chooses the best candidates of a whole document or of a stretch of it.

    Args:
        ranked: every candidate, best first.
    """

    def __init__(self, tokens: Tokens, ranked: Sequence[Candidate]) -> None:
        self.tokens = tokens
        self._ranked = ranked
        self._found = Occurrences.of(tokens)
        self._phrases = {
            place: self._found.of_pattern(candidate.pattern)
            for place, candidate in enumerate(ranked)
            if candidate.pattern
        }
        self._place = np.empty(len(tokens.forms), dtype=np.int64)
        for place, candidate in enumerate(ranked):
            if not candidate.pattern:
                self._place[candidate.form] = place

    def best(self, count: int) -> list[Keyword]:
        """The best of the document, each with all its spans."""
        return [
            (
                candidate.phrase,
                candidate.score,
                self._phrases[place] if candidate.pattern else self._found.of_form(candidate.form),
                candidate.parts,
            )
            for place, candidate in enumerate(self._ranked[:count])
        ]

    def inside(self, start: int, end: int, count: int) -> list[Keyword]:
        """The best of those that occur inside a stretch, each with its spans there."""
        forms, spans = self._found.within(start, end)
        places = self._place[forms]
        held = {int(place): spans[places == place] for place in np.unique(places)[:count]}
        for place, everywhere in self._phrases.items():
            here = everywhere[(everywhere[:, 0] >= start) & (everywhere[:, 1] <= end)]
            if len(here):
                held[place] = here
        chosen = [(self._ranked[place], held[place]) for place in sorted(held)[:count]]
        return [(one.phrase, one.score, at, one.parts) for one, at in chosen]
