"""The source screen: layers, boundaries, finding, comparing, exporting."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from textual.widgets import Input, Static

from tests.documents import write_documents
from tests.tui.pilots import press, settle, shows, text_of, type_at_once, until
from tui.app import ChunkbookApp
from tui.screens.compare import CompareScreen
from tui.screens.export import ExportScreen
from tui.screens.source import SourceScreen
from tui.widgets.boundary import around_cut, reason
from tui.widgets.find import places_of
from tui.widgets.source import SourceView
from tui.widgets.table import PageTable

SIZE = (120, 36)
TWO = """\
name: two
cells:
  - id: source
    op: load.files
    params: {path: docs}
  - id: fine
    op: segment.recursive
    params: {size: 30, tokenizer: words}
  - id: coarse
    op: segment.fixed
    input: source
    params: {size: 80, tokenizer: words}
"""


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook with two segmentations that never ran."""
    folder = tmp_path_factory.mktemp("two")
    write_documents(folder / "docs", 2, sections=2)
    (folder / "two.yaml").write_text(TWO, encoding="utf-8")
    return folder / "two.yaml"


def _screen(app: ChunkbookApp) -> SourceScreen:
    assert isinstance(app.screen, SourceScreen)
    return app.screen


async def test_what_is_typed_at_once_is_found(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "3", "enter")
        type_at_once(app, "slash", *"change")
        await settle(pilot)
        screen = _screen(app)
        assert screen.query_one("#find-input", Input).value == "change"
        assert screen.drawn == {"headings", "pages"}


async def test_a_stored_document_is_shown_with_why_its_chunks_end(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "3", "down", "enter", "n")
        screen = _screen(app)
        assert screen.reading is not None
        assert screen.reading.stored
        view = screen.query_one(SourceView)
        assert view.has_focus
        assert view.selected == 1
        said = text_of(app)
        assert "Chunk 2 of" in said
        assert "ends" in said
        assert "┃" in said


async def test_layers_are_switched_by_key_and_by_mouse(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "3", "down")
        screen = _screen(app)
        view = screen.query_one(SourceView)
        assert {"headings", "keywords", "entities"} <= set(view.canvas.known)
        assert not {"keywords", "entities"} & view.drawn
        await press(pilot, "w", "e")
        assert {"keywords", "entities"} <= view.drawn
        await pilot.click("#layer-headings")
        assert "headings" not in view.drawn
        assert screen.query_one("#layer-pages").disabled


async def test_words_are_found_and_gone_through(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "3", "down")
        await pilot.press("slash", *"EVERY team")
        await settle(pilot)
        view = _screen(app).query_one(SourceView)
        found = view.canvas.layers["found"]
        assert len(found) > 1
        assert all(view.text[a:b].lower() == "every team" for a, b in found)
        await press(pilot, "enter", "full_stop")
        assert f"2 of {len(found)}" in text_of(app)
        await press(pilot, "comma", "comma")
        assert f"{len(found)} of {len(found)}" in text_of(app)
        await press(pilot, "escape")
        assert not view.canvas.layers["found"]
        assert view.has_focus


def test_places_are_found_over_line_ends_and_as_they_are_written() -> None:
    assert places_of("a\n  B a b (", "a b") == [(0, 5), (6, 9)]
    assert places_of("f(x)", "(X)") == [(1, 4)]
    assert places_of("text", "  ") == []


def test_a_boundary_is_explained() -> None:
    row = {"boundary": "topic", "boundary_score": 0.3125, "boundary_threshold": 0.25}
    assert reason(row) == "topic, score 0.312 against 0.250"
    assert reason({"boundary": "budget", "boundary_score": None}) == "the budget was full"
    assert around_cut("one\ntwo", 4) == "…one ┃ two…"
    assert around_cut("\x1b[1m", 4).startswith("…␛[1m")


