"""Opening, switching, help, palette, themes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from textual.command import CommandPalette
from textual.widgets import OptionList, Static

from ops.errors import UsageError
from pipelines.draft import edit
from tests.tui.pilots import press, settle, shows, text_of, until
from tui.app import ChunkbookApp
from tui.book import Book, find_notebooks
from tui.commands.tui import tui
from tui.palette import ActionProvider
from tui.screens.chooser import ChooserScreen
from tui.screens.chunks import ChunksScreen
from tui.screens.first import FirstScreen
from tui.screens.help import HelpScreen
from tui.screens.notebook import NotebookScreen
from tui.themes import THEMES
from tui.widgets.keybar import KeyBar
from tui.widgets.table import PageTable

SIZE = (100, 30)
BARE = "name: {name}\ncells:\n  - id: source\n    op: load.files\n    params: {{path: docs}}\n"


def _notebook(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(BARE.format(name=path.stem), encoding="utf-8")
    return path


def test_notebooks_are_found_in_their_folder_first(tmp_path: Path) -> None:
    assert find_notebooks(tmp_path) == []
    own = _notebook(tmp_path / "one.yaml")
    (tmp_path / "workspace.yaml").write_text("load_from: []\n", encoding="utf-8")
    (tmp_path / "binary.yml").write_bytes(b"\xff\xfe\x00")
    assert find_notebooks(tmp_path) == [own]
    two = _notebook(tmp_path / "notebooks" / "two.yml")
    assert find_notebooks(tmp_path) == [two]


async def test_the_only_notebook_is_opened(tmp_path: Path) -> None:
    _notebook(tmp_path / "notebooks" / "only.yaml")
    app = ChunkbookApp(folder=tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, NotebookScreen)
        assert app.screen.book.model.name == "only"


async def test_of_several_one_is_chosen(tmp_path: Path) -> None:
    for name in ("a", "b[red]"):
        _notebook(tmp_path / f"{name}.yaml")
    (tmp_path / "b[red].yaml").write_text(BARE.format(name="b"), encoding="utf-8")
    app = ChunkbookApp(folder=tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert shows(app, ChooserScreen)
        assert "b[red].yaml" in text_of(app)
        await press(pilot, "down", "enter")
        await settle(pilot)
        assert isinstance(app.screen, NotebookScreen)
        assert app.screen.book.model.name == "b"


async def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    app = ChunkbookApp(folder=tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert shows(app, FirstScreen)
        assert "A first notebook" in text_of(app)


async def test_a_broken_notebook_lists_its_problems(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("name: x\ncells:\n  - id: a\n    op: load.flies\n", encoding="utf-8")
    app = ChunkbookApp(path)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "did you mean" in text_of(app))
        assert shows(app, NotebookScreen)
        assert "load.flies" in text_of(app)


async def test_screens_are_switched_by_key_and_mouse(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        assert shows(app, ChunksScreen)
        await press(pilot, "1")
        assert shows(app, NotebookScreen)
        await pilot.click("#to-chunks")
        await settle(pilot)
        assert shows(app, ChunksScreen)


async def test_what_a_key_does_goes_on_in_its_column(app: ChunkbookApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "question_mark")
        rows = text_of(app).splitlines()
        place = next(n for n, row in enumerate(rows) if "See what is to be done" in row)
        begun = rows[place].index("See what")
        assert rows[place + 1].index("the chosen cell") == begun
        await pilot.resize_terminal(140, 44)
        await settle(pilot)
        assert "See what is to be done, and run the chosen cell" in text_of(app)


async def test_help_lists_the_keys_that_work_here(app: ChunkbookApp) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "question_mark")
        assert shows(app, HelpScreen)
        keys = str(app.screen.query(Static).first().content)
        for said in ("Run cell", "Run all", "Cell below", "Theme", "Insert", "Undo", "Rewire"):
            assert said in keys
        assert "Run cell" in text_of(app)
        await press(pilot, "escape", "2", "question_mark")
        assert "Lineage" in text_of(app)
        assert "Run all" not in text_of(app)


async def test_every_action_is_in_the_palette(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        actions = {
            active.binding.description
            for active in app.screen.active_bindings.values()
            if active.binding.id and active.enabled
        }
        assert {"Run cell", "Run all", "Chunks", "Help", "Theme", "Cell below"} <= actions
        provider = ActionProvider(app.screen)
        offered = {hit.text async for hit in provider.discover()}
        assert actions <= offered
        await pilot.press("ctrl+p")
        assert shows(app, CommandPalette)
        await pilot.press(*"Chunks")
        options = app.screen.query_one(OptionList)
        await until(pilot, lambda: options.option_count > 0)
        await pilot.press("enter")
        await settle(pilot)
        assert shows(app, ChunksScreen)


async def test_themes_go_round(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        seen = []
        for _ in THEMES:
            seen.append(app.theme)
            await press(pilot, "t")
        assert seen == [theme.name for theme in THEMES]
        assert app.theme == seen[0]
        # A theme that does not know our own colours works as well.
        app.theme = "gruvbox"
        await settle(pilot)


async def test_no_color_is_honoured(made_policies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = ChunkbookApp(made_policies)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert app.no_color
        assert "Leave policy 0" in text_of(app)


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (200, 60), (40, 12)])
async def test_it_fits_the_terminal(app: ChunkbookApp, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert len(text_of(app).splitlines()) == size[1]
        await press(pilot, "2")
        assert app.screen.query_one("#chunks", PageTable).size.height > 0
        await pilot.resize_terminal(120, 40)
        await settle(pilot)
        assert app.screen.query_one(KeyBar).size.width == 120


def test_the_command_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    ran = CliRunner().invoke(tui, [str(tmp_path / "none.yaml")])
    assert ran.exit_code == 2
    assert "none.yaml" in ran.output


def test_the_command_needs_a_terminal(made_policies: Path) -> None:
    ran = CliRunner().invoke(tui, [str(made_policies)])
    assert isinstance(ran.exception, UsageError)
    assert "terminal" in ran.exception.message


def test_a_fault_of_the_interface_is_told_and_nothing_unsaved_lost(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    notebook = _notebook(tmp_path / "kept.yaml")
    book = Book.open(notebook)
    book.revise(book.history.do(edit.insert_note(book.history.draft, 0, "Mine."), "a note"))

    def broken(app: ChunkbookApp) -> None:
        app.book = book
        raise KeyError("[red]key[/red]")

    monkeypatch.setattr(ChunkbookApp, "on_mount", broken)
    monkeypatch.setenv("TEXTUAL_DRIVER", "textual.drivers.headless_driver:HeadlessDriver")
    ran = CliRunner().invoke(tui, [str(notebook)])
    assert ran.exit_code == 1
    assert "KeyError: '[red]key[/red]'" in ran.output
    assert "kept.yaml.unsaved" in ran.output
    kept = notebook.with_name("kept.yaml.unsaved").read_text(encoding="utf-8")
    assert kept == book.history.draft.text
    assert "Mine." not in notebook.read_text(encoding="utf-8")


def test_the_first_paint_waits_for_nothing_heavy() -> None:
    heavy = ("polars", "numpy", "lancedb", "dagster", "spacy", "llama_cpp", "pydantic")
    probe = f"import sys, tui.app\nprint(*(m for m in {heavy!r} if m in sys.modules))"
    ran = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []
