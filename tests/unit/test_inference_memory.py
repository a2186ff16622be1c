"""Sequences, states, tensors and interruption, through the real SmolLM2 in a small context."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ops.errors import Cancelled, ModelError
from ops.inference.llama import Context, Model, NoRoom, Tap
from ops.inference.models import resolve

TEXT = "The quick brown fox jumps over the lazy dog, and the dog does not mind. "


@pytest.fixture(scope="module")
def model(model_files: None) -> Iterator[Model]:
    with Model(resolve("smollm2", Path()).path) as loaded:
        yield loaded


@pytest.fixture(scope="module")
def tap() -> Tap:
    return Tap(lambda name: False, lambda name, values: None)


@pytest.fixture(scope="module")
def shared(model: Model, tap: Tap) -> Iterator[Context]:
    with Context(
        model, embeddings=False, batch=64, length=256, sequences=4, threads=1, tap=tap
    ) as context:
        yield context


@pytest.fixture
def context(shared: Context) -> Context:
    shared.memory.clear()
    return shared


def _feed(
    context: Context, tokens: NDArray[np.int32], owner: int, start: int = 0
) -> NDArray[np.float32]:
    positions = np.arange(start, start + len(tokens), dtype=np.int32)
    last = np.zeros(len(tokens), dtype=np.int8)
    last[-1] = 1
    context.run(tokens, positions, np.full(len(tokens), owner, dtype=np.int32), last)
    return context.logits(-1)


def test_a_model_says_what_it_is(model: Model) -> None:
    assert (model.layers, model.heads, model.kv_heads) == (30, 9, 3)
    assert (model.trained_length, model.dimensions) == (8192, 576)
    assert float(model.metadata("llama.rope.freq_base") or 0) == 100_000
    assert model.metadata("no.such.key") is None
    assert "<|im_start|>" in (model.chat_template or "")


def test_text_never_becomes_a_control_token_unless_it_is_ours(model: Model) -> None:
    ours = model.tokenise("<|im_end|>", special=False, control=True)
    theirs = model.tokenise("<|im_end|>", special=False)
    assert len(ours) == 1
    assert model.is_end(int(ours[0]))
    assert len(theirs) > 1
    assert not any(model.is_end(int(token)) for token in theirs)
    assert b"".join(model.piece(int(token)) for token in theirs) == b"<|im_end|>"


def test_a_shared_prefix_gives_the_same_scores_as_one_of_its_own(
    context: Context, model: Model
) -> None:
    head = model.tokenise(TEXT, special=True)
    tail = model.tokenise("After that the fox", special=False)
    alone = _feed(context, np.concatenate([head, tail]), 0)
    _feed(context, head, 1)
    context.memory.copy(1, 2, 0, len(head))
    assert context.memory.last(2) == len(head) - 1
    both = _feed(context, tail, 2, start=len(head))
    assert int(both.argmax()) == int(alone.argmax())
    assert np.abs(both - alone).max() < 0.2


def test_one_token_may_belong_to_several_sequences(context: Context, model: Model) -> None:
    tokens = model.tokenise(TEXT, special=True)
    count = len(tokens)
    context.run(tokens, np.arange(count, dtype=np.int32), [(0, 3)] * count)
    assert (context.memory.last(0), context.memory.last(3)) == (count - 1, count - 1)
    context.memory.remove(3, 4)
    assert (context.memory.last(0), context.memory.last(3)) == (count - 1, 3)
    context.memory.keep(3)
    assert context.memory.last(0) == -1


def test_a_state_that_is_read_can_be_written_back(context: Context, model: Model) -> None:
    tokens = model.tokenise(TEXT, special=True)
    _feed(context, tokens, 0)
    state = context.memory.read_state(0)
    assert state.nbytes == context.memory.state_size(0)
    context.memory.clear()
    context.memory.write_state(2, state)
    assert context.memory.last(2) == len(tokens) - 1
    with pytest.raises(ModelError, match="refuses a state"):
        context.memory.write_state(1, state[: len(state) // 2])


def test_entries_move(context: Context, model: Model) -> None:
    tokens = model.tokenise(TEXT, special=True)
    _feed(context, tokens, 0)
    context.memory.shift(0, 10)
    assert context.memory.first(0) == 10
    assert context.memory.last(0) == len(tokens) + 9


def test_a_full_memory_says_so_and_stays_as_it_is(context: Context, model: Model) -> None:
    tokens = np.tile(model.tokenise(TEXT, special=False), 4)[:60]
    for owner in range(4):
        _feed(context, tokens, owner)
    with pytest.raises(NoRoom):
        _feed(context, tokens, 0, start=60)
    assert context.memory.last(0) == 59


def test_an_interrupted_batch_is_cancelled_and_the_next_one_runs(
    context: Context, model: Model
) -> None:
    tokens = model.tokenise(TEXT, special=True)
    context.interrupt()
    with pytest.raises(Cancelled):
        _feed(context, tokens, 0)
    context.memory.remove(0)
    assert np.isfinite(_feed(context, tokens, 0)).all()


def test_tensors_are_handed_over_while_they_are_computed(
    context: Context, tap: Tap, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, tuple[int, ...]] = {}
    monkeypatch.setattr(tap, "_wants", lambda name: name in ("Qcur-0", "Qcur-29"))
    monkeypatch.setattr(tap, "_take", lambda name, values: seen.update({name: values.shape}))
    monkeypatch.setattr(tap, "on", True)
    tokens = model.tokenise(TEXT, special=True)
    _feed(context, tokens, 0)
    assert seen["Qcur-0"] == (len(tokens), 9, 64)
    assert set(seen) == {"Qcur-0", "Qcur-29"}


def test_wrong_calls_are_errors_not_aborts(context: Context, model: Model) -> None:
    with pytest.raises(ModelError, match="no sequence 4"):
        context.memory.copy(0, 4)
    with pytest.raises(ModelError, match="no sequence -1"):
        context.memory.remove(-1)
    one = np.zeros(1, dtype=np.int32)
    for owners in ([(0, 4)], [()]):
        with pytest.raises(ModelError):
            context.run(one, one, owners)
    with pytest.raises(ModelError, match="flash attention"):
        Context(model, embeddings=False, batch=8, flash_attention=False, values="q8_0")
    with pytest.raises(ModelError, match="1 to 256 sequences"):
        Context(model, embeddings=False, batch=8, sequences=300)


def test_a_quantised_memory_takes_half_the_room(model: Model) -> None:
    tokens = model.tokenise(TEXT, special=True)
    sizes = {}
    for kind in ("f16", "q8_0"):
        with Context(
            model, embeddings=False, batch=64, threads=1, keys=kind, values=kind
        ) as context:
            _feed(context, tokens, 0)
            sizes[kind] = context.memory.state_size(0)
    assert sizes["q8_0"] == pytest.approx(sizes["f16"] * 34 / 64, rel=0.02)
