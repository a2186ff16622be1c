"""Building a notebook by eye: every action, by its key."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from threading import Event as Flag

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input, Static, TextArea

from ops.errors import Cancelled
from ops.segment.fixed import Fixed
from pipelines.draft import CellEntry, NoteEntry
from pipelines.parse import read
from pipelines.sample import Preview
from pipelines.view import State
from tests.tui.pilots import press, settle, shows, text_of, until
from tui.app import ChunkbookApp
from tui.screens.ask import AskScreen
from tui.screens.changed import ChangedScreen
from tui.screens.editing import editor_command
from tui.screens.error import ErrorScreen
from tui.screens.first import FirstScreen
from tui.screens.naming import NameScreen
from tui.screens.notebook import NotebookScreen
from tui.screens.noting import NoteScreen
from tui.screens.ops import OpScreen
from tui.screens.plan import PlanScreen
from tui.screens.rewire import RewireScreen
from tui.widgets.cells import CellList
from tui.widgets.choice import Choice
from tui.widgets.form import FieldRow, ParameterForm
from tui.widgets.glance import Stage
from tui.widgets.result import ResultPane
from tui.widgets.source import SourceView
from tui.widgets.table import PageTable

SIZE = (120, 40)
NOTEBOOK = """\
name: rules
cells:
  # Where it begins.
  - id: source
    op: load.files
    params: {path: docs}  # the rules
  - note: Cut small.
  - id: chunks
    op: segment.fixed
    params: {size: 20, tokenizer: words}
  - id: about
    op: segment.recursive
    params: {size: 30, tokenizer: words}
    input: source
