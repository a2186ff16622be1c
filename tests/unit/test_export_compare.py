"""Two segmentations of one text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.export.compare import Side, boundaries_of, compare, side_of

TEXT = "One two. Three four. Five six."
SENTENCES = [(0, 8), (9, 20), (21, 30)]
SPANS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda pair: (min(pair), max(pair))),
    max_size=6,
)


def test_the_figures_of_a_side() -> None:
    side = side_of([(0, 12), (12, 30)], [3, 5], SENTENCES, 10)
    assert side == Side(2, 3, 4.0, 4.0, 5, 1, 3, 0.4)
    assert side_of([(0, 12), (9, 30)], [3, 5], SENTENCES).sentences_cut == 0
    assert side_of([], [], SENTENCES, 10) == Side(0, 0, 0.0, 0.0, 0, 0, 3, None)


def test_sentences_outside_of_every_chunk_are_not_cut() -> None:
    assert side_of([(9, 20)], [2], SENTENCES).sentences_cut == 0
    assert side_of([(11, 14)], [1], SENTENCES).sentences_cut == 1


def test_cuts_that_differ_in_white_space_are_the_same() -> None:
    tight, wide = [(0, 8), (9, 20), (21, 30)], [(0, 9), (9, 21), (21, 30)]
    leading = [(0, 8), (8, 20), (20, 30)]
    assert boundaries_of(TEXT, tight) == boundaries_of(TEXT, wide) == {9, 21}
    assert boundaries_of(TEXT, leading) == {9, 21}
    assert boundaries_of("  a  ", [(0, 3), (3, 5)]) == set()


def test_differences_are_listed_by_side() -> None:
    sides = (side_of([], [], []), side_of([], [], []))
    found = compare(TEXT, [(0, 9), (9, 21), (21, 30)], [(0, 13), (15, 21), (21, 30)], sides)
    assert (found.common, found.only_first, found.only_second) == (1, (9,), (15,))
    assert found.differences == (9, 15)
    assert found.agreement == pytest.approx(1 / 3)
    assert compare(TEXT, [(0, 30)], [(0, 30)], sides).agreement == 1.0


@given(SPANS, SPANS)
def test_the_sides_mirror_each_other(
    first: list[tuple[int, int]], second: list[tuple[int, int]]
) -> None:
    one, two = (side_of(s, [1] * len(s), SENTENCES) for s in (first, second))
    here, there = compare(TEXT, first, second, (one, two)), compare(TEXT, second, first, (two, one))
    assert (here.only_first, here.only_second) == (there.only_second, there.only_first)
    assert here.common == there.common
    assert 0 <= here.agreement <= 1
    assert one.sentences_cut == sum(
        any(a < end and start < b for a, b in first if a < b)
        and not any(a <= start and end <= b for a, b in first)
        for start, end in SENTENCES
    )
