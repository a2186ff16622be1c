"""Fits the weights of `keywords.frake`, variant `chunkbook`, on the even halves of the shared sets.

    python -m benchmarks.keywords_tune DATA [--without GROUP] > ops/keywords/weights.py

Logistic regression over candidates: is it one of the keywords people gave? Every set counts alike
(French news ten times for languages other than English), every
text of a set alike, every candidate of a text alike. The odd halves are not looked at.
"""

from __future__ import annotations

__all__ = ["Rows", "fit", "rows_of"]

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.keywords_data import Article, articles, is_even, normal
from ops.keywords.chunkbook import rank_phrases
from ops.keywords.features import FEATURES, GROUPS, length_of
from ops.keywords.graph import FloatArray
from ops.keywords.tagger import tags_of
from ops.keywords.weights import Weights
from ops.keywords.words import read_words
from ops.language import load_pipeline, stop_words

ENGLISH: Final = ("Inspec", "SemEval2017", "fao30")
STRENGTH: Final = 0.3
MOST_TAGGED: Final = 400
MOST_PLAIN: Final = 250
"""Articles of a half that are looked at, the first ones."""
_ZERO: Final = Weights((0.0, 0.0), dict.fromkeys(FEATURES, (0.0, 0.0)))


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Candidates of one text."""

    article: Article
    share: float
    values: FloatArray
    normal: list[str]

    @property
    def right(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Whether each candidate is a keyword."""
        return np.array([phrase in self.article.gold for phrase in self.normal], dtype=np.bool_)


def rows_of(found: Sequence[Article], tagged: bool) -> list[Rows]:
    """The candidates of each article."""
    rows = []
    for article in found:
        words = read_words(article.text, article.language, stop_words(article.language))
        tags = tags_of(words, load_pipeline("en")) if tagged else None
        ranked = rank_phrases(words, tags, weights=_ZERO)
        at = [ranked.table.phrases[i] for i in range(len(ranked.table.phrases))]
        spans = [(words.start[p.first], words.end[p.first + p.size - 1]) for p in at]
        names = [normal(article.text[a:b], article.language) for a, b in spans]
        rows.append(Rows(article, length_of(len(words.start)), ranked.table.values, names))
    return rows


def fit(sets: Sequence[Sequence[Rows]], shares: Sequence[float], drop: str = "") -> Weights:
    """The weights that tell keywords from other candidates best.

    Args:
        shares: how much each set counts.
        drop: a group of features to leave out.
    """
    from sklearn.linear_model import LogisticRegression

    use = [FEATURES.index(f) for group, names in GROUPS.items() if group != drop for f in names]
    blocks, right, weight = [], [], []
    for rows, share in zip(sets, shares, strict=True):
        for row in rows:
            if not len(row.values):
                continue
            values = row.values[:, use]
            size = np.full((len(values), 1), row.share)
            blocks.append(np.hstack([values, values * row.share, size]))
            right.append(row.right)
            weight.append(np.full(len(values), share * 1e4 / len(rows) / len(values)))
    table = np.vstack(blocks)
    mean, spread = table.mean(axis=0), table.std(axis=0) + 1e-9
    model = LogisticRegression(C=STRENGTH, max_iter=2000)
    model.fit((table - mean) / spread, np.concatenate(right), sample_weight=np.concatenate(weight))
    factor = model.coef_[0] / spread
    base = float(model.intercept_[0] - (factor * mean).sum())
    pairs = dict.fromkeys(FEATURES, (0.0, 0.0))
    for place, index in enumerate(use):
        pairs[FEATURES[index]] = (
            round(float(factor[place]), 3),
            round(float(factor[place + len(use)]), 3),
        )
    return Weights((round(base, 3), round(float(factor[-1]), 3)), pairs)


def even_rows(data: Path, tagged: bool, name: str) -> list[Rows]:
    """The candidates of the even half of a set."""
    found = [article for article in articles(data, name) if is_even(article.name)]
    return rows_of(found[: MOST_TAGGED if tagged else MOST_PLAIN], tagged)


def profiles(data: Path, drop: str = "") -> dict[str, Weights]:
    """The weights of each mode, by name."""
    tagged = [even_rows(data, True, name) for name in ENGLISH]
    plain = [even_rows(data, False, name) for name in (*ENGLISH, "WikiNews")]
    return {
        "TAGGED": fit(tagged, [1.0, 1.0, 1.0], drop),
        "ENGLISH": fit(plain[:3], [1.0, 1.0, 1.0], drop),
        "OTHER": fit(plain, [1.0, 1.0, 1.0, 10.0], drop),
    }


def main() -> None:
    """Print the module of weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--without", default="", choices=["", *GROUPS])
    given = parser.parse_args()
    print(HEAD)
    for name, weights in profiles(given.data, given.without).items():
        print(f"{name}: Final = Weights(\n    {weights.base},\n    {{")
        for feature, pair in weights.features.items():
            print(f'        "{feature}": {pair},')
        print(f'    }},\n)\n"""{MEANING[name]}"""\n')


MEANING: Final = {
    "TAGGED": "English with parts of speech.",
    "ENGLISH": "English without parts of speech.",
    "OTHER": "Any other language; news in French count ten times.",
}

HEAD: Final = '''"""Weights of the features of the variant `chunkbook`.

Fitted by `benchmarks/keywords_tune.py` on the even-hashed halves of four public keyword sets.
"""

from __future__ import annotations

__all__ = ["ENGLISH", "OTHER", "TAGGED", "Weights"]

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Weights:
    """(for a short text, what is added for a long one) of each feature and of none."""

    base: tuple[float, float]
    features: Mapping[str, tuple[float, float]]
'''

if __name__ == "__main__":
    main()
