"""What part of speech a lone word is, and the weight FRAKE gives it."""

from __future__ import annotations

__all__ = ["part_weights"]

from collections.abc import Sequence
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np

from ops.keywords.graph import FloatArray

_BATCH: Final = 256
_KNOWN_MOST: Final = 500_000
_known: WeakKeyDictionary[Any, dict[str, float]] = WeakKeyDictionary()


def part_weights(words: Sequence[str], nlp: Any) -> FloatArray:
    """The weight of each word, tagged as a text of its own: noun 1, verb 0.5, anything else 0.25.

    FRAKE's code means adjectives to weigh 0.35, but looks for the tag "jJ", which there is not.
    A word's tag does not depend on the words it is asked for with, so tags are kept by word for
    the life of the pipeline.

    Args:
        nlp: a spaCy pipeline with a tok2vec and a tagger of Penn Treebank tags; nothing else of
            it is run.
    """
    known = _known.setdefault(nlp, {})
    if len(known) > _KNOWN_MOST:
        known.clear()
    unknown = list(dict.fromkeys(word for word in words if word not in known))
    if unknown:
        known.update(zip(unknown, map(_weight, _tags(unknown, nlp)), strict=True))
    return np.array([known[word] for word in words], dtype=np.float64)


def _tags(words: Sequence[str], nlp: Any) -> list[str]:
    from spacy.tokens import Doc

    docs = (Doc(nlp.vocab, words=[word]) for word in words)
    for name in ("tok2vec", "tagger"):
        docs = nlp.get_pipe(name).pipe(docs, batch_size=_BATCH)
    return [str(doc[0].tag_) for doc in docs]


def _weight(tag: str) -> float:
    if "NN" in tag:
        return 1.0
    return 0.5 if "V" in tag else 0.25
