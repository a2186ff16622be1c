"""What the variant `chunkbook` knows of each candidate phrase: a row of numbers."""

from __future__ import annotations

__all__ = ["FEATURES", "GROUPS", "Table", "length_of", "measure", "word_centralities", "word_links"]

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.keywords.graph import CENTRALITIES, FloatArray, Graph, centralities
from ops.keywords.phrases import Key, Phrase, word_classes
from ops.keywords.score import multi_centrality
from ops.keywords.tokens import IntArray
from ops.keywords.words import NUMBER, STOP, WORD, Words
from ops.language import frequencies

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "frequency": ("often", "of_part", "of_word"),
    "length": ("two", "three", "four"),
    "wholeness": ("alone", "nested"),
    "position": ("begin", "share_before"),
    "spread": ("sentences",),
    "rarity": ("rare", "rarest", "commonest", "rare_head"),
    "centrality": ("central", "most_central", "central_head"),
    "casing": ("capital", "acronym"),
    "form": ("proper", "adjective", "figure", "participle", "inner", "hyphen"),
}
"""Group → features. A keyword's score is told by group."""

FEATURES: Final = tuple(chain.from_iterable(GROUPS.values()))

SHORT: Final = 200
"""Tokens up to which a text counts as short."""
LONG: Final = 5_000

_EXACT: Final = 1_000
"""Nodes up to which every word is a source of shortest paths."""
_RAREST: Final = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The candidates of a text and what is known of them."""

    phrases: list[Phrase]
    values: FloatArray
    """(candidates, features)."""
    centralities: FloatArray
    """(candidates, 8) The mean of its words' centralities, each scaled to 0 … 1 in the text."""


def length_of(tokens: int) -> float:
    """0 of a text of up to 200 tokens, 1 of one of 5,000 or more, by its logarithm between."""
    return min(max(math.log(max(tokens, 1) / SHORT) / math.log(LONG / SHORT), 0.0), 1.0)


@lru_cache(maxsize=200_000)
def rarity(word: str, language: str) -> float:
    """How rare a word is in its language: 0 (one in ten) to 7 (one in 10⁸, or unknown).

    wordfreq's frequency on a logarithmic scale; of a hyphenated word the mean of its parts.
    """
    known = frequencies(language)
    parts = word.split("-")
    total = 0.0
    for part in parts:
        share = known.get(part, 0.0)
        zipf = math.log10(share * 1e9) if share > 0 else 1.0
        total += _RAREST - max(zipf, 1.0)
    return total / len(parts)


def word_links(words: Words, tags: Sequence[str] | None) -> tuple[IntArray, Graph]:
    """The word graph: stems that stand next or next but one to each other, all in one part.

    As in FRAKE what is left out counts no step, and sentence ends do not part words; unlike there
    the last two words are linked too. With tags only nouns, adjectives and participles are words.

    Returns:
        The stems that are nodes, and the graph.
    """
    kind = np.array(words.kind, dtype=np.int64)
    keep = kind == WORD
    if tags is not None:
        keep &= np.array([c in "NJ" for c in word_classes(words, tags)], dtype=np.bool_)
    stem = np.array(words.stem, dtype=np.int64)[keep]
    nodes, node = np.unique(stem, return_inverse=True)
    left = np.concatenate([node[:-1], node[:-2]])
    right = np.concatenate([node[1:], node[2:]])
    return nodes, Graph.of(len(nodes), left, right)


def word_centralities(
    graph: Graph, check: Callable[[], None] = lambda: None
) -> tuple[FloatArray, FloatArray]:
    """The fused centrality of each node, scaled to a largest value of 1, and the eight.

    Above 1,000 nodes shortest paths start from pivots, see `ops.keywords.paths`. Where no node
    differs from another the fused centrality is 0.
    """
    columns = centralities(graph, check, exact=_EXACT)
    fused = multi_centrality(columns)
    if fused is None or not fused.max() > 0:
        return np.zeros(graph.nodes), columns
    return fused / fused.max(), columns


def _central(
    words: Words, tags: Sequence[str] | None, check: Callable[[], None]
) -> tuple[FloatArray, FloatArray]:
    """c(w) of each stem, scaled to a largest value of 1, and its eight centralities, 0 … 1."""
    nodes, graph = word_links(words, tags)
    one, eight = np.zeros(len(words.stems)), np.zeros((len(words.stems), len(CENTRALITIES)))
    if graph.nodes:
        one[nodes], columns = word_centralities(graph, check)
        low, high = columns.min(axis=0), columns.max(axis=0)
        span = np.where(high > low, high - low, 1.0)
        eight[nodes] = (columns - low) / span
    return one, eight


