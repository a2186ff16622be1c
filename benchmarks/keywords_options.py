"""Options of `keywords.frake` one by one on the shared sets, and the fit of the signals' weights.

    python -m benchmarks.keywords_options DATA [--fit] [--most N]

`--fit` prints the weights of `ops/keywords/signal_weights.py`, by logistic regression on the even
halves with the odds of all other features given; every set, text and candidate counts alike.
Without it: F1@10 with each option, on the even half, the odd half and the whole.
"""

from __future__ import annotations

__all__ = ["ablation", "fit"]

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.keywords_data import Article, articles, is_even, macro, normal, set_names
from ops.keywords.chunkbook import rank_phrases
from ops.keywords.features import length_of
from ops.keywords.graph import FloatArray
from ops.keywords.peripheral import Filter, without_peripheral
from ops.keywords.signals import SIGNALS, signals_of
from ops.keywords.tagger import tags_of
from ops.keywords.words import Words, read_words
from ops.language import load_pipeline, stop_words

OPTIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "nothing": {},
    "signals": {"signals": True},
    "peripheral: marked": {"peripheral": "marked"},
    "peripheral: least": {"peripheral": "least"},
    "coreference": {"coreference": True},
    "all (marked)": {"signals": True, "peripheral": "marked", "coreference": True},
}
STRENGTH: Final = 2.0
FITTED: Final = 250
"""Articles of an even half that weights are fitted on, the first."""
TOP: Final = 25


def _read(article: Article, tagged: bool) -> tuple[Words, list[str] | None]:
    words = read_words(article.text, article.language, stop_words(article.language))
    return words, tags_of(words, load_pipeline("en")) if tagged else None


def _top(words: Words, tags: list[str] | None, settings: Mapping[str, Any]) -> list[str]:
    given = dict(settings)
    how: Filter = given.pop("peripheral", "none")
    ranked = rank_phrases(without_peripheral(words, how), tags, **given)
    return [keyword[0] for keyword in ranked.best(TOP)]


def ablation(found: Sequence[Article]) -> dict[str, tuple[float, float, float]]:
    """F1@10 with each option: even half, odd half, whole."""
    ranked: dict[str, list[list[str]]] = {name: [] for name in OPTIONS}
    for article in found:
        read = _read(article, article.language == "en")
        for name, settings in OPTIONS.items():
            ranked[name].append(_top(*read, settings))
    even = [place for place, article in enumerate(found) if is_even(article.name)]
    odd = [place for place, article in enumerate(found) if not is_even(article.name)]

    def score(rows: list[list[str]], at: Sequence[int]) -> float:
        return macro([rows[i] for i in at], [found[i] for i in at])

    everything = range(len(found))
    return {
        name: (score(rows, even), score(rows, odd), score(rows, everything))
        for name, rows in ranked.items()
    }


def fit(sets: Sequence[Sequence[Article]], tagged: bool) -> dict[str, tuple[float, float]]:
    """The weight of each signal, for a short text and what is added for a long one."""
    from scipy.optimize import minimize

    rows, offsets, right, weight = [], [], [], []
    for found in sets:
        for article in found:
            words, tags = _read(article, tagged)
            ranked = rank_phrases(words, tags)
            phrases = ranked.table.phrases
            if not phrases:
                continue
            share = length_of(len(words.start))
            values = signals_of(words, phrases)
            rows.append(np.hstack([values, values * share, np.full((len(values), 2), (1, share))]))
            clipped = np.clip(ranked.score, 1e-6, 1 - 1e-6)
            offsets.append(np.log(clipped / (1 - clipped)))
            spans = [(words.start[p.first], words.end[p.first + p.size - 1]) for p in phrases]
            names = [normal(article.text[a:b], article.language) for a, b in spans]
            right.append(np.array([name in article.gold for name in names], dtype=np.float64))
            weight.append(np.full(len(values), 1e4 / len(found) / len(values)))
    table, offset = np.vstack(rows), np.concatenate(offsets)
    target, weights = np.concatenate(right), np.concatenate(weight)

    def loss(factor: FloatArray) -> tuple[float, FloatArray]:
        odds = offset + table @ factor
        value = float((weights * (np.logaddexp(0.0, odds) - target * odds)).sum())
        slope = table.T @ (weights * (1.0 / (1.0 + np.exp(-odds)) - target))
        return value + STRENGTH * float((factor * factor).sum()), slope + 2 * STRENGTH * factor

    found = minimize(loss, np.zeros(table.shape[1]), jac=True, method="L-BFGS-B").x
    count = len(SIGNALS)
    return {
        name: (round(float(found[i]), 3), round(float(found[i + count]), 3))
        for i, name in enumerate(SIGNALS)
    }


def main() -> None:
    """Print the weights, or the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--most", type=int, default=1_000_000, help="articles of a set")
    given = parser.parse_args()
    sets = {n: articles(given.data, n)[: given.most] for n in set_names(given.data)}
    if given.fit:
        even = {
            name: [a for a in found if is_even(a.name)][:FITTED] for name, found in sets.items()
        }
        english = [half for half in even.values() if half[0].language == "en"]
        others = [half for half in even.values() if half[0].language != "en"]
        for mode, half, tagged in (
            ("tagged", english, True),
            ("english", english, False),
            ("other", others, False),
        ):
            print(f'    "{mode}": {{')
            for signal, pair in fit(half, tagged).items():
                print(f'        "{signal}": {pair},')
            print("    },")
            sys.stdout.flush()
        return
    for name, found in sets.items():
        for option, scores in ablation(found).items():
            row = " / ".join(f"{100 * score:.2f}" for score in scores)
            print(f"{name:12} {option:20} {row}", flush=True)


if __name__ == "__main__":
    main()
