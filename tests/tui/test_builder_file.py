"""Building a notebook by eye: its file, its runs, and beginning from nothing."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from textual.widgets import Input, Static

from pipelines.file.parse import read
from pipelines.looking.view import State
from tests.tui.builder import (
    NOTEBOOK,
    SIZE,
    TEXT,
    at_cell,
    cells_of,
    ids_of,
    params_of,
    sampled,
    screen_of,
    type_text,
)
from tests.tui.pilots import press, settle, shows, text_of, until
from tui.app import ChunkbookApp
from tui.screens.ask import AskScreen
from tui.screens.changed import ChangedScreen
from tui.screens.editing import editor_command
from tui.screens.error import ErrorScreen
from tui.screens.first import FirstScreen
from tui.screens.notebook import NotebookScreen
from tui.screens.plan import PlanScreen

pytestmark = pytest.mark.usefixtures("rarely")


async def test_saving_keeps_comments_and_says_so(rules: Path) -> None:
    rules.chmod(0o600)
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await at_cell(pilot, "chunks")
        await press(pilot, "D", "ctrl+s")
        assert "not saved" not in text_of(app)
        text = rules.read_text(encoding="utf-8")
        assert text.startswith(NOTEBOOK[: NOTEBOOK.index("  - id: about")])
        assert stat.S_IMODE(rules.stat().st_mode) == 0o600
        assert [cell.id for cell in read(rules).cells] == ["source", "chunks", "chunks_2", "about"]


async def test_a_file_changed_outside_is_asked_about(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await at_cell(pilot, "chunks")
        await press(pilot, "D")
        mine = screen_of(pilot).draft.text
        theirs = NOTEBOOK.replace("size: 30", "size: 31")
        rules.write_text(theirs, encoding="utf-8")
        # Saving does not write over it.
        await press(pilot, "ctrl+s")
        question = app.screen
        assert isinstance(question, ChangedScreen)
        assert "unsaved changes" in str(question.query_one("#changed-said", Static).content)
        await press(pilot, "d")
        assert "+    params: {size: 31" in str(question.query_one("#changed-lines", Static).content)
        await press(pilot, "escape")
        assert rules.read_text(encoding="utf-8") == theirs
        # Put off, it is not asked again until saving.
        screen_of(pilot)._look_outside()
        await settle(pilot)
        assert shows(app, NotebookScreen)
        await press(pilot, "ctrl+s", "m")
        await settle(pilot)
        assert rules.read_text(encoding="utf-8") == mine
        rules.write_text(theirs, encoding="utf-8")
        screen_of(pilot)._look_outside()
        await until(pilot, lambda: shows(app, ChangedScreen))
        await press(pilot, "t")
        assert params_of(pilot, "about")["size"] == 31
        assert not screen_of(pilot).book.dirty
        await press(pilot, "u")
        assert screen_of(pilot).draft.text == mine
        rules.unlink()
        screen_of(pilot)._look_outside()
        await until(pilot, lambda: shows(app, ChangedScreen))
        await press(pilot, "t")
        assert shows(app, ChangedScreen)
        await press(pilot, "enter")
        await settle(pilot)
        assert rules.read_text(encoding="utf-8") == mine


async def test_runs_show_their_plan_and_save_first(rules: Path, without_dagster: None) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await at_cell(pilot, "chunks")
        await press(pilot, "b")
        await type_text(pilot, "sentence")
        await press(pilot, "enter", "r")
        plan = app.screen
        assert isinstance(plan, PlanScreen)
        assert plan.cells == ["source", "chunks_2"]
        assert "saved first" in str(plan.query_one("#plan-said", Static).content)
        await press(pilot, "enter")
        await until(pilot, lambda: not screen_of(pilot).running and not screen_of(pilot).book.dirty)
        await settle(pilot)
        cells = cells_of(pilot)
        for cell, state in {
            "source": State.FRESH,
            "chunks_2": State.FRESH,
            "chunks": State.NEVER,
        }.items():
            status = cells.status_of(cell)
            assert status is not None
            assert status.state is state
        cells.choose_id("source")
        await press(pilot, "f")
        below = app.screen
        assert isinstance(below, PlanScreen)
        assert below.cells == ["source", "chunks", "chunks_2", "about"]
        await press(pilot, "escape")
        assert not screen_of(pilot).running


async def test_leaving_with_changes_is_asked_about(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await at_cell(pilot, "chunks")
        await press(pilot, "D", "q")
        assert shows(app, AskScreen)
        await press(pilot, "n")
        assert shows(app, NotebookScreen)
        await press(pilot, "q", "s")
        await until(pilot, lambda: not app.is_running)
    assert "chunks_2" in rules.read_text(encoding="utf-8")


def test_the_editor_is_that_of_the_environment(tmp_path: Path) -> None:
    tool = tmp_path / "vim"
    tool.write_text("#!/bin/sh\n", encoding="utf-8")
    tool.chmod(0o755)
    path = tmp_path / "a.yaml"
    assert editor_command(path, 7, {"EDITOR": f"{tool} -n"}) == [str(tool), "-n", "+7", str(path)]
    own = tool.rename(tmp_path / "mine")
    assert editor_command(path, 7, {"VISUAL": str(own), "EDITOR": "x"}) == [str(own), str(path)]


async def test_without_a_terminal_the_editor_is_refused(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "/bin/true")
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await at_cell(pilot, "chunks")
        await press(pilot, "E")
        assert shows(app, ErrorScreen)
        assert "noticed here" in text_of(app)


@pytest.mark.parametrize(
    "text", ["cells: [", "name: x\ncells: 3\n", "", "name: Bad Name\ncells: []\n"]
)
async def test_what_is_no_notebook_is_told_and_ends_nothing(rules: Path, text: str) -> None:
    rules.write_text(text, encoding="utf-8")
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert shows(app, NotebookScreen)
        assert "▲" in text_of(app)
        await press(pilot, "x", "D", "w", "enter", "escape", "u", "p", "r", "f", "J")
        assert app.is_running


async def test_a_notebook_is_begun_from_nothing(tmp_path: Path) -> None:
    (tmp_path / "docs" / "deep").mkdir(parents=True)
    (tmp_path / "docs" / "a.md").write_text(TEXT, encoding="utf-8")
    app = ChunkbookApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, FirstScreen)
        await press(pilot, "down", "enter")
        await until(pilot, lambda: screen.found is not None and screen.found.files == 1)
        await settle(pilot)
        assert "1 Markdown" in text_of(app)
        name = screen.query_one("#first-name", Input)
        assert name.value == "docs"
        name.value = "No Name"
        await press(pilot, "ctrl+s")
        assert app.screen is screen
        name.value = "handbook"
        await settle(pilot)
        assert "handbook.yaml" in str(screen.query_one("#first-where", Static).content)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: shows(app, NotebookScreen))
        await settle(pilot)
        assert "chunks" in ids_of(pilot)
    assert read(tmp_path / "handbook.yaml").name == "handbook"
    again = ChunkbookApp(folder=tmp_path)
    async with again.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert shows(again, NotebookScreen)


async def test_the_first_cell_of_an_empty_notebook(rules: Path) -> None:
    rules.write_text("name: rules\ncells: []\n", encoding="utf-8")
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert "press i" in text_of(app)
        await press(pilot, "i")
        await type_text(pilot, "load.files")
        await press(pilot, "enter")
        assert ids_of(pilot) == ["source"]
        made = await sampled(pilot, "source")
        assert made.documents == 2
        await press(pilot, "ctrl+s")
    assert read(rules).cells[0].id == "source"
