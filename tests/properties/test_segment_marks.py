"""The planners behind segmenters that ask a language model, over made-up surprisal and scores."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.segment.late import reading_runs
from ops.segment.margins import anchor, running_thresholds
from ops.segment.marks import Marks, groups
from ops.segment.surprise import dips, equal_cuts, of_sentences, rising_threshold

VALUES = st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0, 3.0])


def _ranks(tokens: list[int]) -> tuple[np.ndarray, np.ndarray]:
    until = np.cumsum(tokens)
    return until - tokens, until


@given(st.data())
def test_groups_cover_keep_the_budget_and_what_is_hard(data: st.DataObject) -> None:
    tokens = data.draw(st.lists(st.integers(1, 20), min_size=2, max_size=25))
    gaps = len(tokens) - 1
    flags = st.lists(st.booleans(), min_size=gaps, max_size=gaps)
    chosen = np.array(data.draw(flags))
    hard = np.array(data.draw(flags)) & np.array(data.draw(flags))
    scores = np.array(data.draw(st.lists(VALUES, min_size=gaps, max_size=gaps)))
    scores[np.array(data.draw(flags))] = np.nan
    size, least = data.draw(st.integers(1, 60)), data.draw(st.integers(0, 40))
    before, until = _ranks(tokens)
    marks = Marks(chosen, scores, np.full(gaps, np.nan))
    found = groups(before, until, marks, hard, size, least)

    assert [first for first, _ in found] == [0, *(after for _, after in found[:-1])]
    assert found[-1][1] == len(tokens)
    lengths = [int(until[after - 1] - before[first]) for first, after in found]
    for (first, after), length in zip(found, lengths, strict=True):
        assert length <= size or after - first == 1
        assert not hard[first : after - 1].any()
    # What is still too small fits neither neighbour, or a heading is between them.
    for (one, two), (first, _) in zip(pairwise(lengths), found[1:], strict=True):
        assert min(one, two) >= least or one + two > size or hard[first - 1]
    if not least:
        cut = {after - 1 for _, after in found[:-1]}
        assert set(np.flatnonzero(chosen | hard).tolist()) <= cut
    assert groups(before, until, marks, hard, size, least) == found


def test_small_groups_join_over_the_weaker_boundary() -> None:
    before, until = _ranks([5, 2, 5])
    marks = Marks(np.array([True, True]), np.array([3.0, 1.0]), np.zeros(2))
    hard = np.zeros(2, dtype=np.bool_)
    assert groups(before, until, marks, hard, 10, 3) == [(0, 1), (1, 3)]
    assert groups(before, until, marks, hard, 10, 0) == [(0, 1), (1, 2), (2, 3)]
    assert groups(before, until, marks, np.array([False, True]), 10, 3) == [(0, 2), (2, 3)]


def test_what_is_too_large_is_parted_at_the_strongest_gap_or_in_the_middle() -> None:
    before, until = _ranks([5, 5, 5, 5])
    none, hard = np.zeros(3, dtype=np.bool_), np.zeros(3, dtype=np.bool_)
    scored = Marks(none, np.array([2.0, 0.0, 1.0]), np.zeros(3))
    assert groups(before, until, scored, hard, 15, 0) == [(0, 1), (1, 4)]
    unscored = Marks(none, np.full(3, np.nan), np.full(3, np.nan))
    assert groups(before, until, unscored, hard, 15, 0) == [(0, 2), (2, 4)]


def _minima(values: list[float], least: float) -> list[int]:
    """Meta-Chunking's rule, as it is written down."""
    found = []
    for i in range(1, len(values) - 1):
        left, right = values[i - 1] - values[i], values[i + 1] - values[i]
        both = left > 0 and right > 0 and (left >= least or right >= least)
        if both or (left > 0 and right == 0 and left >= least):
            found.append(i)
    return found


@given(st.lists(VALUES, min_size=2, max_size=30), VALUES)
def test_dips_are_the_minima_of_the_paper(values: list[float], least: float) -> None:
    deep, shallow = dips(np.array(values))
    assert len(deep) == len(shallow) == len(values) - 1
    assert np.flatnonzero((deep > 0) & (deep >= least)).tolist() == _minima(values, least)
    assert (shallow <= np.maximum(deep, 0)).all()
    assert (shallow[deep > 0] > 0).all()


