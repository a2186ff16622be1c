"""Reading, reducing and asking again with a real model: what is put back is what was read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ops.errors import ModelError, UsageError
from ops.inference.chunk_cache import ChunkCache, Chunks
from ops.inference.kv.budget import SINKS, entries_left
from ops.inference.kv.entries import Entries, Kind
from ops.inference.kv.layout import Layout, layout_of
from ops.inference.kv.on_the_way import read_reducing
from ops.inference.kv.passages import assemble, read_alone
from ops.inference.kv.reader import Reader
from ops.inference.kv.snap import snap
from ops.inference.kv.state import build, parse
from ops.inference.kv.surprise import surprise
from ops.inference.llama import Model
from ops.inference.models import header_of, resolve

FILLER = "The weather stayed mild and the walkers went on along the river until evening. " * 12
FACT = "The pass phrase of the northern archive is velvet hammer ocean thirteen. "


@pytest.fixture(scope="module")
def model(model_files: None) -> Iterator[Model]:
    with Model(resolve("smollm2", Path()).path) as loaded:
        yield loaded


@pytest.fixture(scope="module")
def layout(model_files: None) -> Layout:
    return layout_of(header_of(resolve("smollm2", Path())), "smollm2")


@pytest.fixture(scope="module")
def reader(model: Model, layout: Layout) -> Iterator[Reader]:
    found = Reader(model, layout, 2_048, sequences=4, threads=1, listens=True)
    yield found
    found.close()


@pytest.fixture(scope="module")
def text(model: Model) -> NDArray[np.int32]:
    return model.tokenise(FILLER + FACT + FILLER, special=False)


def loss(reader: Reader, tokens: NDArray[np.int32], start: int) -> float:
    """-ln p of the tokens after the first, said after sequence 0, which stays as it was."""
    reader.context.memory.copy(0, 3)
    reader.feed(tokens, start, sequence=3, outputs=np.ones(len(tokens), np.int8))
    logits = reader.context.all_logits(len(tokens))[:-1].astype(np.float64)
    reader.context.memory.remove(3)
    top = logits.max(axis=1)
    sums = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
    return float((sums - logits[np.arange(len(tokens) - 1), tokens[1:]]).sum())


@pytest.mark.slow
def test_a_state_that_is_read_and_put_back_changes_nothing(
    reader: Reader, model: Model, text: NDArray[np.int32]
) -> None:
    reading = reader.read(text)
    entries = reading.entries
    assert entries.positions.tolist() == list(range(len(text)))
    assert reading.surprise[0] == 0
    assert reading.surprise[1:].min() > 0
    question = model.tokenise(" The pass phrase of the northern archive is", special=False)
    full = loss(reader, question, len(text))
    raw = reader.context.memory.read_state(0)
    again = build(parse(raw, reader.layout), reader.layout)
    np.testing.assert_array_equal(again[8:], raw[8:])
    reader.put(entries, 2)
    reader.context.memory.clear()
    reader.put(entries, 0)
    assert loss(reader, question, len(text)) == pytest.approx(full, abs=1e-3)

    # A fifth of the entries, chosen by surprise or by the question, still know the phrase.
    answer = model.tokenise(
        " The pass phrase of the northern archive is velvet hammer ocean thirteen", special=False
    )
    size = entries_left(len(text), 0.8)
    full = loss(reader, answer, len(text))
    queries = reader.queries(answer[:8], len(text))
    assert queries.shape == (30, 8, 9, 64)
    together = reader.queries_of([answer[:5], answer[:8]], len(text))
    assert [one.shape[1] for one in together] == [5, 8]
    np.testing.assert_allclose(together[1], queries, atol=0.05)
    np.testing.assert_allclose(together[0], queries[:, :5], atol=0.05)
    assert reader.context.memory.last(1) == reader.context.memory.last(2) == -1
    found = {}
    for name, fewer in (
        ("surprise", surprise(entries, reading.surprise, size, pooled=15, recent=16)),
        ("snap", snap(entries, reader.layout, queries, size, pooled=15, recent=16)),
        ("none", entries.part(len(text) - size, len(text))),
    ):
        reader.put(fewer)
        assert len(reader.entries()) == size
        found[name] = loss(reader, answer, len(text))
    without = found["none"]
    assert without > full + 10
    assert found["surprise"] < full + 0.2 * (without - full)
    assert found["snap"] < full + 0.4 * (without - full)


def test_the_queries_of_the_last_tokens_are_heard_while_they_are_read(
    reader: Reader, text: NDArray[np.int32]
) -> None:
    before = reader.read(text[:64], surprise=False)
    assert before.queries is None
    asked = reader.queries(text[64:96], 64)
    reading = reader.read(text[:96], listened=32)
    assert reading.queries is not None
    assert reading.queries.shape == asked.shape == (30, 32, 9, 64)
    np.testing.assert_allclose(reading.queries, asked, atol=0.05)
    assert (reading.surprise[1:] > 0).all()
    assert len(reading.entries) == 96
    with pytest.raises(UsageError, match="at most 512"):
        reader.read(text, listened=513)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["f16", "q8_0"])
def test_chunks_are_reused_at_another_place(
    kind: Kind, model: Model, layout: Layout, text: NDArray[np.int32], tmp_path: Path
) -> None:
    reader = Reader(model, layout, 1_024, sequences=4, kind=kind, threads=1)
    prefix = model.tokenise("Answer from these passages.\n\n", special=False)
    chunks = [model.tokenise(part, special=False) for part in (FILLER[:400], FACT * 2)]
    answer = model.tokenise(
        " The pass phrase of the northern archive is velvet hammer ocean thirteen", special=False
    )
    reader.read(np.concatenate([prefix, *chunks]), surprise=False)
    end = sum(map(len, (prefix, *chunks)))
    full = loss(reader, answer, end)
    made: list[int] = []

    def make(tokens: NDArray[np.int32]) -> Entries:
        made.append(len(tokens))
        return read_alone(reader, tokens, prefix)

    cache = ChunkCache(tmp_path, Chunks("model", "build", kind, "prefix"), layout)
    for tokens in chunks:
        cache.get(tokens, make)
    for recomputed in (8, 0):
        assert (
            assemble(reader, prefix, chunks, lambda t: cache.get(t, make), recomputed=recomputed)
            == end
        )
        assert loss(reader, answer, end) == pytest.approx(full, abs=3.0)
        assert reader.context.memory.last(0) == end - 1
    assert made == [len(tokens) for tokens in chunks]
    reader.close()


def test_queries_want_a_reader_that_listens(model: Model, layout: Layout) -> None:
    reader = Reader(model, layout, 256, threads=1)
    with pytest.raises(UsageError, match="listens"):
        reader.queries(np.array([1], np.int32), 0)
    with pytest.raises(UsageError, match="listens"):
        reader.read(np.array([1], np.int32), listened=1)
    with pytest.raises(ModelError, match="refuses a state"):
        reader.context.memory.write_state(0, np.zeros(64, np.uint8))
    reader.close()


@pytest.mark.slow
def test_a_text_is_reduced_while_it_is_read(
    reader: Reader, model: Model, text: NDArray[np.int32]
) -> None:
    question = " The pass phrase of the northern archive is velvet hammer ocean thirteen"
    answer = model.tokenise(question, special=False)
    whole = reader.read(text)
    seen: list[NDArray[np.float32]] = []

    def reduce(entries: Entries, losses: NDArray[np.float32], size: int, *, sinks: int) -> Entries:
        assert len(entries) == len(losses)
        assert sinks == (0 if seen else SINKS)
        seen.append(losses)
        return surprise(entries, losses, size, pooled=15, sinks=sinks)

    found = read_reducing(reader, text, 0.7, reduce, surprise=True, every=256)
    assert len(seen) == -(-len(text) // 256)
    np.testing.assert_allclose(seen[0], whole.surprise[:256], atol=0.1)
    assert len(found) == entries_left(len(text), 0.7)
    assert reader.entries().positions.tolist() == found.positions.tolist()
    assert found.positions[:SINKS].tolist() == list(range(SINKS))
    assert found.positions[-32:].tolist() == list(range(len(text) - 32, len(text)))
    known = loss(reader, answer, len(text))
    reader.put(whole.entries.part(len(text) - len(found), len(text)))
    assert loss(reader, answer, len(text)) > known + 10
    # Where nothing goes, nothing changes.
    all_of_it = read_reducing(reader, text[:300], 0, reduce, surprise=False, every=256)
    assert all_of_it.positions.tolist() == list(range(300))
