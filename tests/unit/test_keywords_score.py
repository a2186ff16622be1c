"""The formulas of FRAKE's scores, each against a value worked out by hand."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest

from ops.keywords.graph import centralities, word_graph
from ops.keywords.rank import published
from ops.keywords.score import containing, fuse, multi_centrality, textural
from ops.keywords.tokens import Tokens, tokenize

# T = Cats chase mice Mice fear cats; words Cats, chase, mice, Mice, fear, cats.
CATS = "Cats chase mice. Mice fear cats."
PARTS = np.array([1.0, 0.5, 1.0, 1.0, 0.5, 0.25])


def cats() -> Tokens:
    tokens = tokenize(CATS, frozenset())
    assert tokens.words == ("Cats", "chase", "mice", "Mice", "fear", "cats")
    return tokens


def test_columns_that_go_together_share_the_weight() -> None:
    """z-scored the two are equal, so the first component is (1, 1)/√2; the third is constant.

    Scaled to 0…1 both are 0, ½, 1, so c = (2/√2)·(0, ½, 1).
    """
    columns = np.array([[0.0, 5.0, 7.0], [1.0, 7.0, 7.0], [2.0, 9.0, 7.0]])
    assert multi_centrality(columns) == pytest.approx([0, sqrt(2) / 2, sqrt(2)])


def test_the_sign_of_a_loading_is_dropped() -> None:
    """The second runs against the first: loadings (1, −1)/√2, scaled (0, ½, 1) and (1, ½, 0)."""
    columns = np.array([[0.0, 3.0], [1.0, 2.0], [2.0, 1.0]])
    assert multi_centrality(columns) == pytest.approx([sqrt(2) / 2] * 3)


def test_a_column_apart_from_the_first_component_has_no_weight() -> None:
    """The third is orthogonal to the other two, which fill the first component."""
    columns = np.array([[0, 0, 1], [1, 1, 0], [1, 1, 2], [2, 2, 1]], dtype=float)
    assert multi_centrality(columns) == pytest.approx(np.array([0, 1, 1, 2]) / sqrt(2))


@pytest.mark.parametrize(
    "columns",
    [np.empty((0, 8)), np.ones((1, 8)), np.ones((5, 8)), np.full((3, 2), 0.1 + 0.2)],
)
def test_without_differences_there_is_no_index(columns: np.ndarray) -> None:
    assert multi_centrality(columns) is None


def test_textural_features_by_hand() -> None:
    """y = cast + sent + tfn + p/pos, of each form as it is written last.

    cats: last "cats" (p ¼). cast: "Cats" once over 1+ln 2. sent 2/2. tfn: 1/(6/6)+1.
          mean index (0+5)/2, pos ln ln 5.5.
    chase (p ½): neither "CHASE" nor "Chase", cast 0. sent ½. tfn 2. pos ln ln 4.
    mice: last "Mice" (p 1), cast 1/(1+ln 2), sent 1, tfn 2, mean index 2.5.
    fear (p ½): cast 0, sent ½, tfn 2, index 4.
    """
    cast = 1 / (1 + log(2))
    assert textural(cats(), PARTS) == pytest.approx(
        [
            cast + 1 + 2 + 0.25 / log(log(5.5)),
            0 + 0.5 + 2 + 0.5 / log(log(4)),
            cast + 1 + 2 + 1 / log(log(5.5)),
            0 + 0.5 + 2 + 0.5 / log(log(7)),
        ]
    )


def test_a_noun_at_the_very_start_gets_ten_and_a_half() -> None:
    tokens = tokenize("zebra", frozenset())
    # cast 0, sent 1, tfn 1/1+1, and 1/ln ln 3.
    assert textural(tokens, np.ones(1)) == pytest.approx([3 + 1 / log(log(3))])
    assert 1 / log(log(3)) == pytest.approx(10.63, abs=0.005)


def test_casing_counts_the_whole_text() -> None:
    tokens = tokenize("NASA flew. nasa NASA Nasa", frozenset({"flew"}))
    # Last written "Nasa": NASA twice, Nasa once, four in all. tfn: 1/(4/3)+1. Mean index 1.5.
    expected = 2 / (1 + log(4)) + 1 + (1 / (4 / 3) + 1) + 1 / log(log(4.5))
    assert textural(tokens, np.ones(3)) == pytest.approx([expected])


def test_sentences_are_searched_as_letters_not_as_words() -> None:
    text = "The art! A party started. Article 5! Cart-art"
    tokens = tokenize(text, frozenset({"the", "a"}))
    counts = dict(zip(tokens.forms, containing(tokens).tolist(), strict=True))
    assert counts == {"art": 4, "party": 1, "started": 1, "article": 1}


def test_sentences_of_odd_letters() -> None:
    tokens = tokenize(
        "İstanbul. In İSTANBUL. " + "x" * 50 + ". " + "x" * 51 + ".", frozenset({"in"})
    )
    counts = dict(zip(tokens.forms, containing(tokens).tolist(), strict=True))
    assert counts == {"i̇stanbul": 2, "x" * 50: 2, "x" * 51: 1}


def test_fusion() -> None:
    local = np.array([2.0, 4.0])
    assert fuse(local, np.array([0.5, 0.0])).tolist() == [1.0, 0.0]
    assert fuse(local, None) == pytest.approx([0.6, 1.2])


def test_a_whole_text_by_the_formulas() -> None:
    """z = y·c, with the first component from a singular value decomposition."""
    tokens = cats()
    columns = centralities(word_graph(tokens.form, 4))
    standard = (columns - columns.mean(0)) / columns.std(0)
    loadings = np.abs(np.linalg.svd(standard)[2][0])
    scaled = (columns - columns.min(0)) / np.ptp(columns, axis=0)
    expected = textural(tokens, PARTS) * (scaled @ loadings)
    ranked = published(tokens, PARTS, 0.4)
    scores = {candidate.phrase: candidate.score for candidate in ranked}
    assert scores == pytest.approx(dict(zip(tokens.forms, expected, strict=True)), abs=1e-6)
    assert [candidate.score for candidate in ranked] == sorted(scores.values(), reverse=True)


@pytest.mark.parametrize("text", ["solo", "solo duet", "Solo solo", "a b c a b c"])
def test_without_centrality_it_is_three_tenths_of_the_text(text: str) -> None:
    """Too few words, or (the last: a triangle) a graph whose words are all alike."""
    tokens = tokenize(text, frozenset())
    parts = np.ones(len(tokens.words))
    scores = {candidate.phrase: candidate.score for candidate in published(tokens, parts, 0.4)}
    expected = 0.3 * textural(tokens, parts)
    assert scores == pytest.approx(dict(zip(tokens.forms, expected, strict=True)), abs=1e-6)


def test_capitalised_words_add_nothing_to_a_phrase() -> None:
    text = "Deep learning wins. Deep learning works. nets help. nets run."
    tokens = tokenize(text, frozenset())
    scores = {c.phrase: c.score for c in published(tokens, np.ones(len(tokens.words)), 0.4)}
    assert scores["Deep learning"] == scores["learning"]


def test_the_share_that_drops_phrases_also_counts_them() -> None:
    text = " ".join(f"red{x} fox{x} runs. red{x} fox{x} eats." for x in "abcdefghi")
    tokens = tokenize(text, frozenset({"runs", "eats"}))
    parts = np.ones(len(tokens.words))
    for overlap, phrases in ((0.0, 0), (0.29, 2), (0.4, 4), (1.0, 9)):
        ranked = published(tokens, parts, overlap)
        assert sum(bool(candidate.pattern) for candidate in ranked) == phrases


def test_equal_scores_go_by_first_occurrence_phrases_first() -> None:
    tokens = tokenize("b a c b a c b a c", frozenset())
    ranked = published(tokens, np.ones(3), 0.4)
    assert [candidate.score for candidate in ranked] == sorted(
        (candidate.score for candidate in ranked), reverse=True
    )
    tokens = tokenize("Zeta yeta. Zeta yeta", frozenset())
    ranked = published(tokens, np.ones(2), 0.4)
    equal = [c.phrase for c in ranked if c.score == next(x.score for x in ranked if x.pattern)]
    assert equal == ["Zeta yeta", "yeta"]
