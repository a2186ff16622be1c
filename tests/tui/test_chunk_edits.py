"""Editing on the chunks screen: every action, pending, run now, conflicts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ops.errors import ChunkbookError
from pipelines.correcting.desk import Desk
from pipelines.correcting.standing import Standing
from pipelines.events import Observer, RunReport
from pipelines.notebook import Notebook
from pipelines.running.run import Options, run
from pipelines.workspace import Workspace
from tests.tui.pilots import press, search_keys, settle, shows, text_of, type_at_once, until
from tui.app import ChunkbookApp
from tui.desk import EditDesk
from tui.screens.chunks import ChunksScreen
from tui.screens.cutting import CutScreen
from tui.screens.editlist import EditListScreen
from tui.screens.wording import WordingScreen
from tui.widgets.table import PageTable

SIZE = (120, 40)


@pytest.fixture(autouse=True)
def quick_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of one document go straight to the function that Dagster would call."""

    def run_here(
        desk: EditDesk, doc_id: str, observer: Observer, cancelled: Callable[[], bool]
    ) -> RunReport:
        cells = tuple(cell.id for cell in desk.book.model.cells if not cell.is_source)
        options = Options(cells=cells, documents=(doc_id,))
        return run(Workspace(desk.book.model), options, observer, cancelled)

    monkeypatch.setattr(EditDesk, "run", run_here)
    monkeypatch.setenv("CHUNKBOOK_AUTHOR", "Ada")


def screen_of(app: ChunkbookApp) -> ChunksScreen:
    assert isinstance(app.screen, ChunksScreen)
    return app.screen


def standing(path: Path) -> list[Standing]:
    return Desk(Notebook.load(path).workspace).all()


def told(path: Path) -> list[tuple[str, str, str]]:
    return [(one.edit.kind, one.edit.value, one.state) for one in standing(path)]


async def test_every_action_is_recorded_and_then_run(own_policies: Path) -> None:
    app = ChunkbookApp(own_policies)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "T")
        assert shows(app, WordingScreen)
        await search_keys(pilot, "My title")
        await press(pilot, "enter")
        row = screen_of(app).row
        assert row is not None
        first = dict(row)
        await settle(pilot)
        assert "pending retitle My title" in text_of(app)
        table = app.screen.query_one("#chunks", PageTable)
        assert table.row(0).cells[1] == "✎"  # type: ignore[union-attr]
        await press(pilot, "A")
        await search_keys(pilot, "look")
        await press(pilot, "ctrl+s")
        await press(pilot, "down", "down", "E", "ctrl+a")
        await search_keys(pilot, "In other words")
        await press(pilot, "ctrl+s")
        await press(pilot, "down", "down", "P", "down", "down", "D")
        await press(pilot, "down", "down", "M")
        assert [kind for kind, _, _ in told(own_policies)] == [
            "retitle", "annotate", "change", "pin", "drop", "merge",
        ]  # fmt: skip
        assert "6 pending" in screen_of(app).said_marks()
        assert standing(own_policies)[0].edit.author == "Ada"
        total = table.total
        await press(pilot, "home", "R")
        await settle(pilot)
        assert {state for _, _, state in told(own_policies)} == {"applied"}
        table = app.screen.query_one("#chunks", PageTable)
        assert table.total == total - 2
        row = screen_of(app).row
        assert row is not None
        assert (row["text"], row["chunk_title"]) == (first["text"], "My title")
        assert row["note"] == "look"


async def test_a_key_quicker_than_the_reading_meets_the_chosen_chunk(own_policies: Path) -> None:
    app = ChunkbookApp(own_policies)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        shelf = screen_of(app).shelf
        assert shelf is not None
        wanted = [shelf.page(place, 1)[0]["text"] for place in (1, 3)]
        # All wait before the first is looked at: nothing of the next chunk is read by then.
        type_at_once(app, "down", "D", "down", "down", "P")
        await settle(pilot)
        made = {one.edit.kind: one.edit.anchor.text for one in standing(own_policies)}
        assert made == dict(zip(("drop", "pin"), wanted, strict=True))
        type_at_once(app, "down", "T")
        await settle(pilot)
        assert shows(app, WordingScreen)
        await press(pilot, "escape")
        # Whoever moves on at once does not want it any more.
        type_at_once(app, "down", "T", "down")
        await settle(pilot)
        assert not shows(app, WordingScreen)


async def test_split_at_the_cursor_and_undo(own_policies: Path) -> None:
    app = ChunkbookApp(own_policies)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "down", "S")
        cut = app.screen
        assert isinstance(cut, CutScreen)
        before = cut.place
        await press(pilot, "w", "w", "right")
        assert cut.place > before
        place = cut.place
        await press(pilot, "enter")
        (one,) = standing(own_policies)
        assert (one.edit.kind, one.edit.place) == ("split", place)
        await press(pilot, "S", "escape", "U")
        assert [kind for kind, _, _ in told(own_policies)] == ["split", "undo"]
        # Nothing is left to undo, and that is said, not raised.
        await press(pilot, "U")
        await until(pilot, lambda: "there is no edit to undo" in text_of(app))


async def test_a_refused_edit_says_why(own_policies: Path) -> None:
    app = ChunkbookApp(own_policies)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "end", "M")
        await until(pilot, lambda: "no chunk follows" in text_of(app))
        assert standing(own_policies) == []


async def test_conflicts_are_listed_and_taken_back(own_policies: Path) -> None:
    notebook = Notebook.load(own_policies)
    reader = notebook.reader()
    assert reader is not None
    row = reader.page("index", offset=0, limit=1, order=("uri",)).row(0, named=True)
    notebook.desk("Ada").annotate(row["chunk_id"], "[/red] \x1b[31m note")
    notebook.run()
    file = own_policies.parent / row["uri"].removeprefix("file:")
    file.write_text("Something else altogether stands here now.", encoding="utf-8")
    Notebook.load(own_policies).run()
    app = ChunkbookApp(own_policies)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        assert "1 conflict" in text_of(app)
        await press(pilot, "e")
        assert shows(app, EditListScreen)
        shown = text_of(app)
        assert "no longer stands in the document" in shown
        assert "\x1b" not in shown
        await press(pilot, "f")
        assert "no edits like this" in text_of(app)  # none is pending
        await press(pilot, "f", "f", "f", "U")
        assert [kind for kind, _, _ in told(own_policies)] == ["annotate", "undo"]


async def test_an_edit_leads_to_its_chunk(own_policies: Path) -> None:
    notebook = Notebook.load(own_policies)
    reader = notebook.reader()
    assert reader is not None
    row = reader.page("index", offset=9, limit=1, order=("uri",)).row(0, named=True)
    notebook.desk().pin(row["chunk_id"])
    app = ChunkbookApp(own_policies)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "e", "enter")
        screen = screen_of(app)
        await until(pilot, lambda: screen.row is not None and screen.row["start"] > 0)
        shown = screen.row
        assert shown is not None
        assert shown["start"] <= row["start"] < shown["end"]
        assert shown["doc_id"] == row["doc_id"]


async def test_a_run_that_fails_is_a_message(
    own_policies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> RunReport:
        raise ChunkbookError("the disk is on fire", hint="call someone")

    monkeypatch.setattr(EditDesk, "run", fail)
    app = ChunkbookApp(own_policies)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "P", "R")
        await settle(pilot)
        assert "the disk is on fire" in text_of(app)
        assert told(own_policies)[0][2] == "pending"
