"""A first hour, by keys alone: from a folder to a correction that outlives a re-chunk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from pipelines.correcting.desk import Desk
from pipelines.looking.view import State
from pipelines.notebook import Notebook
from tests.documents import write_documents
from tests.tui.pilots import press, search_keys, settle, text_of, until
from tui.app import ChunkbookApp
from tui.screens.chunks import ChunksScreen
from tui.screens.compare import CompareScreen
from tui.screens.first import FirstScreen
from tui.screens.notebook import NotebookScreen
from tui.screens.ops import OpScreen
from tui.screens.source import SourceScreen
from tui.widgets.cells import CellList
from tui.widgets.table import PageTable

LONG = 300.0
"""Seconds for a run; it takes about 10 on a quiet machine."""


async def _wait(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    await until(pilot, holds, LONG)
    await settle(pilot)


async def _choose(pilot: Pilot[None], cell: str) -> None:
    """Go down the notebook to a cell."""
    cells = pilot.app.screen.query_one(CellList)
    await press(pilot, "home")
    for _ in range(20):
        if cells.chosen is not None and cells.chosen.id == cell:
            return
        await press(pilot, "down")
    raise AssertionError(f"no way leads down to {cell}")


async def _run_all(pilot: Pilot[None]) -> None:
    screen = pilot.app.screen
    assert isinstance(screen, NotebookScreen)
    await press(pilot, "R", "enter")

    def done() -> bool:
        seen = screen.book.seen
        states = {status.state for status in seen.cells.values()} if seen is not None else set()
        return not screen.running and states == {State.FRESH}

    await _wait(pilot, done)


@pytest.mark.slow
async def test_from_nothing_to_a_correction_that_is_kept(
    tmp_path: Path, model_files: None, without_dagster: None
) -> None:
    write_documents(tmp_path / "docs", 2, sections=1)
    app = ChunkbookApp(folder=tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        # A first notebook over a folder.
        first = app.screen
        assert isinstance(first, FirstScreen)
        await press(pilot, "down", "enter")
        await _wait(pilot, lambda: first.found is not None and first.found.files == 2)
        await press(pilot, "ctrl+s")
        await _wait(pilot, lambda: isinstance(app.screen, NotebookScreen))
        # A second segmenter beside the first.
        await _choose(pilot, "chunks")
        await press(pilot, "b")
        palette = app.screen
        assert isinstance(palette, OpScreen)
        await _wait(pilot, lambda: palette.query_one("#ops-table", PageTable).total > 5)
        await search_keys(pilot, "segment.sentence")
        await press(pilot, "enter", "ctrl+s")
        await _run_all(pilot)
        # Both over one text.
        await press(pilot, "3")
        source = app.screen
        assert isinstance(source, SourceScreen)
        await _wait(pilot, lambda: source.reading is not None)
        await press(pilot, "c")
        compared = app.screen
        assert isinstance(compared, CompareScreen)
        await _wait(pilot, lambda: compared.contrast is not None)
        assert compared.contrast is not None
        assert compared.contrast.first.stored
        assert compared.contrast.second.stored
        assert "sentences cut" in text_of(app)
        await press(pilot, "x", "o", "escape")
        # A chunk gets a title.
        await press(pilot, "2")
        chunks = app.screen
        assert isinstance(chunks, ChunksScreen)
        await _wait(pilot, lambda: chunks.row is not None)
        await press(pilot, "T")
        await search_keys(pilot, "Kept title")
        await press(pilot, "enter")
        await settle(pilot)
        # Everything is cut anew, smaller.
        await press(pilot, "1")
        await settle(pilot)
        before = len(_chunks(tmp_path))
        await _choose(pilot, "chunks")
        await press(pilot, "enter", "end", *["backspace"] * 3, *"90", "escape", "ctrl+s")
        await _run_all(pilot)
        # The correction is there.
        await press(pilot, "2")
        await _wait(pilot, lambda: "Kept title" in text_of(app))
        await press(pilot, "e")
        await settle(pilot)
        assert "Kept title" in text_of(app)
        assert "applied" in text_of(app)
    kept = _chunks(tmp_path)
    assert len(kept) > before
    assert kept.count("Kept title") == 1
    standing = Desk(Notebook.load(tmp_path / "docs.yaml").workspace).all()
    assert [one.edit.kind for one in standing] == ["retitle"]


def _chunks(folder: Path) -> list[str | None]:
    """The titles of the published chunks."""
    reader = Notebook.load(folder / "docs.yaml").reader()
    assert reader is not None
    name = reader.collections()[0]
    return reader.page(name, offset=0, limit=1_000)["chunk_title"].to_list()
