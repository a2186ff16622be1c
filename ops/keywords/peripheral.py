"""Light filtering: what stands at the edge of a text has no say in its keywords."""

from __future__ import annotations

__all__ = ["Filter", "marked_spans", "without_peripheral"]

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal, TypeAlias

import numpy as np

from ops.keywords.words import MARK, WORD, Words

Filter: TypeAlias = Literal["none", "marked", "least"]

LEAST: Final = 0.1
"""Share of the sentences that `least` leaves out."""
_FEWEST: Final = 10
"""Sentences from which on some are left out."""
_END: Final = re.compile(
    r"^[#\d. \tIVX]*(?:references|bibliography|literature cited|works cited|acknowledge?ments?"
    r"|literatur(?:verzeichnis)?|bibliographie|références|referencias|referências|bibliografia"
    r"|remerciements|danksagung|agradecimientos|agradecimentos)[ \t]*:?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_CITED: Final = re.compile(r"\[[\d,;\s–-]{1,40}\]|\([^()]{0,80}\b(?:19|20)\d\d[a-z]?\)")
_BRACKETS: Final = re.compile(r"\([^()]{1,200}\)")
_EXAMPLE: Final = re.compile(
    r"\W*(?:for (?:example|instance)|e\.g\.|as an example|see also|cf\.|note that|par exemple"
    r"|zum beispiel|z\. ?B\.|por ejemplo|por exemplo|na przykład)",
    re.IGNORECASE,
)
_LATE: Final = 0.5


def marked_spans(words: Words) -> list[tuple[int, int]]:
    """Spans of the text that its own marks set apart, in order; they may overlap.

    Sentences that begin as an example or an aside, brackets and citations, and what follows a
    heading such as "References" or "Acknowledgements" in the second half of the text.
    """
    text = words.text
    spans = [match.span() for match in _CITED.finditer(text)]
    spans += [match.span() for match in _BRACKETS.finditer(text)]
    spans += [(a, b) for a, b in words.sentences if _EXAMPLE.match(text, a, b)]
    for match in _END.finditer(text, int(len(text) * _LATE)):
        spans.append((match.start(), len(text)))
        break
    return sorted(spans)


def without_peripheral(words: Words, how: Filter) -> Words:
    """The same tokens, those of peripheral passages turned into marks: they end a phrase.

    `marked` is told by `marked_spans`. `least` is the light filtering of Marujo et al. (LREC 2012):
    the tenth of the sentences least like the rest, of ten or more; theirs are ranked by a
    summariser over key phrases, ours by the mean count of their words' stems. Where nothing
    would be left everything stays.
    """
    out = _marked(words) if how == "marked" else _least(words) if how == "least" else []
    if not out:
        return words
    kinds = list(words.kind)
    for place in out:
        kinds[place] = MARK
    return replace(words, kind=kinds) if WORD in kinds else words


def _marked(words: Words) -> Sequence[int]:
    out: set[int] = set()
    for start, end in marked_spans(words):
        out.update(range(bisect_left(words.start, start), bisect_left(words.start, end)))
    return sorted(out)


def _least(words: Words) -> Sequence[int]:
    kind, sentence = np.array(words.kind), np.array(words.sentence)
    own = np.flatnonzero(kind == WORD)
    if len(words.sentences) < _FEWEST or not len(own):
        return []
    stem = np.array(words.stem)[own]
    common = np.log(np.bincount(stem)[stem])
    many = np.bincount(sentence[own], minlength=len(words.sentences))
    mean = np.bincount(sentence[own], common, len(words.sentences)) / np.maximum(many, 1)
    held = np.flatnonzero(many)
    order = held[np.argsort(mean[held], kind="stable")]
    return [int(at) for at in np.flatnonzero(np.isin(sentence, order[: int(LEAST * len(held))]))]