async def test_a_document_that_no_run_has_cut_is_cut_on_the_spot(two: Path) -> None:
    app = ChunkbookApp(two)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "3")
        await settle(pilot)
        screen = _screen(app)
        assert screen.reading is not None
        assert not screen.reading.stored
        assert "not kept" in text_of(app)
        first = len(screen.query_one(SourceView).spans)
        await press(pilot, "s")
        await settle(pilot)
        assert screen.cut is not None
        assert screen.cut.maker == "coarse"
        assert 0 < len(screen.query_one(SourceView).spans) < first
        assert not (two.parent / ".chunkbook").exists()


async def test_two_segmentations_beside_and_over_each_other(two: Path) -> None:
    app = ChunkbookApp(two)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "3")
        await settle(pilot)
        await press(pilot, "c")
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, CompareScreen)
        assert screen.contrast is not None
        found = screen.contrast.comparison
        one, two_ = screen.query(SourceView)
        assert [a for a, _ in one.canvas.layers["differences"]] == list(found.only_first)
        assert [a for a, _ in two_.canvas.layers["differences"]] == list(found.only_second)
        assert found.first.chunks == len(one.spans) > found.second.chunks == len(two_.spans)
        said = text_of(app)
        for word in ("median", "sentences cut", "budget used", "boundaries in common"):
            assert word in said
        await press(pilot, "end")
        assert two_.rows.of(one.top) == two_.scroll_offset.y or two_.scroll_offset.y > 0
        await press(pilot, "home", "x")
        assert "difference 1 of" in text_of(app)
        assert "only fine cuts here" in text_of(app)
        await press(pilot, "o")
        assert screen.overlaid
        assert len(one.canvas.layers["differences"]) == len(found.differences)
        await press(pilot, "escape")
        assert shows(app, SourceScreen)


async def test_one_segmentation_is_not_compared(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "3", "down", "c")
        assert shows(app, SourceScreen)
        await until(pilot, lambda: "one segmentation" in text_of(app))


async def test_what_is_shown_is_exported(app: ChunkbookApp, tmp_path: Path) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "3", "down")
        view = _screen(app).query_one(SourceView)
        for name in ("rows.jsonl", "rows.parquet", "rows.md", "view.svg"):
            await press(pilot, "f8")
            app.screen.query_one(Input).value = str(tmp_path / name)
            await press(pilot, "enter")
            await settle(pilot)
            assert shows(app, SourceScreen), name
        rows = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
        assert [(row["start"], row["end"]) for row in rows] == list(view.spans)
        assert len(pl.read_parquet(tmp_path / "rows.parquet")) == len(rows)
        assert len((tmp_path / "rows.md").read_text().splitlines()) == len(rows) + 2
        assert "<svg" in (tmp_path / "view.svg").read_text()


async def test_a_file_is_overwritten_only_when_asked_twice(
    app: ChunkbookApp, tmp_path: Path
) -> None:
    there = tmp_path / "there.md"
    there.write_text("mine", encoding="utf-8")
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "3", "down", "f8")
        app.screen.query_one(Input).value = str(there)
        await press(pilot, "enter")
        assert there.read_text() == "mine"
        assert "there already" in str(app.screen.query_one("#export-said", Static).content)
        await press(pilot, "enter")
        await settle(pilot)
        assert there.read_text() != "mine"
        await press(pilot, "f8")
        app.screen.query_one(Input).value = str(tmp_path / "what.doc")
        await press(pilot, "enter")
        assert shows(app, ExportScreen)
        assert "names no format" in str(app.screen.query_one("#export-said", Static).content)


async def test_the_place_is_kept_between_starts(made_policies: Path) -> None:
    app = ChunkbookApp(made_policies)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "t", "3", "down", "down")
        wanted = _screen(app).doc_id
    again = ChunkbookApp(folder=made_policies.parent)
    async with again.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert again.theme == "chunkbook-light"
        assert _screen(again).doc_id == wanted
        row = _screen(again).query_one("#documents", PageTable)
        assert row.cursor > 0
