"""The chunks screen: pages, search, detail, neighbours, lineage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen
from textual.widget import Widget

from tests.tui.pilots import (
    press,
    search,
    search_keys,
    settle,
    shows,
    text_of,
    type_at_once,
    until,
)
from tui.app import ChunkbookApp
from tui.screens.chunks import ChunksScreen
from tui.screens.source import SourceScreen
from tui.widgets.detail import ChunkDetail
from tui.widgets.plain import visible
from tui.widgets.source import SourceView
from tui.widgets.table import PageTable

SIZE = (120, 40)


def _screen(app: ChunkbookApp) -> ChunksScreen:
    screen = app.screen
    assert isinstance(screen, ChunksScreen)
    return screen


def _keys(table: PageTable) -> list[str]:
    return [row.key for place in range(table.total) if (row := table.row(place))]


async def test_it_shows_the_collection_in_the_order_of_its_documents(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        table = app.screen.query_one("#chunks", PageTable)
        shelf = _screen(app).shelf
        assert shelf is not None
        assert table.total == shelf.total > 10
        rows = shelf.page(0, table.total)
        places = [(row["uri"], row["start"]) for row in rows]
        assert places == sorted(places)
        assert _keys(table) == [row["chunk_id"] for row in rows]
        assert f"index · {table.total} chunks" in text_of(app)


async def test_the_detail_follows_the_cursor(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2", "down", "down")
        row = _screen(app).row
        assert row is not None
        assert row["ordinal"] == 2
        shown = text_of(app)
        assert row["chunk_id"] in shown
        assert "keywords" in shown
        assert "heading path" in shown


async def test_search_as_one_types_and_back(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        table = app.screen.query_one("#chunks", PageTable)
        everything = table.total
        await search(pilot, "finance")
        assert 0 < table.total < everything
        row = table.row(0)
        assert row is not None
        assert "finance" in row.cells[2]
        await press(pilot, "enter")
        assert table.has_focus
        await press(pilot, "escape")
        assert table.total == everything


async def test_what_is_typed_at_once_is_searched_for(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        screen = _screen(app)
        everything = screen.query_one("#chunks", PageTable).total
        # Each of these letters would do something to the chunk if the table had the focus still.
        type_at_once(app, "slash", *"DbPoMTe")
        await settle(pilot)
        assert app.screen is screen
        assert screen.question.text == "DbPoMTe"
        assert not screen.marks.all
        await press(pilot, "escape")
        type_at_once(app, "f", *"length", ">", *"50")
        await settle(pilot)
        assert screen.asked.filter == "length>50"
        assert 0 < screen.query_one("#chunks", PageTable).total < everything
        # In the line itself these keys are letters.
        await press(pilot, "escape")
        type_at_once(app, "slash", "slash", "f")
        await settle(pilot)
        assert screen.question.text == "/f"


async def test_the_table_has_the_focus_from_the_beginning(
    app: ChunkbookApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    focused = []
    set_focus = Screen.set_focus

    def watch(screen: Screen[None], widget: Widget | None, *args: Any, **more: Any) -> None:
        focused.append(widget.id if widget is not None else None)
        set_focus(screen, widget, *args, **more)

    monkeypatch.setattr(Screen, "set_focus", watch)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        focused.clear()
        await press(pilot, "2")
        assert set(focused) == {"chunks"}
        assert "All chunks" not in text_of(app)


async def test_a_filter_by_a_column_that_went_is_told(
    app: ChunkbookApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2", "f")
        await search_keys(pilot, "language:en")
        await press(pilot, "enter")
        screen = _screen(app)
        assert screen.shelf is not None
        table = screen.query_one("#chunks", PageTable)
        everything = screen.shelf.total
        kinds = {name: kind for name, kind in screen.shelf.kinds.items() if name != "language"}
        monkeypatch.setattr("storage.Reader.kinds", lambda reader, name: kinds)
        screen.reload()
        await settle(pilot)
        assert table.total == everything
        assert "there is no column 'language'" in text_of(app)
        assert f"index · {everything} chunks" in text_of(app)


async def test_a_filter_leaves_what_passes(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        table = app.screen.query_one("#chunks", PageTable)
        everything = table.total
        await press(pilot, "f")
        await search_keys(pilot, "length>50 document:travel")
        shelf = _screen(app).shelf
        assert shelf is not None
        assert 0 < table.total < everything
        for key in _keys(table):
            view = shelf.chunk(key)
            assert view is not None
            assert view.row["tokens"] > 50
            assert "Travel" in view.row["title"]
        # A question is asked of what passes only.
        await press(pilot, "enter")
        await search(pilot, "rule")
        assert 0 < table.total < everything
        await press(pilot, "escape")
        assert table.total == everything
        await press(pilot, "f")
        await search_keys(pilot, "colour:red")
        assert "there is no column 'colour'" in text_of(app)
        assert table.total == everything


async def test_rows_are_sorted_by_any_column(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2", "s")
        sorts = app.screen.query_one("#sorts", PageTable)
        place = next(n for n in range(sorts.total) if sorts.row(n).key == "-tokens")  # type: ignore[union-attr]
        sorts.move_to(place)
        await press(pilot, "enter")
        table = app.screen.query_one("#chunks", PageTable)
        tokens = [int(row.cells[3]) for n in range(table.total) if (row := table.row(n))]
        assert tokens == sorted(tokens, reverse=True)
        assert "▼ tokens" in text_of(app)


async def test_a_question_without_an_answer_says_so(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        await search(pilot, "xyzzy")
        assert "no chunk answers this" in text_of(app)
        assert _screen(app).row is None


async def test_a_question_is_never_query_syntax(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        await search(pilot, "a' OR [b](c AND +\"-")
        await settle(pilot)
        assert isinstance(app.screen, ChunksScreen)


async def test_modes_that_need_vectors_are_not_offered_without(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        await search(pilot, "rule")
        await press(pilot, "enter", "m")
        await pilot.click("#mode-vector")
        await settle(pilot)
        assert _screen(app).question.mode == "text"
        assert app.screen.query_one("#mode-hybrid").disabled


async def test_lineage_goes_from_the_file_to_the_collection(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2", "l")
        assert app.screen.query_one(ChunkDetail).tab == "lineage"
        shown = text_of(app)
        places = [
            shown.index(said)
            for said in ("file:docs/policy_000.md", "└ source", "└ chunks", "└ graph")
        ]
        assert places == sorted(places)
        assert "PERSON" not in shown  # parameters are told only where they are not the default
        assert "size 60 · overlap 12" in shown
        app.screen.query_one("#detail-lineage VerticalScroll").scroll_end(animate=False)
        await settle(pilot)
        assert "◆ published in index" in text_of(app)
        # The next chunk has its own.
        await press(pilot, "down")
        row = _screen(app).row
        assert row is not None
        assert f"characters {row['start']:,}" in text_of(app)


async def test_neighbours_are_followed(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2", "down", "b")
        near = app.screen.query_one("#neighbours", PageTable)
        before, after = near.row(0), near.row(1)
        assert before is not None
        assert after is not None
        assert (before.cells[0], after.cells[0]) == ("before", "after")
        near.focus()
        await press(pilot, "down", "enter")
        row = _screen(app).row
        assert row is not None
        assert row["chunk_id"] == after.key


async def test_a_chunk_is_shown_in_its_source(app: ChunkbookApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2", "end")
        screen = _screen(app)
        table = screen.query_one("#chunks", PageTable)
        last = table.row(table.total - 1)
        assert last is not None
        await until(pilot, lambda: screen.row is not None and screen.row["chunk_id"] == last.key)
        row = screen.row
        assert row is not None
        await press(pilot, "o")
        await until(pilot, lambda: shows(app, SourceScreen))
        source = app.screen.query_one(SourceView)
        wanted = (row["start"], row["end"])

        def chosen() -> bool:
            return source.selected is not None and source.spans[source.selected] == wanted

        await until(pilot, chosen)
        assert source.text[row["start"] : row["end"]] == row["text"]


async def test_nothing_published_yet(tmp_path: Path, made_policies: Path) -> None:
    path = tmp_path / "policies.yaml"
    (tmp_path / "docs").mkdir()
    path.write_text(made_policies.read_text(encoding="utf-8"), encoding="utf-8")
    app = ChunkbookApp(path)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2", "l", "b", "o", "slash", "x")
        assert "nothing is published yet" in text_of(app)
    assert not (tmp_path / ".chunkbook").exists()


async def test_hostile_chunks_are_only_text(made_hostile: Path) -> None:
    app = ChunkbookApp(made_hostile)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        table = app.screen.query_one("#chunks", PageTable)
        for place in (0, 1, 2, table.total - 2, table.total - 1):
            table.move_to(place)
            for key in ("d", "b", "l"):
                await press(pilot, key)
                shown = text_of(app)
                assert visible(shown) == shown


@pytest.mark.parametrize("mode", ["vector", "hybrid"])
async def test_search_by_meaning(made_vectors: Path, mode: str) -> None:
    app = ChunkbookApp(made_vectors)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        await pilot.click(f"#mode-{mode}")
        await search(pilot, "money")
        table = app.screen.query_one("#chunks", PageTable)
        await settle(pilot)
        assert table.total > 0
        await press(pilot, "enter", "b")
        row = _screen(app).row
        assert row is not None
        near = app.screen.query_one("#neighbours", PageTable)
        kinds = [told.cells[0] for n in range(near.total) if (told := near.row(n))]
        assert kinds.count("near") > 2
        assert row["chunk_id"] not in _keys(near)
