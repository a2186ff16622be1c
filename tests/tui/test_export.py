"""Every screen's rows can be written: as they are searched, filtered, sorted and previewed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from pipelines.diff.changes import Change, Chunk, DocumentDiff
from tests.tui.pilots import press, search, search_keys, settle, shows, until
from tui.app import ChunkbookApp
from tui.screens.chunks import ChunksScreen
from tui.screens.export import ExportScreen
from tui.screens.lineage import LineageScreen
from tui.screens.notebook import NotebookScreen
from tui.tracing import changes_table
from tui.widgets.table import PageTable

SIZE = (140, 44)


async def _written(pilot: Pilot[None], path: Path) -> list[dict[str, Any]]:
    """Export the view as JSON lines, Markdown or Parquet, and read it back."""
    await press(pilot, "f8")
    dialog = pilot.app.screen
    assert isinstance(dialog, ExportScreen)
    dialog.query_one(Input).value = str(path)
    await press(pilot, "enter")
    await until(pilot, lambda: not shows(pilot.app, ExportScreen))
    assert [found.name for found in path.parent.glob(f"{path.name}*")] == [path.name]
    if path.suffix == ".parquet":
        return pl.read_parquet(path).to_dicts()
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def test_chunks_are_written_as_they_are_shown(
    app: ChunkbookApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.shelf.READ", 4)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        screen = app.screen
        assert isinstance(screen, ChunksScreen)
        table = screen.query_one("#chunks", PageTable)

        def shown() -> list[str]:
            return [row.key for place in range(table.total) if (row := table.row(place))]

        name, pages = screen.exported()
        assert name == "index"
        assert pages is not None
        assert {len(page) for page in pages()} <= {1, 2, 3, 4}
        for file in ("all.jsonl", "all.parquet"):
            rows = await _written(pilot, tmp_path / file)
            assert [row["chunk_id"] for row in rows] == shown()
            assert rows[0]["text"]
        everything = table.total
        await press(pilot, "f")
        await search_keys(pilot, "length>50")
        await press(pilot, "enter")
        assert 4 < table.total < everything
        rows = await _written(pilot, tmp_path / "some.jsonl")
        assert [row["chunk_id"] for row in rows] == shown()
        assert all(row["tokens"] > 50 for row in rows)
        await search(pilot, "finance")
        await press(pilot, "enter")
        rows = await _written(pilot, tmp_path / "found.jsonl")
        assert [row["chunk_id"] for row in rows] == shown()
        assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
        await press(pilot, "escape")
        await search(pilot, "xyzzy")
        await press(pilot, "enter")
        assert table.total == 0
        assert await _written(pilot, tmp_path / "none.jsonl") == []


async def test_lineage_is_written(app: ChunkbookApp, tmp_path: Path) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2", "down", "L")
        screen = app.screen
        assert isinstance(screen, LineageScreen)
        await until(pilot, lambda: screen.query_one("#steps", PageTable).total > 0)
        rows = await _written(pilot, tmp_path / "way.jsonl")
        assert [row["kind"] for row in rows] == [
            "file",
            *("cell" for _ in CELLS),
            "cell",
            "published",
        ]
        assert [row["name"] for row in rows[1:-1]] == [*CELLS, "index"]
        assert json.loads(rows[2]["parameters"])["size"] == 60
        assert all(row["fingerprint"] and row["run_id"] and row["at"] for row in rows[1:-1])
        chunk = json.loads(rows[-1]["found"])
        place = json.loads(rows[0]["found"])
        assert (place["start"], place["end"]) == (chunk["start"], chunk["end"])
        await press(pilot, "v")
        await until(pilot, lambda: screen.query_one("#states", PageTable).total > 0)
        assert await _written(pilot, tmp_path / "runs.jsonl") == []
        await press(pilot, "i")
        parameters = screen.query_one("#parameters", PageTable)
        keys = [row.key for n in range(parameters.total) if (row := parameters.row(n))]
        parameters.move_to(keys.index("keywords.count"))
        await press(pilot, "enter", "7", "enter")
        await until(pilot, lambda: screen.query_one("#redo", PageTable).total > 0)
        redo = {row["cell"]: row for row in await _written(pilot, tmp_path / "whatif.parquet")}
        assert (redo["chunks"]["redo"], redo["keywords"]["redo"]) == (0, 4)
        assert redo["keywords"]["if"] == "keywords: count = 7"


CELLS = ("source", "chunks", "metadata", "keywords", "graph")


def test_changes_are_written_in_full() -> None:
    long = "A rule. " * 100
    before = Chunk("a1", 0, 0, 800, long)
    after = (Chunk("b1", 0, 0, 400, long[:400]), Chunk("b2", 0, 400, 800, long[400:]))
    change = Change("recut", (before,), after)
    document = DocumentDiff("d1", "file:rules.md", (change,), 3)
    (row,) = changes_table([(document, change)]).to_dicts()
    assert (row["kind"], row["uri"]) == ("recut", "file:rules.md")
    assert row["before"] == [long]
    assert "".join(row["after"]) == long
    assert (row["before_spans"], row["after_spans"]) == ([[0, 800]], [[0, 400], [400, 800]])
    assert changes_table([]).is_empty()


async def test_cells_and_their_previews_are_written(app: ChunkbookApp, tmp_path: Path) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, NotebookScreen)
        rows = await _written(pilot, tmp_path / "cells.jsonl")
        assert [row["id"] for row in rows if row["kind"] == "cell"] == [*CELLS, "index"]
        assert rows[0]["note"].startswith("# Office policies")
        by_id = {row["id"]: row for row in rows}
        assert json.loads(by_id["keywords"]["params"]) == {"count": 5}
        assert by_id["index"]["inputs"] == ["keywords", "graph"]
        assert by_id["chunks"]["state"] == "fresh"
        # The documents at a cell, then its preview.
        screen.list.choose_id("chunks")
        await until(pilot, lambda: screen.documents is not None)
        screen.query_one("#documents", PageTable).focus()
        documents = await _written(pilot, tmp_path / "documents.parquet")
        assert sum(row["chunks"] or 0 for row in documents) == by_id["chunks"]["rows"]
        screen.list.focus()
        await press(pilot, "p")
        await until(pilot, lambda: "chunks" in screen.previews)
        screen.query_one("#documents", PageTable).focus()
        sampled = await _written(pilot, tmp_path / "sample.jsonl")
        assert [row["text"] for row in sampled] == (
            screen.previews["chunks"].frames["chunks"]["text"].to_list()
        )
