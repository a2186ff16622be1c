"""Work in a thread: news in order, errors passed on, stopped when nobody listens."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing

import pytest

from pipelines.orchestrate.background import stream


def test_news_come_in_order() -> None:
    def work(tell: Callable[[int], None]) -> None:
        for number in range(100):
            tell(number)

    assert list(stream(work, lambda: None)) == list(range(100))


def test_an_error_comes_after_all_that_was_told() -> None:
    def work(tell: Callable[[int], None]) -> None:
        tell(1)
        tell(2)
        raise KeyError("three")

    news = stream(work, lambda: None)
    assert [next(news), next(news)] == [1, 2]
    with pytest.raises(KeyError, match="three"):
        next(news)


def test_closing_stops_the_work_and_waits() -> None:
    stopped = threading.Event()
    ended = threading.Event()

    def work(tell: Callable[[int], None]) -> None:
        tell(1)
        assert stopped.wait(10)
        ended.set()

    with closing(stream(work, stopped.set)) as news:
        assert next(news) == 1
    assert ended.is_set()


def test_work_that_stops_with_an_error_after_closing_is_not_heard() -> None:
    stopped = threading.Event()

    def work(tell: Callable[[int], None]) -> None:
        tell(1)
        stopped.wait(10)
        raise RuntimeError("stopped")

    with closing(stream(work, stopped.set)) as news:
        next(news)
