"""Batches of texts: every text once, none too full, nearly none half empty."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ops.inference.packing import pack
from ops.inference.pieces import LEAST, stretch
from ops.inference.shape import PADDED


@given(lengths=st.lists(st.integers(0, 512), max_size=80), most=st.integers(1, 64))
def test_every_text_is_in_one_batch_that_holds_it(lengths: list[int], most: int) -> None:
    batches = pack(lengths, 512, most)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    assert all(sum(lengths[index] for index in batch) <= 512 for batch in batches)
    assert all(1 <= len(batch) <= most for batch in batches)
    assert batches == pack(lengths, 512, most)


@given(lengths=st.lists(st.integers(1, 512), min_size=1, max_size=200))
def test_no_two_batches_would_fit_in_one(lengths: list[int]) -> None:
    loads = sorted(sum(lengths[index] for index in batch) for batch in pack(lengths, 512, 512))
    assert len(loads) < 2 or loads[0] + loads[1] > 512


def test_a_text_over_the_capacity_is_alone() -> None:
    assert pack([3, 900, 4], 512, 64) == [[1], [2, 0]]


def test_equal_lengths_keep_their_order() -> None:
    assert pack([5] * 5, 10, 64) == [[0, 1], [2, 3], [4]]


@given(st.integers(0, 3_000), st.integers(0, 3_000), st.integers(LEAST, 400))
def test_prompts_are_read_in_pieces_that_end_at_borders(done: int, unread: int, most: int) -> None:
    while unread:
        length = stretch(done, unread, most)
        assert 0 < length <= min(unread, most)
        before = PADDED - done % PADDED
        assert length <= before or before < LEAST
        done, unread = done + length, unread - length
    assert stretch(68, 232, 192) == 188
    assert stretch(68, 232, 96) == 94
    assert stretch(256, 44, 192) == 44
    assert stretch(250, 500, 192) == 131
    assert stretch(0, 0, 192) == 0
