"""Measures of chunks."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.evaluate.bootstrap import difference, interval
from ops.evaluate.boundaries import boundary_f1, pk, window_diff
from ops.evaluate.ranges import Range, score
from ops.evaluate.search import kept, summed, together, top, word_scores
from ops.evaluate.shape import shape_of
from tests.segments import documents


def test_chromas_measure_by_hand() -> None:
    answer = [Range("d", 10, 20), Range("d", 30, 40)]
    chunks = [Range("d", 0, 15), Range("d", 15, 35), Range("d", 35, 60), Range("e", 0, 50)]
    found = score(answer, [chunks[0], chunks[3]], chunks)
    assert found.recall == 5 / 20
    assert found.precision == 5 / 65
    assert found.iou == 5 / (65 + 15)
    assert found.omega == 20 / 60


def test_what_is_retrieved_twice_counts_twice() -> None:
    answer = [Range("d", 0, 10)]
    found = score(answer, [Range("d", 0, 10), Range("d", 0, 10)], ())
    assert found.recall == 1
    assert found.precision == 0.5
    assert found.iou == 0.5


SPANS = st.lists(
    st.tuples(st.sampled_from("de"), st.integers(0, 30), st.integers(1, 12)).map(
        lambda drawn: Range(drawn[0], drawn[1], drawn[1] + drawn[2])
    ),
    max_size=5,
)


@given(SPANS, SPANS)
def test_scores_agree_with_counting_characters(answer: list[Range], got: list[Range]) -> None:
    wanted = [{(r.doc_id, at) for at in range(r.start, r.end)} for r in answer]
    union: set[tuple[str, int]] = set().union(*wanted) if wanted else set()
    if sum(map(len, wanted)) != len(union):
        return  # excerpts of one answer never overlap
    seen = {(r.doc_id, at) for r in got for at in range(r.start, r.end)}
    size = sum(r.end - r.start for r in got)
    found = score(answer, got, ())
    assert found.recall == (len(union & seen) / len(union) if union else 0)
    whole = size + len(union - seen)
    assert found.iou == (len(union & seen) / whole if whole else 0)


def test_boundaries_by_hand() -> None:
    assert pk([3, 3], [3, 3]) == 0
    assert pk([2, 2], [4], 1) == pytest.approx(1 / 3)
    assert window_diff([2, 2], [1, 1, 2], 2) == pytest.approx(1 / 2)
    assert boundary_f1([2, 5], [2, 6]) == (0.5, 0.5, 0.5)
    assert boundary_f1([2, 5], [3, 6], tolerance=1) == (1, 1, 1)
    assert boundary_f1([], []) == (0, 0, 0)
    with pytest.raises(ValueError, match="units"):
        pk([2], [3])


def test_intervals_are_the_same_each_time_and_hold_the_mean() -> None:
    values = [0.0, 1.0, 1.0, 0.5] * 20
    found = interval(values)
    assert found == interval(values)
    assert found.low < found.mean < found.high
    lead, above = difference(values, [0.0] * 80)
    assert lead.low > 0
    assert above == 1
    assert difference(values, values)[1] == 0.5


def test_words_find_and_fusion_keeps_the_scale() -> None:
    chunks = ["cats chase mice", "the harbour is closed", "nothing here"]
    words = word_scores(["a chasing cat", "closed harbours"], chunks)
    assert top(words, 1)[:, 0].tolist() == [0, 1]
    same = np.zeros((2, 3))
    assert top(summed(same, words), 1)[:, 0].tolist() == [0, 1]
    assert top(together(same, words, 1), 1)[:, 0].tolist() == [0, 1]
    assert kept(np.array([1.0, 0.8, 0.1]), 0.5) == 2
    assert kept(np.array([-1.0, -2.0]), 0.5) == 1
    assert kept(np.empty(0), 0.5) == 0


def test_shape() -> None:
    text = "One two three. Four five six."
    chunks = pl.DataFrame(
        {"doc_id": "d0000", "start": [0, 8], "end": [10, 29], "tokens": [2, 5], "level": [0, 0]}
    )
    found = shape_of(documents([text]), chunks, 10)
    assert found.chunks == 2
    assert found.budget_use == 0.35
    assert found.sentences_cut == 1
    assert found.coverage == 1
    assert found.redundancy == pytest.approx(2 / 24)
    empty = shape_of(documents([]), chunks.head(0))
    assert (empty.chunks, empty.coverage) == (0, 1)
