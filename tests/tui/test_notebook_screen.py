"""The notebook screen: cells, documents, text, runs."""

from __future__ import annotations

from pathlib import Path
from threading import Event as Flag

import pytest
from textual.pilot import Pilot

from ops.errors import SourceError
from pipelines.events import CellStarted, RunReport
from pipelines.looking.view import State
from tests.tui.pilots import press, settle, shows, text_of, until
from tui.app import ChunkbookApp
from tui.book import Book
from tui.screens.error import ErrorScreen
from tui.screens.notebook import NotebookScreen
from tui.screens.plan import PlanScreen
from tui.widgets.cell import Phase
from tui.widgets.cells import CellList
from tui.widgets.plain import visible
from tui.widgets.result import ResultPane
from tui.widgets.source import SourceView
from tui.widgets.table import PageTable

SIZE = (120, 40)


def _screen(app: ChunkbookApp) -> NotebookScreen:
    screen = app.screen
    assert isinstance(screen, NotebookScreen)
    return screen


async def _click(pilot: Pilot[None], cell: str) -> None:
    """Click the card of a cell."""
    cells = pilot.app.screen.query_one(CellList)
    place = cells.place_of(cell)
    assert place is not None
    block = cells.block(place)
    await pilot.click(CellList, offset=(block.x + 4, block.y + 1 - cells.scroll_offset.y))
    await settle(pilot)


def _state(app: ChunkbookApp, cell: str) -> State:
    status = app.screen.query_one(CellList).status_of(cell)
    assert status is not None
    return status.state


