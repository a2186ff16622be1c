"""Building a notebook by eye: cells, notes and wires, by their keys."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.widgets import Button, Input, Static, TextArea

from pipelines.draft import NoteEntry
from tests.tui.builder import (
    NOTEBOOK,
    SIZE,
    at_cell,
    cells_of,
    ids_of,
    inputs_of,
    params_of,
    sampled,
    screen_of,
    type_text,
)
from tests.tui.pilots import press, settle, shows, text_of, until
from tui.app import ChunkbookApp
from tui.screens.ask import AskScreen
from tui.screens.naming import NameScreen
from tui.screens.notebook import NotebookScreen
from tui.screens.noting import NoteScreen
from tui.screens.ops import OpScreen
from tui.screens.rewire import RewireScreen
from tui.widgets.table import PageTable

pytestmark = pytest.mark.usefixtures("rarely")


async def test_a_cell_is_inserted_from_the_palette(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await at_cell(pilot, "chunks")
        await press(pilot, "i")
        palette = app.screen
        assert isinstance(palette, OpScreen)
        await until(pilot, lambda: palette.query_one("#ops-table", PageTable).total > 5)
        await type_text(pilot, "metada")
        table = palette.query_one("#ops-table", PageTable)
        row = table.row(0)
        assert row is not None
        assert row.key == "enrich.metadata"
        page = str(palette.query_one("#ops-page", Static).content)
        assert "reads chunks" in page
        assert "min_letters" in page
        await press(pilot, "enter")
        assert ids_of(pilot) == ["source", "-", "chunks", "metadata", "about"]
        assert inputs_of(pilot, "metadata") == ("chunks",)
        assert cells_of(pilot).chosen is not None
        assert "not saved" in text_of(app)


async def test_a_second_of_a_family_is_told_of_the_branch(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await at_cell(pilot, "chunks")
        for key, said in (("i", True), ("b", False)):
            await press(pilot, key)
            await type_text(pilot, "sentence")
            page = str(app.screen.query_one("#ops-page", Static).content)
            assert page.startswith("segment.sentence")
            assert ("chunks does this already: to compare, esc, b on it" in page) is said
            await press(pilot, "escape")
        await press(pilot, "i")
        await type_text(pilot, "metada")
        assert "already" not in str(app.screen.query_one("#ops-page", Static).content)


async def test_the_palette_searches_walks_and_warns(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await at_cell(pilot, "source")
        await press(pilot, "i")
        palette = app.screen
        assert isinstance(palette, OpScreen)
        table = palette.query_one("#ops-table", PageTable)
        await type_text(pilot, "embed.llama")
        assert "does not fit here" in str(palette.query_one("#ops-page", Static).content)
        palette.query_one(Input).value = "[red]zzzz"
        await settle(pilot)
        assert table.total == 0
        await press(pilot, "enter")
        assert app.screen is palette
        palette.query_one(Input).value = ""
        await settle(pilot)
        await pilot.press("down", "down", "up", "pagedown", "pageup")
        await settle(pilot)
        assert table.cursor == 1
        await press(pilot, "escape")
        assert ids_of(pilot) == ["source", "-", "chunks", "about"]


async def test_a_branch_stands_beside_with_the_same_input(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await at_cell(pilot, "chunks")
        await press(pilot, "b")
        await type_text(pilot, "sentence")
        await press(pilot, "enter")
        assert ids_of(pilot) == ["source", "-", "chunks", "chunks_2", "about"]
        assert inputs_of(pilot, "chunks_2") == ("source",)
        assert params_of(pilot, "chunks_2") == {"size": 20, "tokenizer": "words"}
        cells = cells_of(pilot)
        made = await sampled(pilot, "chunks_2")
        assert len(made.frames["chunks"]) > 2
        await pilot.resize_terminal(200, 50)
        await settle(pilot)
        assert cells.columns == 3
        assert cells.block(2).y == cells.block(3).y == cells.block(4).y
        await press(pilot, "left")
        assert cells.chosen is not None
        assert cells.chosen.id == "chunks"
        await press(pilot, "right", "right")
        assert cells.chosen.id == "about"
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        assert cells.columns == 1
        assert "⤷ source" in text_of(app)


async def test_duplicate_move_and_note(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await at_cell(pilot, "chunks")
        await press(pilot, "D")
        assert ids_of(pilot) == ["source", "-", "chunks", "chunks_2", "about"]
        assert params_of(pilot, "chunks_2") == params_of(pilot, "chunks")
        await press(pilot, "shift+down")
        assert ids_of(pilot) == ["source", "-", "chunks", "about", "chunks_2"]
        await press(pilot, "shift+up", "K", "K")
        assert ids_of(pilot) == ["source", "chunks_2", "-", "chunks", "about"]
        assert inputs_of(pilot, "chunks") == ("source",)
        await press(pilot, "m")
        editor = app.screen
        assert isinstance(editor, NoteScreen)
        editor.query_one(TextArea).text = "# Two\n\n[red]ways[/red]"
        await press(pilot, "ctrl+s")
        entry = cells_of(pilot).entry
        assert isinstance(entry, NoteEntry)
        assert "[red]ways[/red]" in text_of(app)
        await press(pilot, "enter")
        assert shows(app, NoteScreen)
        await press(pilot, *"!", "escape")
        assert cells_of(pilot).entry == entry
        await press(pilot, "x")
        assert entry not in cells_of(pilot).entries
        await type_text(pilot, "uuuuuuu")
        assert screen_of(pilot).draft.text == NOTEBOOK


async def test_wires_are_chosen_and_faults_told_before(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await at_cell(pilot, "about")
        await press(pilot, "w")
        dialog = app.screen
        assert isinstance(dialog, RewireScreen)
        assert dialog.inputs == ["source"]
        await press(pilot, "space")
        assert "nothing" in str(dialog.query_one("#rewire-said", Static).content)
        await press(pilot, "enter")
        assert app.screen is dialog
        await press(pilot, "down", "space")
        assert "✓" in str(dialog.query_one("#rewire-said", Static).content)
        await press(pilot, "enter")
        assert inputs_of(pilot, "about") == ("chunks",)
        # A circle is told before it is accepted.
        cells_of(pilot).choose_id("chunks")
        await press(pilot, "w", "down", "space")
        assert "circle" in str(app.screen.query_one("#rewire-said", Static).content)
        await press(pilot, "escape")
        assert inputs_of(pilot, "chunks") == ("source",)


async def test_deleting_says_what_depends_on_it(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await at_cell(pilot, "source")
        await press(pilot, "x")
        question = app.screen
        assert isinstance(question, AskScreen)
        said = str(question.query_one("#ask-said", Static).content)
        assert "chunks, about read from it" in said
        assert "no input" in said
        assert "does not exist" in said
        await press(pilot, "n")
        assert "source" in ids_of(pilot)
        await press(pilot, "x", "enter")
        assert ids_of(pilot) == ["-", "chunks", "about"]
        # What is left is shown with its faults, and nothing can be run.
        assert "which does not exist" in re.sub(r"\s+", " ", text_of(app))
        cells_of(pilot).choose_id("chunks")
        await press(pilot, "r")
        assert shows(app, NotebookScreen)
        await press(pilot, "u")
        assert screen_of(pilot).draft.text == NOTEBOOK
        await press(pilot, "U")
        assert ids_of(pilot) == ["-", "chunks", "about"]


async def test_a_cell_is_renamed_wherever_it_is_read(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await at_cell(pilot, "source")
        await press(pilot, "f2")
        dialog = app.screen
        assert isinstance(dialog, NameScreen)
        field = dialog.query_one(Input)
        field.value = "chunks"
        await settle(pilot)
        assert "already" in str(dialog.query_one("#name-fault", Static).content)
        await press(pilot, "enter")
        assert app.screen is dialog
        field.value = "policies"
        await press(pilot, "enter")
        assert inputs_of(pilot, "about") == ("policies",)
        assert (
            "op: load.files\n    params: {path: docs}  # the rules" in screen_of(pilot).draft.text
        )


async def test_dialogs_fit_a_small_terminal(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=(80, 24)) as pilot:
        await at_cell(pilot, "source")
        for keys in (["i"], ["w"], ["x"], ["m"], ["f2"], ["question_mark"]):
            await press(pilot, *keys)
            assert app.screen.is_modal or keys == ["w"]
            for button in app.screen.query(Button):
                assert app.screen.region.contains_region(button.region)
            if app.screen.is_modal:
                await press(pilot, "escape")
            assert shows(app, NotebookScreen)
