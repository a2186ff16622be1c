"""Engines side by side, each with sequences and threads of its own.

The threads of one context wait for the slowest of them after every operation of a pass; contexts
that know nothing of each other do not wait. It pays where many prompts are read and written that
share little (docs/inference.md).
"""

from __future__ import annotations

__all__ = ["ABREAST", "Engines", "halves"]

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import nullcontext
from functools import cached_property, partial
from queue import SimpleQueue
from typing import Final, TypeAlias

from ops.inference.cores import physical_cores
from ops.inference.engine import Engine
from ops.inference.jobs import Completion, Request
from ops.inference.llama import Model
from ops.inference.owner import OWNER
from ops.inference.prefixes import trie_order
from ops.inference.shape import LEAST, Shape

ABREAST: Final = 2
"""Engines side by side. Each fetches all weights for a step, so more have less of a gain."""

WRITING: Final = 4
"""A token that is written takes as long as so many that are read."""

Event: TypeAlias = Callable[[], None]
OnText: TypeAlias = Callable[[int, str], None]


class Engines:
    """What `Engine` does, by two where its shape has sequences for two and there are the threads.

    Which of them answers a prompt depends on the prompts alone.

    Args:
        batch: most tokens in one pass of an engine.
        threads: of all together.
    """

    def __init__(
        self, model: Model, shape: Shape, *, batch: int, threads: int | None = None
    ) -> None:
        self.threads = threads or physical_cores()
        many = not shape.shared and shape.sequences >= ABREAST * LEAST and self.threads >= ABREAST
        count = self._count = ABREAST if many else 1
        sequences = shape.sequences // count
        self.sequences = sequences * count
        self.each = tuple(
            Engine(
                model,
                length=shape.length // shape.sequences * sequences if many else shape.length,
                sequences=sequences,
                batch=batch,
                threads=self._threads(place),
                flash_attention=shape.flash_attention,
                shared=shape.shared,
                # Two that run at once cannot both hold it: who lets them run does.
                lock=nullcontext() if many else OWNER,
            )
            for place in range(count)
        )

    @property
    def longest(self) -> int:
        """Most tokens of a prompt and its answer."""
        return self.each[0].longest

    def run(
        self,
        requests: Sequence[Request],
        *,
        on_text: OnText | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> list[Completion]:
        """Answer all; see `Engine.run`. Both callbacks are called in this thread."""
        first = self.each[0]
        if len(self.each) == 1:
            return first.run(requests, on_text=on_text, progress=progress)
        with OWNER:
            try:
                if len(requests) >= ABREAST * LEAST:
                    return self._abreast(requests, on_text, progress)
                first.context.set_threads(self.threads)
                return first.run(requests, on_text=on_text, progress=progress)
            finally:  # an interrupt is for both, and one may have nothing that it could stop
                for engine in self.each:
                    engine.context.go_on()

    def forget(self) -> None:
        """Drop what answered prompts left in the memory."""
        with OWNER:
            for engine in self.each:
                engine.forget()

    def interrupt(self) -> None:
        """Stop the passes that run, or the next ones; any thread may call it."""
        for engine in self.each:
            engine.context.interrupt()

    def close(self) -> None:
        """Give the memory back."""
        if "_pool" in self.__dict__:
            self._pool.shutdown()
        with OWNER:
            for engine in self.each:
                engine.close()

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(len(self.each), "engine")

    def _abreast(
        self,
        requests: Sequence[Request],
        on_text: OnText | None,
        progress: Callable[[int], None] | None,
    ) -> list[Completion]:
        events: SimpleQueue[Event | None] = SimpleQueue()
        found: dict[int, Completion] = {}
        running = len(self.each)

        def lane(place: int, part: Sequence[int]) -> None:
            context = self.each[place].context

            def tell(index: int, text: str) -> None:
                if on_text:
                    events.put(partial(on_text, part[index], text))

            def count(done: int) -> None:
                if running == 1:  # the other one's threads are free now
                    context.set_threads(self.threads)
                if progress:
                    events.put(partial(progress, done))

            try:
                context.set_threads(self._threads(place))
                own = [requests[index] for index in part]
                told = tell if on_text else None
                answers = self.each[place].run(own, on_text=told, progress=count)
                found.update(zip(part, answers, strict=True))
            except BaseException as error:
                events.put(partial(_throw, error))
            finally:
                events.put(None)

        parts = halves(requests, running)
        lanes = [self._pool.submit(lane, place, part) for place, part in enumerate(parts)]
        try:
            while running:
                if (event := events.get()) is None:
                    running -= 1
                else:
                    event()
        except BaseException:
            self.interrupt()
            raise
        finally:
            wait(lanes)
        return [found[index] for index in range(len(requests))]

    def _threads(self, place: int) -> int:
        """Every thread is used, also where they cannot be shared out evenly."""
        return (self.threads + place) // self._count


def halves(requests: Sequence[Request], count: int) -> list[list[int]]:
    """The requests in so many parts of about equal work, none empty if there are as many requests.

    Those that begin alike stay together: a part is a stretch of the order of their tokens.
    """
    order = trie_order([one.tokens for one in requests])
    work = [len(requests[index].tokens) + WRITING * requests[index].max_tokens for index in order]
    parts: list[list[int]] = []
    start, before, whole = 0, 0, sum(work)
    for number in range(1, count):
        end = start
        while end < len(order) and before + work[end] / 2 <= whole * number / count:
            before += work[end]
            end += 1
        parts.append(order[start:end])
        start = end
    return [*parts, order[start:]]


def _throw(error: BaseException) -> None:
    raise error