def measure(
    words: Words,
    tags: Sequence[str] | None,
    found: Mapping[Key, Phrase],
    check: Callable[[], None] = lambda: None,
) -> Table:
    """The features of each candidate.

    Args:
        tags: Penn Treebank tags; None where there are none, then those features are 0.
        found: candidates, in the order they are to be kept.
    """
    phrases = list(found.values())
    if not phrases:
        none = np.empty((0, len(CENTRALITIES)))
        return Table(phrases, np.empty((0, len(FEATURES))), none)
    central, eight = _central(words, tags, check)
    kind = np.array(words.kind, dtype=np.int64)
    stem = np.array(words.stem, dtype=np.int64)
    counted = kind >= WORD
    often = np.bincount(stem[counted], minlength=len(words.stems)).astype(np.float64)
    rare_of = np.array([rarity(word, words.language) for word in words.lower])
    rare = np.full(len(words.stems), _RAREST)
    np.minimum.at(rare, stem[counted], rare_of[counted])

    first = np.array([phrase.first for phrase in phrases])
    size = np.array([phrase.size for phrase in phrases])
    edges = np.concatenate([[0], np.cumsum(size)])[:-1]
    token = np.arange(int(size.sum())) + np.repeat(first - edges, size)
    real = counted[token]
    many = np.add.reduceat(real.astype(np.float64), edges)
    s = np.where(real, stem[token], 0)

    def total(values: FloatArray) -> FloatArray:
        return np.asarray(np.add.reduceat(np.where(real, values, 0.0), edges))

    def most(values: FloatArray) -> FloatArray:
        return np.asarray(np.maximum.reduceat(np.where(real, values, 0.0), edges))

    def any_of(flags: Sequence[bool]) -> FloatArray:
        return most(np.array(flags, dtype=np.float64)[token])

    text = words.text
    count = np.array([len(p.places) + len(p.mentions) for p in phrases], dtype=np.float64)
    held = np.array(_held(found), dtype=np.float64)
    last = stem[first + size - 1]
    tokens = max(len(kind), 1)
    written = [text[a:b] for a, b in zip(words.start, words.end, strict=True)]
    tagged = tags if tags is not None else [""] * tokens
    proper = np.array([tag.startswith("NNP") for tag in tagged], dtype=np.float64)
    columns: dict[str, FloatArray | NDArray[np.bool_]] = {
        "often": np.log(count),
        "of_part": np.log(count / most(often[s])),
        "of_word": np.log(count) * (many == 1),
        "two": many == 2,
        "three": many == 3,
        "four": many >= 4,
        "alone": np.array([phrase.alone for phrase in phrases]) / count,
        "nested": held / count,
        "begin": np.log1p(first) / np.log1p(tokens),
        "share_before": first / tokens,
        "sentences": np.log(
            np.array([phrase.sentences for phrase in phrases]) / len(words.sentences)
        ),
        "rare": total(rare[s]) / many,
        "rarest": most(rare[s]),
        "commonest": -np.maximum.reduceat(np.where(real, -rare[s], -_RAREST), edges),
        "rare_head": rare[last],
        "central": total(central[s]) / many,
        "most_central": most(central[s]),
        "central_head": central[last],
        "capital": np.array([phrase.capitals for phrase in phrases]) / count,
        "acronym": any_of([word.isupper() and len(word) > 1 for word in written]),
        "proper": total(proper[token]) / many,
        "adjective": any_of([tag.startswith("JJ") for tag in tagged]),
        "figure": np.maximum(
            any_of([tag == "CD" for tag in tagged]), most((kind[token] == NUMBER) * 1.0)
        ),
        "participle": any_of([tag.startswith("VB") for tag in tagged]),
        "inner": np.maximum.reduceat((kind[token] == STOP) * 1.0, edges),
        "hyphen": any_of(["-" in word for word in written]),
    }
    values = np.column_stack([columns[name] for name in FEATURES]).astype(np.float64)
    mean = np.add.reduceat(eight[s] * real[:, None], edges, axis=0) / many[:, None]
    return Table(phrases, values, mean)


def _held(found: Mapping[Key, Phrase]) -> list[int]:
    """For each candidate the count of the most frequent candidate that holds it, else 0."""
    longest = max(map(len, found))
    levels: list[dict[Key, None]] = [{} for _ in range(longest + 1)]
    for key in found:
        levels[len(key)][key] = None
    best: dict[Key, int] = {}
    for size in range(longest, 1, -1):
        shorter = levels[size - 1]
        for key in levels[size]:
            own = found.get(key)
            mine = best.get(key, 0)
            if own is not None and len(own.places) > mine:
                mine = len(own.places)
            for part in (key[1:], key[:-1]):
                if best.get(part, 0) < mine:
                    best[part] = mine
                    shorter[part] = None
    return [best.get(key, 0) for key in found]
