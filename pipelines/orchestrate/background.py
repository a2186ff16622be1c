"""Work in a thread whose news are taken in another."""

from __future__ import annotations

__all__ = ["stream"]

from collections.abc import Callable, Generator
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _End:
    error: BaseException | None = None


def stream(
    work: Callable[[Callable[[T], None]], None], stop: Callable[[], None]
) -> Generator[T, None, None]:
    """What `work` tells, while it works in a thread of its own.

    Whoever stops listening early (interrupted, or by closing the iterator) has the work asked to
    `stop`, and waits for that.

    Raises:
        BaseException: what `work` raised, after all that it told.
    """
    told: SimpleQueue[T | _End] = SimpleQueue()

    def run() -> None:
        try:
            work(told.put)
        except BaseException as error:
            told.put(_End(error))
        else:
            told.put(_End())

    # A daemon, so that a second interrupt can leave work that does not listen.
    thread = Thread(target=run, name="run", daemon=True)
    thread.start()
    try:
        while not isinstance(item := told.get(), _End):
            yield item
    except BaseException:
        stop()
        thread.join()
        raise
    thread.join()
    if item.error is not None:
        raise item.error