"""
TEXT = "# Rules\n\n" + " ".join(f"Rule {n} says that one asks first." for n in range(40)) + "\n"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A notebook over two documents that never ran."""
    (tmp_path / "docs").mkdir()
    for name in ("one", "two"):
        (tmp_path / "docs" / f"{name}.md").write_text(TEXT, encoding="utf-8")
    path = tmp_path / "rules.yaml"
    path.write_text(NOTEBOOK, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is looked at when a test asks for it."""
    monkeypatch.setattr("tui.screens.builder.WATCH", 3600)


def _screen(pilot: Pilot[None]) -> NotebookScreen:
    screen = pilot.app.screen_stack[0]
    assert isinstance(screen, NotebookScreen)
    return screen


def _cells(pilot: Pilot[None]) -> CellList:
    return _screen(pilot).query_one(CellList)


def _ids(pilot: Pilot[None]) -> list[str]:
    return [e.id if isinstance(e, CellEntry) else "-" for e in _cells(pilot).entries]


def _inputs(pilot: Pilot[None], cell: str) -> tuple[str, ...]:
    draft = _screen(pilot).draft
    return draft.inputs[draft.cells[cell]]


def _params(pilot: Pilot[None], cell: str) -> dict[str, object]:
    draft = _screen(pilot).draft
    return dict(draft.cell(draft.cells[cell]).params)


async def _at(pilot: Pilot[None], cell: str) -> None:
    await settle(pilot)
    _cells(pilot).choose_id(cell)
    await settle(pilot, 3)


async def _type(pilot: Pilot[None], text: str) -> None:
    """Type a word, and wait once."""
    await pilot.press(*text)
    await settle(pilot, 3)


async def _sampled(pilot: Pilot[None], cell: str) -> Preview:
    screen = _screen(pilot)
    await until(pilot, lambda: cell in screen.previews)
    await settle(pilot, 2)
    return screen.previews[cell]


async def test_a_cell_is_inserted_from_the_palette(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await _at(pilot, "chunks")
        await press(pilot, "i")
        palette = app.screen
        assert isinstance(palette, OpScreen)
        await until(pilot, lambda: palette.query_one("#ops-table", PageTable).total > 5)
        await _type(pilot, "metada")
        table = palette.query_one("#ops-table", PageTable)
        row = table.row(0)
        assert row is not None
        assert row.key == "enrich.metadata"
        page = str(palette.query_one("#ops-page", Static).content)
        assert "reads chunks" in page
        assert "min_letters" in page
        await press(pilot, "enter")
        assert _ids(pilot) == ["source", "-", "chunks", "metadata", "about"]
        assert _inputs(pilot, "metadata") == ("chunks",)
        assert _cells(pilot).chosen is not None
        assert "not saved" in text_of(app)


async def test_the_palette_searches_walks_and_warns(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await _at(pilot, "source")
        await press(pilot, "i")
        palette = app.screen
        assert isinstance(palette, OpScreen)
        table = palette.query_one("#ops-table", PageTable)
        await _type(pilot, "embed.llama")
        assert "does not fit here" in str(palette.query_one("#ops-page", Static).content)
        palette.query_one(Input).value = "[red]zzzz"
        await settle(pilot, 3)
        assert table.total == 0
        await press(pilot, "enter")
        assert app.screen is palette
        palette.query_one(Input).value = ""
        await settle(pilot, 3)
        await pilot.press("down", "down", "up", "pagedown", "pageup")
        await settle(pilot, 3)
        assert table.cursor == 1
        await press(pilot, "escape")
        assert _ids(pilot) == ["source", "-", "chunks", "about"]


async def test_a_branch_stands_beside_with_the_same_input(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await _at(pilot, "chunks")
        await press(pilot, "b")
        await _type(pilot, "sentence")
        await press(pilot, "enter")
        assert _ids(pilot) == ["source", "-", "chunks", "chunks_2", "about"]
        assert _inputs(pilot, "chunks_2") == ("source",)
        assert _params(pilot, "chunks_2") == {"size": 20, "tokenizer": "words"}
        cells = _cells(pilot)
        made = await _sampled(pilot, "chunks_2")
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
        await _at(pilot, "chunks")
        await press(pilot, "D")
        assert _ids(pilot) == ["source", "-", "chunks", "chunks_2", "about"]
        assert _params(pilot, "chunks_2") == _params(pilot, "chunks")
        await press(pilot, "shift+down")
        assert _ids(pilot) == ["source", "-", "chunks", "about", "chunks_2"]
        await press(pilot, "shift+up", "K", "K")
        assert _ids(pilot) == ["source", "chunks_2", "-", "chunks", "about"]
        assert _inputs(pilot, "chunks") == ("source",)
        await press(pilot, "m")
        editor = app.screen
        assert isinstance(editor, NoteScreen)
        editor.query_one(TextArea).text = "# Two\n\n[red]ways[/red]"
        await press(pilot, "ctrl+s")
        entry = _cells(pilot).entry
        assert isinstance(entry, NoteEntry)
        assert "[red]ways[/red]" in text_of(app)
        await press(pilot, "enter")
        assert shows(app, NoteScreen)
        await press(pilot, *"!", "escape")
        assert _cells(pilot).entry == entry
        await press(pilot, "x")
        assert entry not in _cells(pilot).entries
        await _type(pilot, "uuuuuuu")
        assert _screen(pilot).draft.text == NOTEBOOK


async def test_wires_are_chosen_and_faults_told_before(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await _at(pilot, "about")
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
        assert _inputs(pilot, "about") == ("chunks",)
        # A circle is told before it is accepted.
        _cells(pilot).choose_id("chunks")
        await press(pilot, "w", "down", "space")
        assert "circle" in str(app.screen.query_one("#rewire-said", Static).content)
        await press(pilot, "escape")
        assert _inputs(pilot, "chunks") == ("source",)


async def test_deleting_says_what_depends_on_it(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await _at(pilot, "source")
        await press(pilot, "x")
        question = app.screen
        assert isinstance(question, AskScreen)
        said = str(question.query_one("#ask-said", Static).content)
        assert "chunks, about read from it" in said
        assert "no input" in said
        assert "does not exist" in said
        await press(pilot, "n")
        assert "source" in _ids(pilot)
        await press(pilot, "x", "enter")
        assert _ids(pilot) == ["-", "chunks", "about"]
        # What is left is shown with its faults, and nothing can be run.
        assert "which does not exist" in re.sub(r"\s+", " ", text_of(app))
        _cells(pilot).choose_id("chunks")
        await press(pilot, "r")
        assert shows(app, NotebookScreen)
        await press(pilot, "u")
        assert _screen(pilot).draft.text == NOTEBOOK
        await press(pilot, "U")
        assert _ids(pilot) == ["-", "chunks", "about"]


async def test_a_cell_is_renamed_wherever_it_is_read(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await _at(pilot, "source")
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
        assert _inputs(pilot, "about") == ("policies",)
        assert "op: load.files\n    params: {path: docs}  # the rules" in _screen(pilot).draft.text


async def test_parameters_are_checked_as_they_are_typed(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await _at(pilot, "about")
        first = await _sampled(pilot, "about")
        await press(pilot, "enter")
        form = app.screen.query_one(ParameterForm)
        assert form.display
        rows = {row.field.name: row for row in form.query(FieldRow)}
        assert "tokens" in str(rows["size"].query_one(".field-about", Static).content)
        size = rows["size"].editor
        assert isinstance(size, Input)
        assert size.has_focus
        assert size.value == "30"
        size.value = "0"
        await settle(pilot, 3)
        assert "greater than or equal to 1" in rows["size"].fault
        assert _params(pilot, "about")["size"] == 30
        size.value = "many"
        await settle(pilot, 3)
        assert rows["size"].fault
        size.value = "12"
        await settle(pilot, 3)
        assert not rows["size"].fault
        assert _params(pilot, "about") == {"size": 12, "tokenizer": "words"}
        await until(pilot, lambda: _screen(pilot).previews.get("about", first) is not first)
        second = await _sampled(pilot, "about")
        assert len(second.frames["chunks"]) > len(first.frames["chunks"])
        # All keys of one visit to the form are one step.
        await press(pilot, "down", "down", "up", "ctrl+r")
        assert rows["overlap"].editor.has_focus
        switch = rows["split_at_headings"].editor
        assert isinstance(switch, Choice)
        switch.focus()
        await press(pilot, "right")
        assert _params(pilot, "about")["split_at_headings"] is True
        await press(pilot, "ctrl+r")
        assert "split_at_headings" not in _params(pilot, "about")
        await press(pilot, "escape")
        assert form.styles.display == "none" or form.size.height == 0
        assert _cells(pilot).has_focus
        await press(pilot, "u")
        assert _screen(pilot).draft.text == NOTEBOOK


async def test_the_form_follows_the_chosen_cell_and_undo(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await _at(pilot, "about")
        await press(pilot, "e")
        form = app.screen.query_one(ParameterForm)
        size = form.query_one("#field-size Input", Input)
        size.value = "15"
        await settle(pilot, 3)
        await press(pilot, "ctrl+z")
        assert form.query_one("#field-size Input", Input).value == "30"
        _cells(pilot).choose_id("source")
        await settle(pilot)
        assert form.cell == "source"
        path = form.query_one("#field-path Input", Input)
        path.value = ""
        await settle(pilot, 3)
        assert form.faulty
        assert _params(pilot, "source") == {"path": "docs"}


async def test_a_preview_shows_the_sample_below_and_beside(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await _at(pilot, "chunks")
        made = await _sampled(pilot, "chunks")
        await until(pilot, lambda: len(app.screen.query_one(SourceView).spans) > 3)
        assert made.documents == 2
        said = re.sub(r"\s+", " ", text_of(app))
        assert f"{len(made.frames['chunks'])} chunks" in said
        assert "sample of 2 doc" in said
        assert "Sample · 2" in said
        shown = app.screen.query_one(ResultPane).shown
        assert shown is not None
        assert shown.document.text == TEXT
        # Nothing was stored.
        assert not (rules.parent / ".chunkbook").exists()
        await press(pilot, "s")
        assert _screen(pilot).sample_size == 20
        await _sampled(pilot, "chunks")


async def test_a_newer_preview_takes_the_place_of_the_older(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, cancelled = Flag(), Flag()
    apply = Fixed.apply

    def slow(op: Fixed, frames: object, ctx: object) -> object:
        if op.size != 20:
            return apply(op, frames, ctx)  # type: ignore[arg-type]
        begun.set()
        while True:
            try:
                ctx.check()  # type: ignore[attr-defined]
            except Cancelled:
                cancelled.set()
                raise
            Flag().wait(0.01)

    monkeypatch.setattr(Fixed, "apply", slow)
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shows(app, NotebookScreen))
        _cells(pilot).choose_id("chunks")
        await until(pilot, begun.is_set)
        await until(pilot, lambda: _screen(pilot).previewing)
        await until(pilot, lambda: "Cancel" in text_of(app))
        screen = _screen(pilot)
        draft = screen.draft
        from pipelines.draft import edit

        screen.do(
            edit.set_params(draft, draft.cells["chunks"], {"size": 9}), "x", key="form chunks"
        )
        await until(pilot, cancelled.is_set)
        made = await _sampled(pilot, "chunks")
        assert made.frames["chunks"]["tokens"].to_list()[0] in (8, 9)
        # By key too.
        cancelled.clear()
        begun.clear()
        await pilot.press("u")
        await until(pilot, begun.is_set)
        await pilot.press("escape")
        await until(pilot, cancelled.is_set)
        await settle(pilot)
        assert not screen.previewing
        assert _cells(pilot).glances["chunks"].stage is Stage.FAULT


async def test_a_crash_in_a_cell_is_told_with_its_traceback(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("the [red]wheels[/red] came off \x1b[31m")

    monkeypatch.setattr(Fixed, "apply", broken)
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await _at(pilot, "chunks")
        await _sampled(pilot, "chunks")
        said = text_of(app)
        assert "RuntimeError" in said
        assert "the [red]wheels" in said
        assert "\x1b" not in said
        assert shows(app, NotebookScreen)


async def test_saving_keeps_comments_and_says_so(rules: Path) -> None:
    rules.chmod(0o600)
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await _at(pilot, "chunks")
        await press(pilot, "D", "ctrl+s")
        assert "not saved" not in text_of(app)
        text = rules.read_text(encoding="utf-8")
        assert text.startswith(NOTEBOOK[: NOTEBOOK.index("  - id: about")])
        assert stat.S_IMODE(rules.stat().st_mode) == 0o600
        assert [cell.id for cell in read(rules).cells] == ["source", "chunks", "chunks_2", "about"]


async def test_a_file_changed_outside_is_asked_about(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await _at(pilot, "chunks")
        await press(pilot, "D")
        mine = _screen(pilot).draft.text
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
        _screen(pilot)._look_outside()
        await settle(pilot)
        assert shows(app, NotebookScreen)
        await press(pilot, "ctrl+s", "m")
        await settle(pilot)
        assert rules.read_text(encoding="utf-8") == mine
        rules.write_text(theirs, encoding="utf-8")
        _screen(pilot)._look_outside()
        await until(pilot, lambda: shows(app, ChangedScreen))
        await press(pilot, "t")
        assert _params(pilot, "about")["size"] == 31
        assert not _screen(pilot).book.dirty
        await press(pilot, "u")
        assert _screen(pilot).draft.text == mine
        rules.unlink()
        _screen(pilot)._look_outside()
        await until(pilot, lambda: shows(app, ChangedScreen))
        await press(pilot, "t")
        assert shows(app, ChangedScreen)
        await press(pilot, "enter")
        await settle(pilot)
        assert rules.read_text(encoding="utf-8") == mine


async def test_runs_show_their_plan_and_save_first(rules: Path, without_dagster: None) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await _at(pilot, "chunks")
        await press(pilot, "b")
        await _type(pilot, "sentence")
        await press(pilot, "enter", "r")
        plan = app.screen
        assert isinstance(plan, PlanScreen)
        assert plan.cells == ["source", "chunks_2"]
        assert "saved first" in str(plan.query_one("#plan-said", Static).content)
        await press(pilot, "enter")
        await until(pilot, lambda: not _screen(pilot).running and not _screen(pilot).book.dirty)
        await settle(pilot)
        cells = _cells(pilot)
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
        assert not _screen(pilot).running


async def test_leaving_with_changes_is_asked_about(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await _at(pilot, "chunks")
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
        await _at(pilot, "chunks")
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


async def test_a_fault_is_shown_at_its_cell_and_can_be_mended(rules: Path) -> None:
    wrong = NOTEBOOK.replace("size: 20", "size: 0").replace("segment.recursive", "segment.recursiv")
    rules.write_text(wrong, encoding="utf-8")
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await _at(pilot, "chunks")
        assert "greater than or equal to 1" in _cells(pilot).view(2).fault
        assert "did you mean" in _cells(pilot).view(3).fault
        assert "wrong ✗" in text_of(app)
        await press(pilot, "enter")
        app.screen.query_one("#field-size Input", Input).value = "20"
        await settle(pilot)
        assert not _screen(pilot).book.checked.problems.get(2)
        await _sampled(pilot, "chunks")
        await press(pilot, "escape")
        _cells(pilot).choose_id("about")
        await press(pilot, "e")
        assert shows(app, NotebookScreen)


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
        assert "chunks" in _ids(pilot)
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
        await _type(pilot, "load.files")
        await press(pilot, "enter")
        assert _ids(pilot) == ["source"]
        made = await _sampled(pilot, "source")
        assert made.documents == 2
        await press(pilot, "ctrl+s")
    assert read(rules).cells[0].id == "source"


async def test_dialogs_fit_a_small_terminal(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=(80, 24)) as pilot:
        await _at(pilot, "source")
        for keys in (["i"], ["w"], ["x"], ["m"], ["f2"], ["question_mark"]):
            await press(pilot, *keys)
            assert app.screen.is_modal or keys == ["w"]
            for button in app.screen.query(Button):
                assert app.screen.region.contains_region(button.region)
            if app.screen.is_modal:
                await press(pilot, "escape")
            assert shows(app, NotebookScreen)
