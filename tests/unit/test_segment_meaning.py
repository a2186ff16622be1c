"""Segmenters that look at the meaning of sentences, with letters for a model."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from ops.context import Context
from ops.frames import Frames
from ops.registry import op_class
from ops.segment.best import best_groups
from ops.segment.cues import joins, overlaps
from ops.segment.gaps import depths, distances
from ops.segment.web_sentences import english, web_sentences
from tests.letters import LettersOnly
from tests.segments import documents

ONE = ["Aaa aaa aab.", "Aab aba aaa.", "Baa aaa aba.", "Aaa bab aaa."]
TWO = ["Xyz xxy zzy.", "Zyx yyz xzz.", "Xxz zyx yyx.", "Yzx xyz zzx."]
TEXT = " ".join([*ONE, *TWO])


def cut(name: str, **values: object) -> pl.DataFrame:
    op = op_class(name).model_validate({"size": 200, "tokenizer": "words", **values})
    return op.apply(Frames({"documents": documents([TEXT])}), Context(LettersOnly()))["chunks"]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("segment.semantic", {"percentile": 90}),
        ("segment.semantic", {"threshold": "deviation", "deviations": 1.5}),
        ("segment.semantic", {"threshold": "mean_size", "mean_size": 16}),
        ("segment.topic", {"grain": 1.0}),
        ("segment.dynamic", {"window": 2}),
        ("segment.cluster", {"target": 16}),
    ],
)
def test_the_change_of_subject_is_found(name: str, values: dict[str, object]) -> None:
    chunks = cut(name, **values)
    assert chunks["text"].to_list() == [" ".join(ONE), " ".join(TWO)]
    assert chunks["boundary"].to_list() == ["topic", "end"]
    score, last = chunks["boundary_score"]
    assert score > 0
    assert last is None


def test_what_is_over_the_budget_is_parted_at_its_strongest_gaps() -> None:
    chunks = cut("segment.semantic", size=8, percentile=100)
    assert max(chunks["tokens"]) <= 8
    assert " ".join(chunks["text"]) == TEXT


def test_each_sentence_is_embedded_once() -> None:
    resources = LettersOnly()
    frames = Frames({"documents": documents([TEXT, TEXT + " New one here."])})
    seen: list[str] = []

    class Counting(type(resources.embedder("minilm"))):  # type: ignore[misc]
        def embed(self, texts, progress=None):  # type: ignore[no-untyped-def]
            seen.extend(texts)
            return super().embed(texts, progress)

    resources.embedder = lambda name: Counting()  # type: ignore[method-assign]
    for name in ("segment.semantic", "segment.topic"):
        op = op_class(name).model_validate({"size": 60, "tokenizer": "words"})
        op.apply(frames, Context(resources))
    assert sorted(seen) == sorted([*ONE, *TWO, "New one here."])


def test_distances_and_depths() -> None:
    vectors = np.array([[1.0, 0], [1, 0], [0, 1], [0, 1]])
    found = distances(vectors, np.ones(4), 2)
    assert found[1] == pytest.approx(1)
    assert found[0] == pytest.approx(found[2])
    assert depths(np.array([0.0, 2.0, 1.0, 3.0, 0.0])).tolist() == [0, 3, 0, 5, 0]


def test_best_groups_is_best() -> None:
    """Against every way there is to cut a few sentences."""
    random = np.random.default_rng(1)
    vectors = random.normal(size=(8, 3))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    tokens = random.integers(1, 9, 8)

    def value(first: int, after: int) -> float:
        own = vectors[first:after]
        pairs = float(np.triu(own @ own.T, 1).sum())
        return pairs - 0.1 * float(tokens[first:after].sum()) - 0.2 * (after - first) ** 2

    best = -np.inf
    for mask in range(128):
        edges = [0, *(i + 1 for i in range(7) if mask >> i & 1), 8]
        groups = list(pairwise(edges))
        if all(b - a < 2 or tokens[a:b].sum() <= 20 for a, b in groups):
            best = max(best, sum(value(a, b) for a, b in groups))
    found = best_groups(
        lambda first, last: vectors[first:last] @ vectors[last],
        tokens,
        20,
        lambda within, length, number, last: within - 0.1 * length - 0.2 * number**2,
    )
    edges = [0, *(found + 1).tolist(), 8]
    assert sum(value(a, b) for a, b in pairwise(edges)) == pytest.approx(best)


def test_what_draws_a_sentence_to_the_one_before() -> None:
    texts = [
        "The river is in the north of the country.",
        "It is long.",
        "Now the city was to grow.",
        "6.4.",
        "The dam was built in that year.",
        "- and it stood for the rest of the war.",
        "“We are proud of that,” the mayor was quoted.",
    ]
    found = joins(texts).tolist()
    assert [bool(value) for value in found] == [False, True, False, False, True, True, True]
    assert joins(["这是一条河。", "它很长。", "城市很大。"]).tolist() == [0, 0, 0]
    assert joins(["", ""])[0] > 0


def test_overlaps_are_cosines_of_weighted_words() -> None:
    texts = ["red fox", "red fox", "blue sea", "", "fox sea", "red fox"]
    rows = overlaps(texts, 4)
    assert [len(row) for row in rows] == [0, 1, 2, 3, 3, 3]
    assert rows[1][0] == pytest.approx(1)
    assert rows[2].tolist() == [0, 0]
    assert rows[3].tolist() == [0, 0, 0]
    assert 0 < rows[4][0] < 1
    assert 0 < rows[4][1] < 1
    assert rows[4][2] == 0


def test_topics_learn_their_length_from_the_document() -> None:
    """A long text of even subjects is cut at each change, whatever the number."""
    text = " ".join([*ONE, *TWO] * 3)
    op = op_class("segment.topic").model_validate({"tokenizer": "words", "grain": 1.0})
    made = op.apply(Frames({"documents": documents([text])}), Context(LettersOnly()))["chunks"]
    assert made["text"].to_list() == [" ".join(ONE), " ".join(TWO)] * 3


def test_sentences_without_stops() -> None:
    text = (
        "Please see the note that I sent to you. Thanks for all of it. Regards, Debra Perlingiere"
    )
    spans = [text[start:end] for start, end in web_sentences(text)]
    assert "".join(spans).replace(" ", "") == text.replace(" ", "")
    assert spans[:2] == ["Please see the note that I sent to you.", "Thanks for all of it."]
    assert english(text)
    assert not english("Der Hund und die Katze gehen in den Wald, und es regnet für immer.")
    assert not english("")
