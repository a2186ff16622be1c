"""Frequent patterns and the filter by utility, against small cases worked out by hand."""

from __future__ import annotations

import pytest

from ops.errors import Cancelled
from ops.keywords.patterns import Transactions, frequent_patterns, high_utility
from ops.keywords.tokens import tokenize
from tests.steps import steps


def mined(sentences: list[list[int]], least: int) -> list[tuple[int, ...]]:
    return Transactions.of(sentences).mine(least)


def test_words_that_share_sentences() -> None:
    """Supports: 0 in three, 1 in three, 2 in two; {0,1} in three, the others in two.

    By rising support: 2 first, with 0, and 0 with 1 after it; then 2 with 1; then 0 with 1.
    """
    sentences = [[0, 1, 2], [2, 1, 0, 3], [1, 4, 0]]
    assert mined(sentences, 2) == [(0, 2), (0, 1, 2), (1, 2), (0, 1)]
    assert mined(sentences, 3) == [(0, 1)]
    assert mined(sentences, 4) == []


def test_words_come_in_the_order_of_the_first_sentence_that_has_them_all() -> None:
    assert mined([[1, 0], [5, 1, 9, 0], [0, 7, 5]], 2) == [(1, 0), (5, 0)]


def test_repeated_words_of_a_sentence_count_once() -> None:
    assert mined([[0, 0, 1], [0, 1, 1, 2]], 2) == [(0, 1)]
    assert mined([[0, 0], [0, 0]], 2) == []


def test_the_same_sentence_again_counts_again() -> None:
    assert mined([[0, 1], [0, 1], [0, 1]], 3) == [(0, 1)]


def test_the_same_words_in_another_order_begin_anew() -> None:
    """FRAKE's slip: [1, 0] sets the count of {0, 1} back to one; [0, 1] is known, and adds."""
    assert mined([[0, 1], [1, 0]], 2) == []
    assert mined([[0, 1], [1, 0], [0, 1]], 2) == [(0, 1)]
    assert mined([[0, 1], [0, 1], [1, 0]], 2) == []


def test_utility_and_overlap_by_hand() -> None:
    utility = [5, 3, 2, 1]
    # O({0,1},{0,1,2}) = 8/10; U({0,1,2}) = 10 is the larger, so it takes its place.
    assert high_utility([(0, 1), (0, 1, 2)], utility, 0.4) == [(0, 1, 2)]
    # The other way round the smaller is not taken up.
    assert high_utility([(0, 1, 2), (0, 1)], utility, 0.4) == [(0, 1, 2)]
    # O({1,2},{2,3}) = 2/6 is not above 0.4, but above 0.3.
    assert high_utility([(1, 2), (2, 3)], utility, 0.4) == [(1, 2), (2, 3)]
    assert high_utility([(1, 2), (2, 3)], utility, 0.3) == [(1, 2)]
    # O of {0,1} and {1,2} is 3/10, of {0,1} and {0,3} 5/9.
    assert high_utility([(1, 2), (0, 3), (0, 1)], utility, 0.4) == [(1, 2), (0, 1)]
    # Equals: the earlier stays.
    assert high_utility([(0, 1), (0, 2)], [4, 1, 1], 0.4) == [(0, 1)]
    # Nothing to share: at 0 any common word is too much.
    assert high_utility([(0, 1), (2, 3), (1, 2)], utility, 0.0) == [(0, 1), (2, 3)]


def test_one_refused_rival_keeps_the_others() -> None:
    """{1,2} gives way to {0,2} only if {0,2} stays, and it does not: {0,1} is worth more."""
    utility = [6, 6, 5]
    assert high_utility([(1, 2), (0, 1)], utility, 0.3) == [(0, 1)]
    assert high_utility([(0, 1), (1, 2), (0, 2)], utility, 0.3) == [(0, 1)]


def test_past_two_hundred_it_looks_no_further() -> None:
    pairs = [(2 * i, 2 * i + 1) for i in range(300)]
    assert high_utility(pairs, [1] * 600, 0.4) == pairs[:201]


def test_support_goes_down_until_more_than_seven_stay() -> None:
    often = [f"red{x} fox{x}" for x in "abcdefgh"]
    once_more = "blue bear"
    text = ". ".join([*often * 3, once_more, once_more]) + "."
    tokens = tokenize(text, frozenset())
    found = {" ".join(tokens.words[w] for w in p) for p in frequent_patterns(tokens, 0.4)}
    assert found == set(often)  # eight stay at three, so two is not tried
    tokens = tokenize(". ".join([*often[:7] * 3, once_more, once_more]) + ".", frozenset())
    found = {" ".join(tokens.words[w] for w in p) for p in frequent_patterns(tokens, 0.4)}
    assert found == {*often[:7], once_more}


def test_no_words_no_patterns() -> None:
    for text in ("", "one", "one two three."):
        assert frequent_patterns(tokenize(text, frozenset()), 0.4) == []


@pytest.mark.parametrize("words", [12, 60, 900, 3000])
def test_long_sentences_said_twice_stay_cheap(words: int) -> None:
    """60 words have 2^60 subsets. Up to 5,000 all are mined (12: 4,096 − 12 − 1)."""
    sentence = list(range(words))
    found = list[tuple[int, ...]]()
    assert steps(lambda: found.extend(mined([sentence, sentence], 2))) < 5_000_000
    assert len(found) == len(set(found)) <= 5000
    if words == 12:
        assert len(found) == 2**12 - 12 - 1
        assert tuple(sentence) in found
    elif words == 60:  # 1,770 pairs fit, 34,220 threes do not
        assert {len(pattern) for pattern in found} == {2}
        assert len(found) == 60 * 59 // 2
    else:
        assert len(found) == 5000


def test_it_stops_when_asked() -> None:
    def check() -> None:
        raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        frequent_patterns(tokenize("a b. a b.", frozenset()), 0.4, check)
