"""The ranked candidates of a text, of which the best are chosen for it or for a stretch of it."""

from __future__ import annotations

__all__ = ["DIGITS", "Ranked"]

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np

from ops.keywords.features import GROUPS, Table
from ops.keywords.graph import CENTRALITIES, FloatArray
from ops.keywords.phrases import Phrase
from ops.keywords.placed import Keyword
from ops.keywords.tokens import IntArray
from ops.keywords.words import Words

DIGITS: Final = 6
"""Decimals of scores and their parts."""


@dataclass(frozen=True, eq=False)
class Ranked:
    """All candidates of a text, best first."""

    words: Words
    tags: Sequence[str] | None
    """Penn Treebank tags of the tokens, if they were asked for."""
    table: Table
    score: FloatArray
    """(candidates,) 0 … 1."""
    groups: FloatArray
    """(candidates, groups) What each group of features adds to the logarithm of the odds."""
    extra: tuple[tuple[str, FloatArray], ...]
    """(candidates,) What each thing asked for besides adds: `signals`, `collection`."""
    order: IntArray
    """Candidates, best first."""
    overlap: float
    """Share of its words that one may have in common with a better one."""
    _forms: dict[int, str] = field(default_factory=dict, init=False, repr=False)

    def best(self, count: int) -> list[Keyword]:
        """The best of the text, each with all its spans."""
        chosen = self._thin(self.order.tolist(), count)
        return [self._keyword(i, self._spans(_places(self.table.phrases[i]))) for i in chosen]

    def inside(self, start: int, end: int, count: int) -> list[Keyword]:
        """The best of those that occur wholly inside a stretch, with their spans there."""
        low = bisect_left(self.words.start, start)
        high = bisect_right(self.words.end, end)
        rank, places = self._occurrences
        here = slice(*np.searchsorted(places[:, 0], (low, max(low, high))))
        whole = places[here, 1] <= high
        rank, places = rank[here][whole], places[here][whole]
        held = {int(self.order[at]): at for at in np.unique(rank)}
        return [
            self._keyword(i, self._spans(places[rank == held[i]]))
            for i in self._thin(list(held), count)
        ]

    @cached_property
    def _occurrences(self) -> tuple[IntArray, IntArray]:
        """(n,) Rank of a candidate, (n, 2) first token and end of an occurrence; in text order."""
        found = [_places(self.table.phrases[i]) for i in self.order.tolist()]
        rank = np.repeat(np.arange(len(found)), [len(places) for places in found])
        places = np.concatenate([np.empty((0, 2), dtype=np.int64), *found])
        order = np.lexsort((places[:, 1], places[:, 0]))
        return rank[order], places[order]

    def _thin(self, order: Sequence[int], count: int) -> list[int]:
        chosen: list[int] = []
        taken: list[frozenset[int]] = []
        for i in order:
            if len(chosen) == count:
                break
            stems = self._stems(i)
            shared = max((len(stems & other) for other in taken), default=0)
            if self.overlap < 1.0 and shared > self.overlap * len(stems):
                continue
            chosen.append(i)
            taken.append(stems)
        return chosen

    def _stems(self, i: int) -> frozenset[int]:
        phrase = self.table.phrases[i]
        return frozenset(self.words.stem[phrase.first : phrase.first + phrase.size])

    def _spans(self, places: IntArray) -> IntArray:
        starts, ends = self.words.start, self.words.end
        pairs = [(starts[first], ends[after - 1]) for first, after in places.tolist()]
        return np.array(pairs, dtype=np.int64).reshape(-1, 2)

    def _keyword(self, i: int, spans: IntArray) -> Keyword:
        added = ((name, round(float(values[i]), DIGITS)) for name, values in self.extra)
        parts = (
            *zip(GROUPS, self.groups[i].round(DIGITS).tolist(), strict=True),
            *added,
            *zip(CENTRALITIES, self.table.centralities[i].round(DIGITS).tolist(), strict=True),
        )
        return self._written(i), float(self.score[i]), spans, parts

    def _written(self, i: int) -> str:
        """The form that a candidate is most often written in."""
        phrase = self._forms.get(i)
        if phrase is None:
            found, words = self.table.phrases[i], self.words
            forms = Counter(
                " ".join(words.text[words.start[place] : words.end[place + found.size - 1]].split())
                for place in found.places
            )
            phrase = self._forms[i] = forms.most_common(1)[0][0]
        return phrase


def _places(phrase: Phrase) -> IntArray:
    """(n, 2) First token of each occurrence or mention and the one after its last; in order."""
    first = np.array(phrase.places, dtype=np.int64)
    places = np.stack([first, first + phrase.size], axis=1)
    if phrase.mentions:
        others = np.array(phrase.mentions, dtype=np.int64)
        others[:, 1] += others[:, 0]
        places = np.concatenate([places, others])
        places = places[np.lexsort((places[:, 1], places[:, 0]))]
    return places
