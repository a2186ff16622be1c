"""The variant `chunkbook`: candidate phrases of a text, scored and ranked."""

from __future__ import annotations

__all__ = ["Ranked", "candidates", "rank_phrases"]

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ops.keywords.collection import Collection, phrases_of
from ops.keywords.coreference import add_mentions
from ops.keywords.features import FEATURES, GROUPS, Table, length_of, measure
from ops.keywords.graph import CENTRALITIES, FloatArray
from ops.keywords.phrases import Key, Phrase, noun_phrases, plain_phrases
from ops.keywords.placed import Keyword
from ops.keywords.signal_weights import SIGNAL_WEIGHTS
from ops.keywords.signals import SIGNALS, signals_of
from ops.keywords.tokens import IntArray
from ops.keywords.weights import ENGLISH, OTHER, TAGGED, Weights
from ops.keywords.words import Words

_DIGITS: Final = 6


@dataclass(frozen=True, slots=True, eq=False)
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

    def best(self, count: int) -> list[Keyword]:
        """The best of the text."""
        return [self._scored(i) for i in self._thin(self.order.tolist(), count)]

    def inside(self, start: int, end: int, count: int) -> list[Keyword]:
        """The best of those that occur wholly inside a stretch, with their spans there."""
        starts, ends = self.words.start, self.words.end
        low = int(np.searchsorted(starts, start))
        high = int(np.searchsorted(ends, end, side="right"))
        held = []
        for i in self.order.tolist():
            phrase = self.table.phrases[i]
            places = phrase.places
            at = int(np.searchsorted(places, low))
            if (at < len(places) and places[at] + phrase.size <= high) or any(
                low <= first and first + size <= high for first, size in phrase.mentions
            ):
                held.append(i)
        found = []
        for i in self._thin(held, count):
            spans = self._spans(self.table.phrases[i])
            spans = spans[(spans[:, 0] >= start) & (spans[:, 1] <= end)]
            found.append(self._scored(i, spans))
        return found

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

    def _spans(self, phrase: Phrase) -> IntArray:
        starts, ends, last = self.words.start, self.words.end, phrase.size - 1
        pairs = [(starts[place], ends[place + last]) for place in phrase.places]
        if phrase.mentions:
            pairs += [(starts[place], ends[place + size - 1]) for place, size in phrase.mentions]
            pairs.sort()
        return np.array(pairs, dtype=np.int64).reshape(-1, 2)

    def _scored(self, i: int, spans: IntArray | None = None) -> Keyword:
        found, words = self.table.phrases[i], self.words
        everywhere = self._spans(found)
        last = found.size - 1
        written = Counter(
            " ".join(words.text[words.start[place] : words.end[place + last]].split())
            for place in found.places
        )
        added = ((name, round(float(values[i]), _DIGITS)) for name, values in self.extra)
        parts = (
            *zip(GROUPS, self.groups[i].round(_DIGITS).tolist(), strict=True),
            *added,
            *zip(CENTRALITIES, self.table.centralities[i].round(_DIGITS).tolist(), strict=True),
        )
        phrase = written.most_common(1)[0][0]
        return phrase, float(self.score[i]), everywhere if spans is None else spans, parts


def candidates(
    words: Words,
    tags: Sequence[str] | None,
    check: Callable[[], None] = lambda: None,
    coreference: bool = False,
) -> dict[Key, Phrase]:
    """The phrases of a text that may be keywords, by the numbers of their stems."""
    found = plain_phrases(words, check) if tags is None else noun_phrases(words, tags, check)
    return add_mentions(words, found) if coreference else found


def rank_phrases(
    words: Words,
    tags: Sequence[str] | None,
    check: Callable[[], None] = lambda: None,
    weights: Weights | None = None,
    overlap: float = 1.0,
    collection: Collection | None = None,
    signals: bool = False,
    coreference: bool = False,
) -> Ranked:
    """All candidates of a text with their scores.

    The score is the chance that the phrase is a keyword, by a logistic function of the weighted
    features; each weight moves with the logarithm of the text's length, from what it is for 200
    tokens to what it is for 5,000. Of equals the candidate that comes first is better.

    Args:
        tags: the Penn Treebank tag of each token, or None for the mode without parts of speech.
        check: called now and then; may raise to stop.
        weights: others than those fitted for the mode.
        overlap: share of its words that a keyword may have in common with a better one.
        collection: the documents that this one is to be told from; how rare a phrase is among
            them is added to its odds.
        signals: whether what marks a phrase as a topic is added to its odds.
        coreference: whether mentions in other words count, see `ops.keywords.coreference`.
    """
    mode = "tagged" if tags is not None else "english" if words.language == "en" else "other"
    if weights is None:
        weights = {"tagged": TAGGED, "english": ENGLISH, "other": OTHER}[mode]
    found = candidates(words, tags, check, coreference)
    table = measure(words, tags, found, check)
    share = length_of(len(words.start))
    pairs = np.array([weights.features[name] for name in FEATURES])
    # Not `@`: its sums depend on the number of threads in their last digits.
    added = table.values * (pairs[:, 0] + share * pairs[:, 1])
    groups = np.zeros((len(added), len(GROUPS)))
    begin = 0
    for place, names in enumerate(GROUPS.values()):
        groups[:, place] = added[:, begin : begin + len(names)].sum(axis=1)
        begin += len(names)
    odds = groups.sum(axis=1) + weights.base[0] + share * weights.base[1]
    extra: list[tuple[str, FloatArray]] = []
    if signals:
        weigh = np.array([SIGNAL_WEIGHTS[mode][name] for name in SIGNALS])
        marked = signals_of(words, table.phrases, check)
        extra.append(("signals", (marked * (weigh[:, 0] + share * weigh[:, 1])).sum(axis=1)))
    if collection is not None:
        extra.append(("collection", collection.apart(phrases_of(words, table.phrases))))
    for _, values in extra:
        odds = odds + values
    score = (1.0 / (1.0 + np.exp(-np.clip(odds, -50.0, 50.0)))).round(_DIGITS)
    first = np.array([phrase.first for phrase in table.phrases], dtype=np.int64)
    size = np.array([phrase.size for phrase in table.phrases], dtype=np.int64)
    order = np.lexsort((-size, first, -score))
    return Ranked(words, tags, table, score, groups, tuple(extra), order, overlap)
