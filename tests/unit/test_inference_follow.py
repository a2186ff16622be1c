"""Surprisal of texts after others: what shares a batch, and the real SmolLM2 on few tokens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.errors import Cancelled
from ops.following import Follower
from ops.inference.follow import LONGEST
from ops.inference.generator import LlamaGenerator
from ops.inference.llama import Context, Model
from ops.inference.models import resolve
from ops.inference.pairs import grouped
from ops.inference.surprisal import surprisal
from ops.inference.tokenizer import tokenizer_of

DOG = " The dog ran into the garden."
BARKED = " It barked at the cat."
SENATE = " The senate voted on the bill."
PAIRS = [("", BARKED), (DOG, BARKED), ("", SENATE), (DOG, SENATE)]


@pytest.fixture(scope="module")
def smol(model_files: None) -> Iterator[LlamaGenerator]:
    file = resolve("smollm2", Path())
    made = LlamaGenerator(file, tokenizer_of(file), threads=1, length=512, sequences=4, batch=64)
    yield made
    made.close()


def test_it_is_the_surprisal_of_the_whole_less_that_of_what_comes_before(
    smol: LlamaGenerator, model_files: None
) -> None:
    follower: Follower = smol
    done: list[int] = []
    found = follower.follow(PAIRS, done.append)
    assert sum(done) == len(PAIRS)
    with (
        Model(resolve("smollm2", Path()).path) as model,
        Context(model, embeddings=False, batch=64, threads=1) as context,
    ):
        for (before, text), nats in zip(PAIRS, found, strict=True):
            lead = np.concatenate([model.start, model.tokenise(before, special=False)])
            tokens = np.concatenate([lead, model.tokenise(text, special=False)])
            wanted = surprisal(context, tokens)[len(lead) :].sum()
            assert nats == pytest.approx(wanted, rel=0.05)


def test_what_follows_gains_more_than_what_does_not(smol: LlamaGenerator) -> None:
    alone, after, other, unrelated = smol.follow(PAIRS)
    assert alone - after > 5 + other - unrelated


def test_long_texts_count_in_part_and_empty_ones_not(smol: LlamaGenerator) -> None:
    assert smol.follow([]).shape == (0,)
    assert smol.follow([(DOG, "")]).tolist() == [0]
    long = " word" * 2 * LONGEST
    whole, cut, empty = smol.follow([(long, long), (long, " word" * LONGEST), (long, "")])
    assert whole == pytest.approx(cut, rel=0.05)
    assert empty == 0


def test_it_can_be_stopped(smol: LlamaGenerator) -> None:
    def stop(done: int) -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        smol.follow(PAIRS, stop)
    assert len(smol.follow(PAIRS[:1])) == 1


@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 30)), max_size=40),
    st.integers(60, 100),
    st.integers(1, 8),
)
def test_batches_hold_every_pair_once(sizes: list[tuple[int, int]], batch: int, most: int) -> None:
    pairs = [
        (np.full(before, before, dtype=np.int32), np.arange(text, dtype=np.int32))
        for before, text in sizes
    ]
    places = []
    for groups in grouped(pairs, batch, most):
        read = [each for group in groups for each in (group.before, *group.texts)]
        assert sum(map(len, read)) <= batch
        assert 0 < sum(len(group.texts) for group in groups) <= most
        for group in groups:
            places += group.places
            for place, text in zip(group.places, group.texts, strict=True):
                assert pairs[place][0].tolist() == group.before.tolist()
                assert pairs[place][1] is text
    assert sorted(places) == list(range(len(pairs)))
