"""Keys that come before what an earlier one opens is there reach it, in order."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.widgets import Input, TextArea

from tests.tui.builder import SIZE, at_cell, cells_of, ids_of, params_of, screen_of
from tests.tui.pilots import press, settle, shows, text_of, type_at_once
from tui.app import ChunkbookApp
from tui.screens.chunks import ChunksScreen
from tui.screens.cutting import CutScreen
from tui.screens.export import ExportScreen
from tui.screens.naming import NameScreen
from tui.screens.noting import NoteScreen
from tui.screens.ops import OpScreen
from tui.screens.source import SourceScreen
from tui.screens.wording import WordingScreen
from tui.widgets.form import ParameterForm
from tui.widgets.search import SearchBar

pytestmark = pytest.mark.usefixtures("rarely")

LETTERS = "jumbte"
"""Each of them does something on the screen below."""


async def test_letters_after_insert_search_the_ops(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await at_cell(pilot, "chunks")
        theme = app.theme
        for key in ("i", "b"):
            type_at_once(app, key, *LETTERS)
            await settle(pilot)
            assert isinstance(app.screen, OpScreen)
            assert app.screen.query_one(Input).value == LETTERS
            await press(pilot, "escape")
        assert app.theme == theme
        assert ids_of(pilot) == ["source", "-", "chunks", "about"]
        assert not screen_of(pilot).book.dirty
        # The list stands still below; its key works again.
        await press(pilot, "j")
        assert cells_of(pilot).entry is cells_of(pilot).entries[3]


async def test_an_answer_that_never_comes_ends_nothing(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await at_cell(pilot, "chunks")
        # A pane that went away took along what it was to answer.
        monkeypatch.setattr(app, "_follow", lambda node: None)
        type_at_once(app, "i", *LETTERS)
        await settle(pilot)
        monkeypatch.undo()
        assert isinstance(app.screen, OpScreen)
        assert not app.screen.query_one(Input).value
        monkeypatch.setattr("tui.ahead.LONGEST", 0)
        type_at_once(app, "s")
        await settle(pilot)
        assert app.screen.query_one(Input).value == f"{LETTERS}s"


async def test_letters_go_into_notes_names_and_forms(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await at_cell(pilot, "chunks")
        type_at_once(app, "m", *LETTERS)
        await settle(pilot)
        assert isinstance(app.screen, NoteScreen)
        assert app.screen.query_one(TextArea).text == LETTERS
        await press(pilot, "escape")
        type_at_once(app, "f2", "end", "backspace", *LETTERS)
        await settle(pilot)
        assert isinstance(app.screen, NameScreen)
        assert app.screen.query_one(Input).value == f"chunk{LETTERS}"
        await press(pilot, "escape")
        type_at_once(app, "e", "1", "end", "7")
        await settle(pilot)
        first = app.screen.query_one(ParameterForm).rows[0]
        assert first.has_focus_within
        assert str(params_of(pilot, "chunks")["size"]).endswith("7")


async def test_letters_go_into_what_the_app_opens(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await at_cell(pilot, "chunks")
        type_at_once(app, "f8", "end", *LETTERS)
        await settle(pilot)
        assert isinstance(app.screen, ExportScreen)
        assert app.screen.query_one(Input).value.endswith(LETTERS)
        await press(pilot, "escape")
        type_at_once(app, "ctrl+p", *LETTERS)
        await settle(pilot)
        assert isinstance(app.screen, CommandPalette)
        assert app.screen.query_one(Input).value == LETTERS


async def test_letters_of_a_title_wait_for_its_chunk_to_be_read(own_policies: Path) -> None:
    app = ChunkbookApp(own_policies)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        # The first letters would filter and search.
        type_at_once(app, "down", "T", *"f/SDP")
        await settle(pilot)
        assert isinstance(app.screen, WordingScreen)
        assert app.screen.query_one(Input).value == "f/SDP"
        await press(pilot, "escape")
        chunks = app.screen
        assert isinstance(chunks, ChunksScreen)
        assert chunks.asked.filter == chunks.question.text == ""
        assert not chunks.marks.all
        type_at_once(app, "up", "A", *LETTERS)
        await settle(pilot)
        assert app.screen.query_one(TextArea).text == LETTERS
        await press(pilot, "escape")
        type_at_once(app, "down", "S", "w")
        await settle(pilot)
        assert isinstance(app.screen, CutScreen)
        await press(pilot, "escape")
        # Whoever goes there and back within one look still has a chunk to work on.
        type_at_once(app, "down", "up", "T", "x")
        await settle(pilot)
        assert shows(app, WordingScreen)


async def test_who_moves_on_takes_the_letters_back(own_policies: Path) -> None:
    app = ChunkbookApp(own_policies)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        type_at_once(app, "down", "T", *"DP", "down")
        await settle(pilot)
        chunks = app.screen
        assert isinstance(chunks, ChunksScreen)
        assert not chunks.marks.all
        # And keys are keys again.
        type_at_once(app, "slash", "a")
        await settle(pilot)
        assert chunks.question.text == "a"


async def test_letters_follow_to_another_screen(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        type_at_once(app, "2", "slash", *LETTERS)
        await settle(pilot)
        assert isinstance(app.screen, ChunksScreen)
        assert app.screen.question.text == LETTERS
        await press(pilot, "escape")
        type_at_once(app, "3", "slash", *LETTERS)
        await settle(pilot)
        assert shows(app, SourceScreen)
        assert app.screen.query_one("#find-input", Input).value == LETTERS


async def test_the_mode_of_search_is_changed_while_typing(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        assert "^o" not in text_of(app)
        chunks = app.screen
        assert isinstance(chunks, ChunksScreen)
        type_at_once(app, "slash", *"team", "ctrl+o", *"m")
        await settle(pilot)
        modes = chunks.query_one(SearchBar).modes
        assert chunks.question.text == "teamm"
        assert chunks.question.mode == modes[1 % len(modes)]
        assert "^o Mode" in text_of(app)