async def test_it_opens_at_the_chunks_of_the_first_document(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        chosen = app.screen.query_one(CellList).chosen
        assert chosen is not None
        assert chosen.id == "chunks"
        source = app.screen.query_one(SourceView)
        assert source.text.startswith("# Leave policy 0")
        assert len(source.spans) > 3
        assert source.selected == 0
        shown = text_of(app)
        assert "Office policies" in shown
        assert "← keywords" in shown
        assert "size 60 · overlap 12" in shown
        assert _state(app, "source") is State.FAILED
        assert _state(app, "index") is State.FRESH


async def test_cells_are_chosen_by_key_and_by_mouse(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        cells = app.screen.query_one(CellList)
        await press(pilot, "up")
        assert cells.chosen is not None
        assert cells.chosen.id == "source"
        assert app.screen.query_one("#documents", PageTable).total == 5
        assert not app.screen.query_one(SourceView).spans
        await press(pilot, "up", "end")
        assert cells.chosen.id == "index"
        await press(pilot, "home")
        await _click(pilot, "chunks")
        assert cells.chosen.id == "chunks"
        assert cells.has_focus


async def test_a_document_put_aside_says_why(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "up", "tab", "home")
        assert "put aside" in text_of(app)
        assert "empty" in text_of(app)


async def test_documents_and_chunks_are_walked_by_keys(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        source = app.screen.query_one(SourceView)
        first = source.text
        await press(pilot, "tab", "down")
        assert source.text != first
        await press(pilot, "enter")
        assert source.has_focus
        await press(pilot, "n", "n")
        assert source.selected == 2
        assert f"Chunk 3 of {len(source.spans)}" in text_of(app)


async def test_the_document_stays_when_the_cell_changes(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "tab", "down", "down")
        chosen = _screen(app).doc_id
        await press(pilot, "shift+tab", "down")
        assert _screen(app).doc_id == chosen
        shown = app.screen.query_one(ResultPane).shown
        assert shown is not None
        assert shown.document.doc_id == chosen
        assert "keywords" not in text_of(app).splitlines()[-5][SIZE[0] // 2 :]


async def test_entities_have_a_table_of_their_own(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "down", "down", "down", "down")
        table = app.screen.query_one("#table-entities", PageTable)
        assert table.total > 3
        names = [row.cells[0] for place in range(table.total) if (row := table.row(place))]
        assert len(set(names)) == len(names)


async def test_run_all_shows_the_plan_and_runs(own_policies: Path, without_dagster: None) -> None:
    app = ChunkbookApp(own_policies)
    new = own_policies.parent / "docs" / "new.md"
    new.write_text("# New\n\nA rule about something new for Anna Schmidt.\n", encoding="utf-8")
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert _state(app, "chunks") is State.STALE
        await press(pilot, "R")
        plan = app.screen
        assert isinstance(plan, PlanScreen)
        row = plan.query_one(PageTable).row(1)
        assert row is not None
        assert row.cells == ("chunks", "1", "·", "·", "4", "·")
        await press(pilot, "escape")
        assert _state(app, "chunks") is State.STALE
        await press(pilot, "R", "enter")
        await settle(pilot)
        assert not _screen(app).running
        assert _state(app, "chunks") is State.FRESH
        assert app.screen.query_one("#documents", PageTable).total == 5
        cells = app.screen.query_one(CellList)
        assert all(cells.progress_of(cell) is None for cell in ("source", "chunks", "index"))


async def test_running_a_cell_runs_what_never_ran_above_it(
    own_policies: Path, tmp_path: Path, without_dagster: None
) -> None:
    path = tmp_path / "other" / "policies.yaml"
    (path.parent / "docs").mkdir(parents=True)
    (path.parent / "docs" / "a.md").write_text("# A\n\nOne rule.\n", encoding="utf-8")
    path.write_text(own_policies.read_text(encoding="utf-8"), encoding="utf-8")
    app = ChunkbookApp(path)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", "enter")
        await settle(pilot)
        assert _state(app, "source") is State.FRESH
        assert _state(app, "chunks") is State.FRESH
        assert _state(app, "keywords") is State.NEVER
        assert app.screen.query_one(SourceView).text.startswith("# A")


async def test_a_run_can_be_stopped(app: ChunkbookApp, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = Flag()

    def slow(book: Book, cells: object, observer: object, cancelled: object) -> RunReport:
        from ops.errors import Cancelled

        assert callable(observer)
        assert callable(cancelled)
        observer(CellStarted("chunks", "segment.recursive", 9))
        begun.set()
        while not cancelled():
            Flag().wait(0.01)
        raise Cancelled("cancelled")

    monkeypatch.setattr(Book, "run", slow)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert "Cancel" not in text_of(app)
        await press(pilot, "r")
        await pilot.press("enter")
        await until(pilot, begun.is_set)
        cells = app.screen.query_one(CellList)
        await until(pilot, lambda: cells.progress_of("chunks") is not None)
        progress = app.screen.query_one(CellList).progress_of("chunks")
        assert progress is not None
        assert progress.phase is Phase.RUNNING
        assert "Cancel" in text_of(app)
        # A second run cannot be started meanwhile.
        await pilot.press("r")
        await pilot.press("escape")
        await settle(pilot)
        assert not _screen(app).running
        assert app.screen.query_one(CellList).progress_of("chunks") is None
        assert not isinstance(app.screen, ErrorScreen)


async def test_a_crash_is_shown_with_its_traceback_and_ends_nothing(
    app: ChunkbookApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> RunReport:
        raise RuntimeError("the [red]wheels[/red] came off \x1b[31m")

    monkeypatch.setattr(Book, "run", broken)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "r", "enter")
        error = app.screen
        assert isinstance(error, ErrorScreen)
        assert "RuntimeError" in error.text
        assert "the [red]wheels[/red] came off ␛[31m" in text_of(app)
        assert "Traceback" in text_of(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, NotebookScreen)
        assert not _screen(app).running


async def test_an_error_of_reading_is_shown_too(
    app: ChunkbookApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise SourceError("the folder is away", hint="bring it back")

    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        monkeypatch.setattr(Book, "document", broken)
        await pilot.press("tab", "down")
        await until(pilot, lambda: shows(app, ErrorScreen))
        assert "bring it back" in text_of(app)
        assert "Traceback" not in text_of(app)


async def test_a_source_that_is_away_is_told_in_a_banner(own_policies: Path) -> None:
    (own_policies.parent / "docs").rename(own_policies.parent / "gone")
    app = ChunkbookApp(own_policies)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert "▲" in text_of(app).splitlines()[1]
        assert _state(app, "chunks") is State.UNKNOWN
        # What was made before can still be looked at.
        assert app.screen.query_one(SourceView).spans


async def test_hostile_documents_are_only_text(made_hostile: Path) -> None:
    app = ChunkbookApp(made_hostile)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        table = app.screen.query_one("#documents", PageTable)
        for place in range(table.total):
            table.move_to(place)
            await settle(pilot)
            for cell in ("source", "chunks", "keywords", "graph"):
                app.screen.query_one(CellList).choose_id(cell)
                await settle(pilot)
                shown = text_of(app)
                assert visible(shown) == shown
                assert all(len(row) <= SIZE[0] for row in shown.splitlines())
        assert "[red]Not[/red] [/] markup [@click=app.quit]here[/]" in _document_text(app)


def _document_text(app: ChunkbookApp) -> str:
    table = app.screen.query_one(SourceView)
    return table.text


@pytest.mark.slow
async def test_a_run_from_the_screen_is_recorded_in_dagster(own_policies: Path) -> None:
    app = ChunkbookApp(own_policies)
    new = own_policies.parent / "docs" / "new.md"
    new.write_text("# New\n\nA rule about something new.\n", encoding="utf-8")
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "R", "enter")
        await until(pilot, lambda: not _screen(app).running)
        await settle(pilot)
        assert isinstance(app.screen, NotebookScreen)
        assert _state(app, "index") is State.FRESH
    assert list((own_policies.parent / ".chunkbook" / "dagster").iterdir())