def test_the_dynamic_threshold_rises_once_enough_is_gathered() -> None:
    deep = np.array([3.0, 0.0, 4.0, -1.0, 2.0, 5.0])
    shallow = np.array([2.5, 0.0, 3.0, -1.0, 1.0, 1.0])
    assert rising_threshold(deep, shallow, 0.5, 2).tolist() == [0.5, 0.5, 0.5, 2.5, 2.5, 2.5]
    assert rising_threshold(deep, shallow, 0.5, 3).tolist() == [0.5] * 5 + [1.0]
    assert rising_threshold(deep, shallow, 0.5, 100).tolist() == [0.5] * 6


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=9), st.data())
def test_equal_cuts_are_the_best_there_are(
    sentences: list[tuple[int, int]], data: st.DataObject
) -> None:
    amounts = np.array([amount for amount, _ in sentences], dtype=np.float64)
    before, until = _ranks([tokens for _, tokens in sentences])
    size, wanted = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 30))
    found, target = equal_cuts(amounts, before, until, size, float(wanted))

    def cost(cuts: tuple[bool, ...]) -> float:
        edges = [0, *(gap + 1 for gap, cut in enumerate(cuts) if cut), len(amounts)]
        runs = list(pairwise(edges))
        if any(b - a > 1 and until[b - 1] - before[a] > size for a, b in runs):
            return float("inf")
        return sum((float(amounts[a:b].sum()) - target) ** 2 for a, b in runs)

    every = product([False, True], repeat=len(amounts) - 1)
    assert cost(tuple(found.tolist())) == pytest.approx(min(map(cost, every)))
    assert target == pytest.approx(amounts.sum() / max(1, round(amounts.sum() / wanted)))


def test_without_information_nothing_is_cut_but_for_the_budget() -> None:
    before, until = _ranks([2, 2, 2])
    cuts, target = equal_cuts(np.zeros(3), before, until, 10, 5.0)
    assert (cuts.tolist(), target) == ([False, False], 0.0)
    assert equal_cuts(np.zeros(3), before, until, 4, 5.0)[0].tolist() == [True, False]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=20), st.data())
def test_every_token_counts_for_one_sentence(
    tokens: list[tuple[int, int]], data: st.DataObject
) -> None:
    at, spans = 0, []
    for space, length in tokens:
        spans.append((at, at + space + length))
        at += space + length
    starts = sorted(data.draw(st.sets(st.integers(0, max(at, 1)), min_size=1, max_size=5)))
    nats = np.arange(1.0, len(spans) + 1)
    nats[:1] = np.nan
    pairs = np.array(spans, dtype=np.int64).reshape(-1, 2)
    sums, counts = of_sentences(np.array(starts), pairs, nats)
    assert len(sums) == len(counts) == len(starts)
    assert sums.sum() == pytest.approx(np.nansum(nats))
    assert counts.sum() == max(len(spans) - 1, 0)


def test_a_token_with_the_space_before_it_counts_where_its_word_is() -> None:
    # "Ab. Cd." as Ab|.| Cd|.
    spans = np.array([[0, 2], [2, 3], [3, 6], [6, 7]])
    sums, counts = of_sentences(np.array([0, 4]), spans, np.array([np.nan, 1.0, 5.0, 2.0]))
    assert sums.tolist() == [1.0, 7.0]
    assert counts.tolist() == [1, 2]


@given(st.lists(st.floats(-1, 1), max_size=30), st.integers(1, 6))
def test_running_thresholds_are_means_of_what_came_before(
    scores: list[float], decisions: int
) -> None:
    found = running_thresholds(np.array(scores, dtype=np.float64), decisions)
    for at, threshold in enumerate(found.tolist()):
        last = scores[at - decisions : at] if at >= decisions else [0.0]
        assert threshold == pytest.approx(sum(last) / len(last), abs=1e-9)


@given(st.integers(0, 300), st.integers(1, 20))
def test_a_gap_is_shown_with_enough_before_it(gap: int, context: int) -> None:
    shown = gap + 1 - anchor(gap, context)
    assert min(context, gap + 1) <= shown < 2 * context or shown == gap + 1 < 2 * context


@given(st.lists(st.integers(1, 20), min_size=1, max_size=30), st.integers(1, 60))
def test_reading_runs_hold_their_chunk_and_keep_the_budget(tokens: list[int], most: int) -> None:
    before, until = _ranks(tokens)
    runs = reading_runs(before, until, most)
    assert len(runs) == len(tokens)
    for at, (first, after) in enumerate(runs):
        assert first <= at < after
        assert after - first == 1 or until[after - 1] - before[first] <= most
    if sum(tokens) <= most:
        assert set(runs) == {(0, len(tokens))}
    # Chunks share what is read: overlapping by half costs twice the text, and little more.
    read = sum(int(until[after - 1] - before[first]) for first, after in set(runs))
    assert read <= 3 * sum(tokens) + most
    assert reading_runs(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), most) == []
