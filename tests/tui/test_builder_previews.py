"""Building a notebook by eye: parameters, faults, and what a sample shows of them."""

from __future__ import annotations

import re
from pathlib import Path
from threading import Event as Flag

import pytest
from textual.widgets import Input, Static

from ops.errors import Cancelled
from ops.segment.fixed import Fixed
from pipelines.draft import edit
from tests.tui.builder import NOTEBOOK, SIZE, TEXT, at_cell, cells_of, params_of, sampled, screen_of
from tests.tui.pilots import press, settle, shows, text_of, until
from tui.app import ChunkbookApp
from tui.screens.notebook import NotebookScreen
from tui.widgets.choice import Choice
from tui.widgets.form import FieldRow, ParameterForm
from tui.widgets.glance import Stage
from tui.widgets.result import ResultPane
from tui.widgets.source import SourceView

pytestmark = pytest.mark.usefixtures("rarely")


async def test_parameters_are_checked_as_they_are_typed(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await at_cell(pilot, "about")
        first = await sampled(pilot, "about")
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
        await settle(pilot)
        assert "greater than or equal to 1" in rows["size"].fault
        assert params_of(pilot, "about")["size"] == 30
        size.value = "many"
        await settle(pilot)
        assert rows["size"].fault
        size.value = "12"
        await settle(pilot)
        assert not rows["size"].fault
        assert params_of(pilot, "about") == {"size": 12, "tokenizer": "words"}
        await until(pilot, lambda: screen_of(pilot).previews.get("about", first) is not first)
        second = await sampled(pilot, "about")
        assert len(second.frames["chunks"]) > len(first.frames["chunks"])
        # All keys of one visit to the form are one step.
        await press(pilot, "down", "down", "up", "ctrl+r")
        assert rows["overlap"].editor.has_focus
        switch = rows["split_at_headings"].editor
        assert isinstance(switch, Choice)
        switch.focus()
        await press(pilot, "right")
        assert params_of(pilot, "about")["split_at_headings"] is True
        await press(pilot, "ctrl+r")
        assert "split_at_headings" not in params_of(pilot, "about")
        await press(pilot, "escape")
        assert form.styles.display == "none" or form.size.height == 0
        assert cells_of(pilot).has_focus
        await press(pilot, "u")
        assert screen_of(pilot).draft.text == NOTEBOOK


async def test_the_form_follows_the_chosen_cell_and_undo(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await at_cell(pilot, "about")
        await press(pilot, "e")
        form = app.screen.query_one(ParameterForm)
        size = form.query_one("#field-size Input", Input)
        size.value = "15"
        await settle(pilot)
        await press(pilot, "ctrl+z")
        assert form.query_one("#field-size Input", Input).value == "30"
        cells_of(pilot).choose_id("source")
        await settle(pilot)
        assert form.cell == "source"
        path = form.query_one("#field-path Input", Input)
        path.value = ""
        await settle(pilot)
        assert form.faulty
        assert params_of(pilot, "source") == {"path": "docs"}


async def test_a_preview_shows_the_sample_below_and_beside(rules: Path) -> None:
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await at_cell(pilot, "chunks")
        made = await sampled(pilot, "chunks")
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
        assert screen_of(pilot).sample_size == 20
        await sampled(pilot, "chunks")


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
        cells_of(pilot).choose_id("chunks")
        await until(pilot, begun.is_set)
        await until(pilot, lambda: screen_of(pilot).previewing)
        await until(pilot, lambda: "Cancel" in text_of(app))
        screen = screen_of(pilot)
        draft = screen.draft
        screen.do(
            edit.set_params(draft, draft.cells["chunks"], {"size": 9}), "x", key="form chunks"
        )
        await until(pilot, cancelled.is_set)
        made = await sampled(pilot, "chunks")
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
        assert cells_of(pilot).glances["chunks"].stage is Stage.FAULT


async def test_what_is_begun_while_a_preview_goes_on_lets_it_go(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = Flag()

    def endless(_: Fixed, __: object, ctx: object) -> object:
        begun.set()
        while True:
            ctx.check()  # type: ignore[attr-defined]
            Flag().wait(0.01)

    monkeypatch.setattr(Fixed, "apply", endless)
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shows(app, NotebookScreen))
        cells_of(pilot).choose_id("chunks")
        await until(pilot, begun.is_set)
        screen = screen_of(pilot)
        await until(pilot, lambda: screen.previewing)
        # Another cell is made, and chosen with it.
        params = {"tokenizer": "words"}
        more = edit.insert_cell(screen.draft, 3, "segment.sentence", ["source"], params=params)
        screen.do(more, "insert segment.sentence", 3)
        await sampled(pilot, "chunks_2")
        # The size of samples changes.
        begun.clear()
        cells_of(pilot).choose_id("chunks")
        await until(pilot, begun.is_set)
        await until(pilot, lambda: screen.previewing)
        begun.clear()
        await pilot.press("s")
        await until(pilot, begun.is_set)
        assert screen.sample_size == 20
        await pilot.press("escape")
        await settle(pilot)
        assert not screen.previewing


async def test_a_crash_in_a_cell_is_told_with_its_traceback(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("the [red]wheels[/red] came off \x1b[31m")

    monkeypatch.setattr(Fixed, "apply", broken)
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await at_cell(pilot, "chunks")
        await sampled(pilot, "chunks")
        said = text_of(app)
        assert "RuntimeError" in said
        assert "the [red]wheels" in said
        assert "\x1b" not in said
        assert shows(app, NotebookScreen)


async def test_a_fault_is_shown_at_its_cell_and_can_be_mended(rules: Path) -> None:
    wrong = NOTEBOOK.replace("size: 20", "size: 0").replace("segment.recursive", "segment.recursiv")
    rules.write_text(wrong, encoding="utf-8")
    app = ChunkbookApp(rules)
    async with app.run_test(size=SIZE) as pilot:
        await at_cell(pilot, "chunks")
        assert "greater than or equal to 1" in cells_of(pilot).view(2).fault
        assert "did you mean" in cells_of(pilot).view(3).fault
        assert "wrong ✗" in text_of(app)
        await press(pilot, "enter")
        app.screen.query_one("#field-size Input", Input).value = "20"
        await settle(pilot)
        assert not screen_of(pilot).book.checked.problems.get(2)
        await sampled(pilot, "chunks")
        await press(pilot, "escape")
        cells_of(pilot).choose_id("about")
        await press(pilot, "e")
        assert shows(app, NotebookScreen)
