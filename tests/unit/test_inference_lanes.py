"""Work side by side: all of it once, each lane with contexts of its own, stopped as a whole."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from ops.inference.embedder import LlamaEmbedder
from ops.inference.lanes import MOST, Lane, Lanes
from ops.inference.llama import Context
from ops.inference.models import resolve
from ops.inference.tokenizer import tokenizer_of


class Made:
    """Stands for a context, which is never run here."""

    def __init__(self, size: int, threads: int) -> None:
        self.size, self.threads = size, threads
        self.closed = False

    def close(self) -> None:
        self.closed = True


def _lanes(cores: int) -> tuple[Lanes[int, int], list[Made]]:
    made: list[Made] = []

    def make(size: int, threads: int) -> Context:
        made.append(Made(size, threads))
        return made[-1]  # type: ignore[return-value]

    return Lanes(make, cores), made


@pytest.mark.parametrize(
    ("cores", "count", "threads"),
    [(1, 1, [1]), (2, 2, [1, 1]), (7, 4, [1, 2, 2, 2]), (16, 4, [4] * 4)],
)
def test_lanes_share_the_cores(cores: int, count: int, threads: list[int]) -> None:
    lanes, _ = _lanes(cores)
    assert (lanes.count, list(lanes.threads)) == (count, threads)
    assert sum(lanes.threads) == cores
    assert lanes.count <= MOST


def test_all_is_done_once_and_told_in_the_callers_thread() -> None:
    lanes, made = _lanes(2)
    meeting = threading.Barrier(2)
    told: list[int] = []
    tellers = set()

    def run(work: int, lane: Lane) -> int:
        if work < 2:
            meeting.wait(30)  # passes only if two lanes run at once
        lane.context(512)
        return work * 10

    def done(found: int) -> None:
        told.append(found)
        tellers.add(threading.get_ident())

    lanes.each(range(30), run, done)
    assert sorted(told) == [work * 10 for work in range(30)]
    assert tellers == {threading.get_ident()}
    assert [(one.size, one.threads) for one in made] == [(512, 1)] * 2
    lanes.close()
    assert all(one.closed for one in made)


def test_a_failure_stops_what_has_not_begun_and_waits_for_the_rest() -> None:
    lanes, _ = _lanes(2)
    begun, ended = [], []
    failed = threading.Event()

    def run(work: int, lane: Lane) -> int:
        begun.append(work)
        if work == 1:
            failed.set()
            raise ValueError("no")
        failed.wait(30)
        time.sleep(0.01)  # 20 s for all
        ended.append(work)
        return work

    with pytest.raises(ValueError, match="no"):
        lanes.each(range(4_000), run, lambda found: None)
    assert sorted([*ended, 1]) == sorted(begun)
    assert len(begun) < 4_000
    told: list[int] = []
    lanes.each([5, 6], lambda work, lane: work, told.append)
    assert sorted(told) == [5, 6]


def test_one_lane_or_one_work_needs_no_threads() -> None:
    for cores, works in ((1, [1, 2, 3]), (2, [1])):
        lanes, _ = _lanes(cores)
        threads: list[int] = []
        told: list[int] = []

        def run(work: int, lane: Lane, threads: list[int] = threads) -> int:
            threads.append(threading.get_ident())
            return work

        lanes.each(works, run, told.append)
        assert told == works
        assert set(threads) == {threading.get_ident()}
        lanes.close()


def test_vectors_do_not_depend_on_lanes(model_files: None) -> None:
    file = resolve("minilm", Path())
    texts = [" ".join(["chunk", "of", "text", str(n)] * (1 + n % 29)) for n in range(120)]
    found = []
    for cores in (1, 3):
        embedder = LlamaEmbedder(file, tokenizer_of(file), threads=cores)
        counts: list[int] = []
        found.append(embedder.embed(texts, counts.append))
        assert sum(counts) == len(texts)
        embedder.close()
    assert np.array_equal(found[0], found[1])
