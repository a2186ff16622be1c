"""Nothing holds the event loop: not ten megabytes of text, not a million rows.

What is measured is the processor time of each turn of the loop in its own thread, not the clock:
another process that takes the machine makes no difference. Turns of the test itself do not count,
nor what the tests before it left on the heap for the collector of garbage to look through.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.tui.pilots import press, search, settle
from tests.tui.test_source import Million, OneWidget
from tui.app import ChunkbookApp
from tui.widgets.canvas import Canvas
from tui.widgets.source import SourceView

LIMIT = 0.05
"""Seconds of work that a key may cost the loop."""
SLOW = 3.0
"""How much slower than where this was measured a machine may be."""


@contextmanager
def watched() -> Iterator[list[tuple[float, str]]]:
    """Every turn of the loop that takes its thread longer than the limit, with what it did."""
    found: list[tuple[float, str]] = []
    run = asyncio.Handle._run
    own = asyncio.current_task()

    def timed(handle: asyncio.Handle) -> None:
        callback: object = handle._callback  # type: ignore[attr-defined]
        of_test = getattr(callback, "__self__", None) is own
        begun = time.thread_time()
        run(handle)
        spent = time.thread_time() - begun
        if spent > LIMIT * SLOW and not of_test:
            found.append((spent, repr(handle)[:300]))

    asyncio.Handle._run = timed  # type: ignore[method-assign,assignment]
    gc.collect()
    gc.freeze()
    try:
        yield found
    finally:
        gc.unfreeze()
        asyncio.Handle._run = run  # type: ignore[method-assign]


async def test_the_watch_sees_a_block() -> None:
    def work() -> None:
        end = time.thread_time() + LIMIT * SLOW * 1.2
        while time.thread_time() < end:
            pass

    with watched() as blocks:
        asyncio.get_running_loop().call_soon(work)
        await asyncio.sleep(0.01)
    assert len(blocks) == 1


async def test_the_watch_leaves_the_test_itself_out() -> None:
    with watched() as blocks:
        await asyncio.sleep(0)
        end = time.thread_time() + LIMIT * SLOW * 1.2
        while time.thread_time() < end:
            pass
        await asyncio.sleep(0)
    assert blocks == []


@pytest.mark.slow
async def test_ten_megabytes_scroll_without_a_block() -> None:
    app = OneWidget()
    line = "Every team reviews its policy once a year, and says so in writing. "
    texts = [(line * 4 + "\n") * 38_000, line * 15_000]
    async with app.run_test(size=(100, 40)) as pilot:
        view = app.query_one(SourceView)
        for text in texts:
            spans = [(start, start + 900) for start in range(0, len(text) - 900, 800)]
            canvas = Canvas(text, spans).prepare()
            with watched() as blocks:
                view.show(canvas)
                view.focus()
                await settle(pilot)
                await press(pilot, "pagedown", "pagedown", "down", "end", "up", "n", "n", "p")
                await pilot.resize_terminal(80, 24)
                await settle(pilot)
                await pilot.resize_terminal(100, 40)
                await settle(pilot)
            assert blocks == []


async def test_a_million_rows_are_paged_without_a_block() -> None:
    app = Million()
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        with watched() as blocks:
            app.table.reset(1_000_000)
            app.table.focus()
            await settle(pilot)
            await press(pilot, "pagedown", "end", "pageup", "home", "down", "down")
        assert blocks == []


async def test_keys_on_every_screen_without_a_block(made_policies: Path) -> None:
    app = ChunkbookApp(made_policies)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        for mode in "1234":  # making a screen costs more; going to it again must not
            await press(pilot, mode)
            await settle(pilot)
        with watched() as blocks:
            await press(pilot, "1", "down", "down", "up", "2", "down", "down", "3", "down", "w")
            await search(pilot, "team")
            await press(pilot, "enter", "escape", "n", "n", "1")
        assert blocks == []
