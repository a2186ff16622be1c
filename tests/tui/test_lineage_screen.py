"""The lineage screen: a chunk's way, differences between runs, what a parameter would cost."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.notebook import Notebook
from tests.tui.pilots import press, settle, text_of
from tui.app import ChunkbookApp
from tui.screens.lineage import LineageScreen
from tui.widgets.plain import visible
from tui.widgets.table import PageTable

SIZE = (140, 44)


def table(app: ChunkbookApp, name: str) -> PageTable:
    return app.screen.query_one(f"#{name}", PageTable)


def lineage_screen(app: ChunkbookApp) -> LineageScreen:
    assert isinstance(app.screen, LineageScreen)
    return app.screen


async def test_it_shows_the_chunk_that_was_last_looked_at(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "4")
        assert lineage_screen(app).lineage is None
        await press(pilot, "2", "down", "4")
        lineage = lineage_screen(app).lineage
        assert lineage is not None
        assert lineage.chunk_id == lineage_screen(app).book.chunk_id
        # One that the last run left out is no fault.
        lineage_screen(app).book.chunk_id = "gone"
        await press(pilot, "1", "4")
        assert lineage_screen(app).lineage is lineage


async def test_the_way_of_a_chunk_and_its_rows(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2", "down", "L")
        await settle(pilot)
        assert isinstance(app.screen, LineageScreen)
        lineage = app.screen.lineage
        assert lineage is not None
        shown = text_of(app)
        for said in ("bytes", "◇ file:docs/pol", "◆ index", lineage.chunk_id):
            assert said in shown
        cells = [step.cell for step in lineage.steps]
        assert cells == ["source", "chunks", "metadata", "keywords", "graph", "index"]
        by_cell = {step.cell: step for step in lineage.steps}
        (own,) = by_cell["chunks"].found["chunks"]
        assert own["chunk_id"] == lineage.chunk_id
        (document,) = by_cell["source"].found["documents"]
        assert "text" not in document
        for mention in by_cell["graph"].found["mentions"]:
            assert lineage.start <= mention["start"] < mention["end"] <= lineage.end
        places = {row.key: n for n in range(9) if (row := table(app, "steps").row(n))}
        table(app, "steps").move_to(places["1"])
        await settle(pilot)
        shown = text_of(app)
        for said in ("segment.recursive version", by_cell["chunks"].fingerprint, "size", "60"):
            assert said in shown


async def test_what_changed_between_runs(own_policies: Path) -> None:
    notebook = Notebook.load(own_policies)
    reader = notebook.reader()
    assert reader is not None
    row = reader.page("index", offset=3, limit=1, order=("uri",)).row(0, named=True)
    notebook.desk().change(row["chunk_id"], "[/] Other \x1b[31m words.")
    notebook.run()
    app = ChunkbookApp(own_policies)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "4", "v")
        await settle(pilot)
        assert table(app, "states").total == 2
        shown = text_of(app)
        assert "1 change" in shown
        assert "~ worded" in shown
        assert visible("[/] Other \x1b[31m words.") in shown
        await press(pilot, "down")
        assert "the first state that is kept" in text_of(app)
        await press(pilot, "up", "x")  # compared with itself
        assert "no chunk differs" in text_of(app)


async def test_what_would_be_redone(app: ChunkbookApp, made_policies: Path) -> None:
    before = made_policies.read_text(encoding="utf-8")
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "4", "i")
        parameters = table(app, "parameters")
        keys = [row.key for n in range(parameters.total) if (row := parameters.row(n))]
        parameters.move_to(keys.index("keywords.count"))
        await press(pilot, "enter", "7", "enter")
        await settle(pilot)
        redo = {row.key: row.cells for n in range(9) if (row := table(app, "redo").row(n))}
        assert redo["chunks"][1] == "0"
        assert redo["keywords"][1] == "4"
        assert redo["index"][1] == "4"
        await press(pilot, "enter", "0", "enter")
        await settle(pilot)
        assert "greater than" in text_of(app)
    assert made_policies.read_text(encoding="utf-8") == before


@pytest.mark.parametrize("key", ["w", "v", "i"])
async def test_nothing_published_yet(tmp_path: Path, made_policies: Path, key: str) -> None:
    path = tmp_path / "policies.yaml"
    (tmp_path / "docs").mkdir()
    path.write_text(made_policies.read_text(encoding="utf-8"), encoding="utf-8")
    app = ChunkbookApp(path)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "4", key)
        assert isinstance(app.screen, LineageScreen)
    assert not (tmp_path / ".chunkbook").exists()
