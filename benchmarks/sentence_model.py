"""Trains the weights of `ops.segment.web_sentences`: python -m benchmarks.sentence_model DATA.

Logistic regression over the gaps that the rules leave open in the train split of UD English-EWT.
Features that are seen once, and weights near 0, are left out.
"""

from __future__ import annotations

__all__ = ["train"]

import gzip
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ops.segment.sentences import sentences
from ops.segment.web_sentences import candidates

PENALTY: Final = 0.5
SMALLEST: Final = 0.05
STEPS: Final = 100
WEIGHTS: Final = Path(__file__).parents[1] / "ops" / "segment" / "data" / "web_sentences.npz"


def train(data: Path) -> tuple[NDArray[np.uint32], NDArray[np.float16]]:
    """CRC-32 of the features' names, ascending, and their weights."""
    from scipy.optimize import minimize
    from scipy.sparse import csr_matrix

    rows, ends = _gaps(data / "ud_ewt" / "sentence_spans_train.jsonl.gz")
    counts = Counter(name for names in rows for name in names)
    places = {name: at for at, name in enumerate(n for n, c in sorted(counts.items()) if c > 1)}
    pairs = [
        (row, places[name])
        for row, names in enumerate(rows)
        for name in dict.fromkeys(names)
        if name in places
    ]
    where = np.array(pairs).T
    matrix = csr_matrix((np.ones(len(pairs)), where), shape=(len(rows), len(places)))
    gold = np.array(ends)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = matrix @ weights
        value = np.logaddexp(0, scores).sum() - scores[gold].sum()
        slope = matrix.T @ (1 / (1 + np.exp(-scores)) - gold)
        return value + PENALTY * weights @ weights / 2, slope + PENALTY * weights

    start = np.zeros(len(places))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x
    kept = {crc32(n.encode()): found[at] for n, at in places.items() if abs(found[at]) >= SMALLEST}
    ordered = sorted(kept.items())
    names = np.array([name for name, _ in ordered], dtype=np.uint32)
    return names, np.array([weight for _, weight in ordered], dtype=np.float16)


def _gaps(file: Path) -> tuple[list[list[str]], list[bool]]:
    """The features of each gap, and whether people end a sentence there."""
    rows: list[list[str]] = []
    gold: list[bool] = []
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            document = json.loads(line)
            text = document["text"]
            ends = {end for _, end in document["sent_spans"]}
            for start, end in sentences(text):
                for stop, _, names in candidates(text, start, end):
                    rows.append(names)
                    gold.append(stop in ends)
    return rows, gold


if __name__ == "__main__":
    made = train(Path(sys.argv[1]))
    np.savez_compressed(WEIGHTS, names=made[0], weights=made[1])
    sys.stdout.write(f"{len(made[0]):,} weights in {WEIGHTS}\n")
