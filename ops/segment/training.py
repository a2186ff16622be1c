"""Trains the network of `segment.learned` on the paragraph breaks of documents."""

from __future__ import annotations

__all__ = ["Trained", "train"]

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.context import Context
from ops.errors import UsageError
from ops.segment.breaks import breaks_of
from ops.segment.learned import Network, pairs
from ops.segment.levels import block_level
from ops.segment.piece import Document
from ops.segment.sentences import sentences
from ops.segment.vectors import embedded

UNITS: Final = 64
LEAST: Final = 200
"""Pairs of either kind without which nothing is learnt."""
HELD_OUT: Final = 5  # every fifth document is kept to measure on
MOST: Final = 40_000  # pairs that are learnt from
ROUNDS: Final = 100
LARGE: Final = 4_000  # pairs from where on a tenth is kept back to tell when to stop
SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Trained:
    """A network, what it learnt from and how it does on documents that it did not see."""

    network: Network
    pairs: int
    breaks: int
    accuracy: float
    """Balanced over breaks and no breaks; 0.5 is chance."""


def train(
    documents: Sequence[Document],
    model: str,
    ctx: Context,
    said: Callable[[str], None] = lambda text: None,
) -> Trained:
    """Learn from neighbouring sentences; labels are the breaks between paragraphs and sections:
    blank lines, and what the loader marked (headings, paragraphs, tables, code).

    Raises:
        UsageError: scikit-learn is not installed, or there are too few breaks to learn from.
    """
    try:
        from sklearn.neural_network import MLPClassifier
    except ModuleNotFoundError:
        raise UsageError(
            "training needs scikit-learn, which is not installed",
            hint='pip install "chunkbook[train]"',
        ) from None
    texts: list[str] = []
    places: list[tuple[int, int, bool]] = []  # document, left sentence, whether they are together
    for number, document in enumerate(documents):
        ctx.check()
        text = document.text
        blocks = block_level(document, breaks_of(text))
        ends = set(blocks.find(np.array([0]), np.array([len(text)]))[0].tolist())
        spans = sentences(text)
        for at, (_, end) in enumerate(spans[:-1]):
            places.append((number, len(texts) + at, end not in ends))
        texts += [text[start:end] for start, end in spans]
    gold = np.array([together for _, _, together in places], dtype=bool)
    if min(gold.sum(), (~gold).sum()) < LEAST:
        raise UsageError(
            f"there are {int((~gold).sum())} breaks between paragraphs and {int(gold.sum())} other "
            f"pairs of sentences; {LEAST} of each are needed",
            hint="take more documents, with blank lines between their paragraphs",
        )
    said(f"embedding {len(texts):,} sentences")
    vectors = embedded(texts, model, ctx).astype(np.float64)
    left = np.array([place for _, place, _ in places])
    owner = np.array([number for number, _, _ in places])
    several = len(documents) > HELD_OUT
    test = owner % HELD_OUT == 0 if several else np.arange(len(gold)) % HELD_OUT == 0
    rows = _balanced(np.flatnonzero(~test), gold)
    said(f"training on {len(rows):,} pairs")
    learner = MLPClassifier(
        (UNITS,), random_state=SEED, max_iter=ROUNDS, early_stopping=len(rows) > LARGE
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it could have gone on is no matter
        learner.fit(pairs(vectors[left[rows]], vectors[left[rows] + 1]), gold[rows])
    network = Network(
        learner.coefs_[0],
        learner.intercepts_[0],
        learner.coefs_[1][:, 0],
        float(learner.intercepts_[1][0]),
        ctx.resources.embedder(model).hash,
    )
    seen = np.array(
        [network.together(vectors[place : place + 2])[0] >= 0.5 for place in left[test]]
    )
    kinds = [gold[test], ~gold[test]]
    accuracy = float(np.mean([(seen == gold[test])[kind].mean() for kind in kinds if kind.any()]))
    return Trained(network, len(rows), int((~gold).sum()), accuracy)


def _balanced(rows: NDArray[np.int64], gold: NDArray[np.bool_]) -> NDArray[np.int64]:
    """As many of one kind as of the other, at most MOST, the same each time."""
    random = np.random.default_rng(SEED)
    kinds = [rows[gold[rows]], rows[~gold[rows]]]
    count = min(*map(len, kinds), MOST // 2)
    chosen = [random.choice(kind, count, replace=False) for kind in kinds]
    return np.sort(np.concatenate(chosen))
