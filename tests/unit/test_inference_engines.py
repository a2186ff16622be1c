"""Engines side by side."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.errors import Cancelled, ModelError
from ops.inference.engines import ABREAST, Engines, halves
from ops.inference.jobs import Request
from ops.inference.llama import Model
from ops.inference.models import resolve
from ops.inference.shape import LEAST, Shape

MANY = ABREAST * LEAST


@pytest.fixture(scope="module")
def model(model_files: None) -> Iterator[Model]:
    with Model(resolve("smollm2", Path()).path) as found:
        yield found


@pytest.fixture
def engines(model: Model) -> Iterator[Engines]:
    shape = Shape(256 * MANY, MANY, flash_attention=False, shared=False)
    made = Engines(model, shape, batch=64, threads=2)
    yield made
    made.close()


def _counting(model: Model) -> tuple[list[Request], list[str]]:
    """Prompts whose answers are certain, whatever the last digits of the scores; none shares."""
    lines = (
        "one two three four five six",
        "red green blue white black",
        "a b c d e f g h i j",
        "cat dog bird fish horse cow",
        "Monday Tuesday Wednesday Thursday Friday",
        "spring summer autumn winter",
        "ten nine eight seven six five",
        "do re mi fa so la",
        "bread milk eggs butter salt",
    )
    asked, wanted = [], []
    for line in lines:
        head, tail = f"{line}. {line}. {line}. {line}. {line}.", line.split()
        text = f"{head} {' '.join(tail[:-3])}"
        asked.append(Request(model.tokenise(text, special=True), 3))
        wanted.append(" " + " ".join(tail[-3:]))
    return asked, wanted


def test_each_prompt_has_its_own_answer_and_callbacks_come_in_this_thread(
    model: Model, engines: Engines
) -> None:
    asked, wanted = _counting(model)
    assert len(asked) >= MANY
    heard: dict[int, str] = {}
    done: list[int] = []
    threads: set[int] = set()

    def hear(index: int, text: str) -> None:
        heard[index] = heard.get(index, "") + text
        threads.add(threading.get_ident())

    def count(more: int) -> None:
        done.append(more)
        threads.add(threading.get_ident())

    found = engines.run(asked, on_text=hear, progress=count)
    assert [one.text[: len(text)] for one, text in zip(found, wanted, strict=True)] == wanted
    assert [heard[index] for index in range(len(asked))] == [one.text for one in found]
    assert sum(done) == len(asked)
    assert threads == {threading.get_ident()}
    assert engines.run(asked) == found


def test_both_work_and_a_few_prompts_have_all_threads_of_one(
    model: Model, engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, _ = _counting(model)
    passes: list[tuple[int, int]] = []
    for place, engine in enumerate(engines.each):
        monkeypatch.setattr(engine.context, "run", _noted(engine.context, place, passes))
    engines.run(asked)
    assert {place for place, _ in passes} == {0, 1}
    assert all(next(n for at, n in passes if at == place) == 1 for place in (0, 1))
    passes.clear()
    engines.run(asked[: MANY - 1])
    assert set(passes) == {(0, 2)}


def _noted(context: Any, place: int, passes: list[tuple[int, int]]) -> Any:
    run = context.run

    def noted(*batch: Any) -> None:
        passes.append((place, context.threads))
        run(*batch)

    return noted


def test_what_stops_one_stops_both_and_the_next_run_is_whole(
    model: Model, engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, _ = _counting(model)
    long = [Request(one.tokens, 120) for one in asked]

    def stop(done: int) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        engines.run(long, progress=stop)
    with pytest.raises(Cancelled, match="interrupted"):
        engines.run(long, on_text=lambda index, text: engines.interrupt())

    def fails(*batch: Any) -> None:
        raise ModelError("the second one fails")

    with monkeypatch.context() as patch:
        patch.setattr(engines.each[1].context, "run", fails)
        with pytest.raises(ModelError, match="the second one fails"):
            engines.run(long)
    assert [one.tokens for one in engines.run(asked)] == [3] * len(asked)


def test_an_interrupt_of_a_few_prompts_stops_nothing_later(model: Model, engines: Engines) -> None:
    asked, _ = _counting(model)
    few = [Request(one.tokens, 60) for one in asked[:2]]
    with pytest.raises(Cancelled, match="interrupted"):
        engines.run(few, on_text=lambda index, text: engines.interrupt())
    assert [one.tokens for one in engines.run(asked)] == [3] * len(asked)


def test_one_engine_where_there_is_nothing_to_gain(model: Model) -> None:
    def count(shape: Shape, threads: int) -> int:
        made = Engines(model, shape, batch=32, threads=threads)
        assert made.sequences == shape.sequences
        made.close()
        return len(made.each)

    divided = Shape(256 * MANY, MANY, flash_attention=False, shared=False)
    assert count(divided, 1) == 1
    assert count(divided, 2) == ABREAST
    assert count(Shape(256 * (MANY - 1), MANY - 1, flash_attention=False, shared=False), 2) == 1
    assert count(Shape(2_048, MANY, flash_attention=False, shared=True), 2) == 1
    assert count(Shape(2_048, MANY, flash_attention=True, shared=True), 2) == 1


@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 40)), min_size=1, max_size=40),
    st.integers(1, 4),
)
def test_halves_are_all_requests_once_and_no_more_apart_than_the_longest(
    sizes: list[tuple[int, int]], count: int
) -> None:
    asked = [
        Request(np.arange(n, n + size, dtype=np.int32), most)
        for n, (size, most) in enumerate(sizes)
    ]
    parts = halves(asked, count)
    assert len(parts) == count
    assert sorted(index for part in parts for index in part) == list(range(len(asked)))
    work = [size + 4 * most for size, most in sizes]
    each = [sum(work[index] for index in part) for part in parts]
    assert max(each) <= sum(work) / count + max(work)


def test_halves_keep_what_begins_alike_together() -> None:
    heads = [np.full(30, 7, dtype=np.int32), np.full(30, 9, dtype=np.int32)]
    asked = [Request(np.append(heads[n % 2], np.full(5, n, dtype=np.int32)), 8) for n in range(12)]
    assert halves(asked, 2) == [list(range(0, 12, 2)), list(range(1, 12, 2))]
