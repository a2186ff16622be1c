"""Passes through one model side by side, each in a context of its own.

The threads of a context wait for the slowest of them after every operation of a pass, thousands of
times a second; passes that know nothing of each other do not. On two cores that other programs
also use, two lanes of a thread do half as much again as one context of two threads
(docs/models.md).
"""

from __future__ import annotations

__all__ = ["Lane", "Lanes"]

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from functools import cached_property
from queue import SimpleQueue
from threading import Lock
from typing import Final, Generic, TypeVar

from ops.inference.llama import Context

Work = TypeVar("Work")
Done = TypeVar("Done")

MOST: Final = 4
"""Lanes; each has working memory of its own. On more cores each has several threads."""


class Lane:
    """The contexts of one lane, by how many tokens they take."""

    def __init__(self, make: Callable[[int, int], Context], threads: int, making: Lock) -> None:
        self._make, self._threads, self._making = make, threads, making
        self._contexts: dict[int, Context] = {}

    def context(self, size: int) -> Context:
        """One that takes so many tokens at once; made when first needed."""
        if size not in self._contexts:
            with self._making:
                self._contexts[size] = self._make(size, self._threads)
        return self._contexts[size]

    def close(self) -> None:
        for context in self._contexts.values():
            context.close()
        self._contexts.clear()


class Lanes(Generic[Work, Done]):
    """As many lanes as cores, but no more than MOST.

    Args:
        make: a context for so many tokens, with so many threads.
        cores: threads of all lanes together.
    """

    def __init__(self, make: Callable[[int, int], Context], cores: int) -> None:
        self.count = min(cores, MOST)
        # Every core is used, also where they cannot be shared out evenly.
        self.threads = tuple((cores + place) // self.count for place in range(self.count))
        making = Lock()
        self._lanes = [Lane(make, threads, making) for threads in self.threads]
        self._free: SimpleQueue[Lane] = SimpleQueue()
        for lane in self._lanes:
            self._free.put(lane)

    def each(
        self, works: Sequence[Work], run: Callable[[Work, Lane], Done], done: Callable[[Done], None]
    ) -> None:
        """Run all; `done` is told in this thread what each gave, and may raise to stop.

        However it ends, nothing runs any more then.
        """
        if self.count == 1 or len(works) == 1:
            for work in works:
                done(self._one(run, work))
            return
        futures = [self._pool.submit(self._one, run, work) for work in works]
        try:
            for future in as_completed(futures):
                done(future.result())
        finally:
            for future in futures:
                future.cancel()
            wait(futures)

    def close(self) -> None:
        """Give the memory back."""
        if "_pool" in self.__dict__:
            self._pool.shutdown()
        for lane in self._lanes:
            lane.close()

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.count, "lane")

    def _one(self, run: Callable[[Work, Lane], Done], work: Work) -> Done:
        lane = self._free.get()
        try:
            return run(work, lane)
        finally:
            self._free.put(lane)
