"""Which language a text is in."""

from __future__ import annotations

__all__ = ["Detected", "detect", "detect_many"]

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

SAMPLE: Final = 4_000
"""Characters that are looked at, at the start, in the middle and at the end of a text."""

UNSURE: Final = 0.2
"""Probability below which a language is a guess."""

SHORT: Final = 2_000
"""Characters of a text that is cheaper to walk through beside others than by itself."""

TOGETHER: Final = 2_000_000
"""Bytes of texts, filled up to the longest, that are walked through together."""


@dataclass(frozen=True, slots=True)
class Detected:
    """A language (ISO 639-1) and its probability among those known; None where nothing tells."""

    language: str | None
    score: float


NOTHING: Final = Detected(None, 0.0)


def detect(text: str) -> Detected:
    """The language of a text by its byte sequences (py3langid); long texts by a sample.

    A text without letters, or that looks like no language or like many, has none.
    """
    text = _sample(text)
    if not any(map(str.isalpha, text)):
        return NOTHING
    return _detected(*_identifier().classify(text))


def detect_many(texts: Sequence[str]) -> list[Detected]:
    """What `detect` says of each, for many short texts at a fraction of the cost.

    py3langid's automaton takes one byte of one text at a time; here it takes a byte of all short
    texts, and long ones by themselves. What is said of a text does not depend on the others, and
    scores are those of `detect` up to the rounding of sums.
    """
    found = [NOTHING] * len(texts)
    raw: list[tuple[int, bytes]] = []
    for place, text in enumerate(map(_sample, texts)):
        if len(text) > SHORT:
            found[place] = detect(text)
        elif any(map(str.isalpha, text)):
            raw.append((place, _encoded(text)))
    raw.sort(key=lambda pair: len(pair[1]), reverse=True)
    for group in _groups(raw):
        scores = _probabilities([one for _, one in group])
        best = scores.argmax(axis=1)
        labels = _identifier().nb_classes
        for row, (place, _) in enumerate(group):
            found[place] = _detected(labels[best[row]], scores[row, best[row]])
    return found


def _sample(text: str) -> str:
    if len(text) <= 3 * SAMPLE:
        return text
    middle = len(text) // 2
    return " ".join((text[:SAMPLE], text[middle : middle + SAMPLE], text[-SAMPLE:]))


def _detected(language: str, score: float) -> Detected:
    known = language != "zxx" and score >= UNSURE
    return Detected(str(language) if known else None, round(float(score), 6))


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    # The model also knows some three-letter relatives of large languages, which it prefers for
    # short texts. "zxx" (no language: code, numbers) stays, so that it is not taken for one.
    identifier.set_languages(
        [name for name in identifier.labels if len(name) == 2 or name == "zxx"]
    )
    return identifier


@cache
def _automaton() -> tuple[NDArray[Any], NDArray[np.int64], NDArray[np.int32]]:
    """For a row of transitions and a byte the next state; state → its row; state → its feature."""
    identifier = _identifier()
    moves = np.frombuffer(identifier.tk_nextmove, dtype=identifier.tk_nextmove.typecode)
    rows = np.asarray(identifier.tk_row, dtype=np.int64) << 8
    return moves, rows, np.asarray(identifier.tk_output, dtype=np.int32)


def _encoded(text: str) -> bytes:
    if text.isupper():
        text = text.lower()
    return unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")


def _groups(raw: Sequence[tuple[int, bytes]]) -> Iterator[Sequence[tuple[int, bytes]]]:
    """Neighbours of a list that is sorted by length, longest first."""
    at = 0
    while at < len(raw):
        count = max(1, TOGETHER // max(1, len(raw[at][1])))
        yield raw[at : at + count]
        at += count


def _features(raw: Sequence[bytes]) -> NDArray[np.int32]:
    """The features (longest, texts) that end at each byte, -1 for none. Longest text first."""
    moves, rows, output = _automaton()
    lengths = np.array([len(one) for one in raw])
    letters = np.zeros((lengths[0], len(raw)), dtype=np.uint8)
    for place, one in enumerate(raw):
        letters[: len(one), place] = np.frombuffer(one, dtype=np.uint8)
    found = np.full(letters.shape, -1, dtype=np.int32)
    going = np.searchsorted(-lengths, -np.arange(lengths[0]), side="left")
    state = np.zeros(len(raw), dtype=np.int64)
    for at, count in enumerate(going.tolist()):
        state = moves[rows[state[:count]] + letters[at, :count]].astype(np.int64)
        found[at, :count] = output[state]
    return found


def _probabilities(raw: Sequence[bytes]) -> NDArray[np.float32]:
    """Of each label for each text: naive Bayes over the logarithms of the features' counts."""
    from scipy.sparse import coo_array

    identifier = _identifier()
    found = _features(raw)
    at, text = np.nonzero(found >= 0)
    names, feature = np.unique(found[at, text], return_inverse=True)
    ones = np.ones(len(text), dtype=np.float32)
    counts = coo_array((ones, (text, feature)), shape=(len(raw), len(names))).tocsr()
    counts.data = np.log1p(counts.data)
    scores = counts @ identifier.nb_ptc[names].astype(np.float32)
    # A text without features says nothing: every label is as likely, whatever its prior.
    told = np.diff(counts.indptr) > 0
    scores[told] += identifier.nb_pc
    scores /= np.sqrt([[max(len(one), 1)] for one in raw])
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    scores /= scores.sum(axis=1, keepdims=True)
    labels = list(identifier.nb_classes)
    for place, label in enumerate(labels):
        first = labels.index(label)
        if first != place:  # one language in two scripts
            scores[:, first] += scores[:, place]
            scores[:, place] = 0
    return np.asarray(scores, dtype=np.float32)
