"""Painting chunks over a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ops.export.spans import Segment, paint
from tests.steps import is_linear


def test_overlap_and_gap_are_visible() -> None:
    assert paint(12, [(0, 5), (3, 8), (10, 12)]) == [
        Segment(0, 3, (0,)),
        Segment(3, 5, (0, 1)),
        Segment(5, 8, (1,)),
        Segment(8, 10, ()),
        Segment(10, 12, (2,)),
    ]


def test_nothing_to_paint() -> None:
    assert paint(0, []) == []
    assert paint(4, []) == [Segment(0, 4, ())]
    assert paint(4, [(2, 2), (9, 12)]) == [Segment(0, 4, ())]


@given(
    st.integers(0, 40),
    st.lists(st.tuples(st.integers(-3, 45), st.integers(-3, 45)), max_size=12),
)
def test_every_character_is_covered_by_just_its_chunks(
    length: int, spans: list[tuple[int, int]]
) -> None:
    segments = paint(length, spans)
    assert [s.start for s in segments] == [0, *(s.end for s in segments[:-1])][: len(segments)]
    assert sum(s.end - s.start for s in segments) == length
    for segment in segments:
        assert segment.start < segment.end
        for place in range(segment.start, segment.end):
            over = tuple(n for n, (start, end) in enumerate(spans) if start <= place < end)
            assert segment.chunks == over


def test_many_chunks_take_linear_work() -> None:
    def painted(count: int) -> None:
        paint(count * 10, [(at * 10, at * 10 + 12) for at in range(count)])

    assert is_linear(painted, 2_000)
