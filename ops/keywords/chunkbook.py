"""The variant `chunkbook`: candidate phrases of a text, scored and ranked."""

from __future__ import annotations

__all__ = ["candidates", "rank_phrases"]

from collections.abc import Callable, Sequence

import numpy as np

from ops.keywords.collection import Collection, phrases_of
from ops.keywords.coreference import add_mentions
from ops.keywords.features import FEATURES, GROUPS, length_of, measure
from ops.keywords.graph import FloatArray
from ops.keywords.phrases import Key, Phrase, noun_phrases, plain_phrases
from ops.keywords.ranked import DIGITS, Ranked
from ops.keywords.signal_weights import SIGNAL_WEIGHTS
from ops.keywords.signals import SIGNALS, signals_of
from ops.keywords.weights import ENGLISH, OTHER, TAGGED, Weights
from ops.keywords.words import Words


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
    score = (1.0 / (1.0 + np.exp(-np.clip(odds, -50.0, 50.0)))).round(DIGITS)
    first = np.array([phrase.first for phrase in table.phrases], dtype=np.int64)
    size = np.array([phrase.size for phrase in table.phrases], dtype=np.int64)
    order = np.lexsort((-size, first, -score))
    return Ranked(words, tags, table, score, groups, tuple(extra), order, overlap)
