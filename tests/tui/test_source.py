"""The view of a document's text."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.segment import Segment
from textual.app import App, ComposeResult

import tui.widgets.source
from tests.tui.books import HOSTILE
from tests.tui.pilots import settle
from tui.themes import DEFAULT, THEMES, fallbacks
from tui.widgets.canvas import Canvas
from tui.widgets.plain import visible
from tui.widgets.source import SourceView
from tui.widgets.table import Column, PageTable, Row

WIDGETS = Path(tui.widgets.source.__file__).parent
SPANS = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=8)
TEXTS = st.text(
    st.one_of(
        st.characters(), st.sampled_from("\x1b\x07\u202e\u200b\u200d\ufe0f\u0301漢👩[]\n\t ")
    ),
    max_size=300,
)


class OneWidget(App[None]):
    """A text and a table, and nothing else."""

    CSS_PATH: ClassVar = [WIDGETS / "source.tcss", WIDGETS / "table.tcss"]
    CSS = "SourceView { height: 1fr; } PageTable { height: 10; }"

    def __init__(self) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DEFAULT

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return fallbacks(self.current_theme)

    def compose(self) -> ComposeResult:
        yield SourceView()
        yield PageTable(Column("Name"), Column("Number", 8, right=True))

    @property
    def source(self) -> SourceView:
        return self.query_one(SourceView)

    @property
    def table(self) -> PageTable:
        return self.query_one(PageTable)


def _rows(view: SourceView | PageTable) -> list[list[Segment]]:
    height = view.scrollable_content_region.height
    return [list(view.render_line(y)) for y in range(height)]


def _text(row: list[Segment]) -> str:
    return "".join(segment.text for segment in row)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(TEXTS, SPANS), min_size=10, max_size=20))
async def test_every_row_has_the_width_of_the_view(
    given_texts: list[tuple[str, list[tuple[int, int]]]],
) -> None:
    app = OneWidget()
    async with app.run_test(size=(50, 24)):
        width = app.source.scrollable_content_region.width
        for text, spans in [*given_texts, (HOSTILE, [(0, 40), (30, 90), (5_000, 9_000)])]:
            app.source.show(Canvas(text, sorted(spans), [(0, 10)]))
            app.source.select(0)
            for row in _rows(app.source):
                assert Segment.get_line_length(row) == width
                assert visible(_text(row)) == _text(row)
                assert "\n" not in _text(row)


async def test_the_text_is_shown_once_and_in_order() -> None:
    app = OneWidget()
    text = "First paragraph of words.\n\nSecond paragraph,\twith a tab."
    async with app.run_test(size=(60, 24)):
        app.source.show(Canvas(text, [(0, 25), (20, 44)]))
        rows = [_text(row)[app.source.gutter_width :].rstrip() for row in _rows(app.source)]
        assert rows[:3] == ["First paragraph of words.", "", "Second paragraph,    with a tab."]


@pytest.mark.parametrize("words", [20, 400, 4_000])
async def test_no_word_is_cut_off(words: int) -> None:
    app = OneWidget()
    text = " ".join(f"word{number}" for number in range(words))
    async with app.run_test(size=(60, 24)) as pilot:
        app.source.show(Canvas(text, [(0, 30)]))
        await settle(pilot)
        shown: list[str] = []
        for top in range(0, len(app.source.rows), app.source.scrollable_content_region.height):
            app.source.scroll_to(0, top, animate=False)
            rows = _rows(app.source)[top - app.source.scroll_offset.y :]
            shown += " ".join(_text(row)[app.source.gutter_width :] for row in rows).split()
        assert shown == text.split()


async def test_chunks_overlap_and_selection_differ_in_style() -> None:
    app = OneWidget()
    async with app.run_test(size=(60, 24)):
        app.source.show(Canvas("aaaa bbbb cccc dddd", [(0, 9), (5, 14), (15, 19)]))
        (first, *_) = _rows(app.source)
        styles = {s.text.strip(): s.style for s in first if s.text.strip()}
        assert len({styles[word] for word in ("aaaa", "bbbb", "cccc")}) == 3
        assert styles["aaaa"] == styles["dddd"]
        overlap = styles["bbbb"]
        assert overlap is not None
        assert overlap.underline
        app.source.select(1)
        (chosen, *_) = _rows(app.source)
        later = {s.text.strip(): s.style for s in chosen if s.text.strip()}
        assert later["bbbb"] != overlap
        assert later["aaaa"] == styles["aaaa"]


async def test_keys_and_clicks_select_chunks() -> None:
    app = OneWidget()
    async with app.run_test(size=(60, 24)) as pilot:
        app.source.show(Canvas("aaaa bbbb cccc", [(0, 9), (5, 14)]))
        app.source.focus()
        await pilot.press("n")
        assert app.source.selected == 0
        await pilot.press("n", "n")
        assert app.source.selected == 1
        await pilot.press("p")
        assert app.source.selected == 0
        left = app.source.gutter_width
        await pilot.click(SourceView, offset=(left + 11, 0))
        assert app.source.selected == 1
        await pilot.click(SourceView, offset=(left + 1, 0))
        assert app.source.selected == 0
        # Where chunks overlap a further click chooses the other.
        await pilot.click(SourceView, offset=(left + 6, 0))
        assert app.source.selected == 1


async def test_ten_megabytes_are_wrapped_whole_and_scroll_anywhere() -> None:
    app = OneWidget()
    line = "Every team reviews its policy once a year, and says so in writing. "
    text = (line * 4 + "\n") * 38_000
    spans = [(start, start + 900) for start in range(0, len(text) - 900, 800)]
    async with app.run_test(size=(100, 40)) as pilot:
        canvas = Canvas(text, spans).prepare()
        app.source.show(canvas)
        await settle(pilot)
        assert app.source.rows.whole
        assert len(app.source.rows) > 100_000
        for step in range(50):
            app.source.scroll_to(0, step * 2_000, animate=False)
            assert "team" in "".join(segment.text for segment in _rows(app.source)[3])
        app.source.select(len(spans) - 1)
        start = spans[-1][0]
        assert app.source.rows.of(start) >= app.source.scroll_offset.y


async def test_a_line_of_a_megabyte_is_a_text_like_any_other() -> None:
    app = OneWidget()
    async with app.run_test(size=(80, 24)) as pilot:
        app.source.show(Canvas("\u0301" * 1_000_000 + "x" * 1_000_000, [(10, 1_500_000)]))
        await settle(pilot)
        app.source.scroll_to(0, len(app.source.rows) - 5, animate=False)
        width = app.source.scrollable_content_region.width
        assert all(Segment.get_line_length(row) == width for row in _rows(app.source))


async def test_resizing_keeps_the_place() -> None:
    app = OneWidget()
    text = "\n".join(f"line {number} " + "word " * 30 for number in range(300))
    async with app.run_test(size=(100, 24)) as pilot:
        app.source.show(Canvas(text))
        app.source.scroll_to(0, 200, animate=False)
        top = app.source.rows.span(app.source.scroll_offset.y)[0]
        await pilot.resize_terminal(60, 24)
        await settle(pilot)
        start, end = app.source.rows.span(app.source.scroll_offset.y)
        assert start <= top < end


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TEXTS, min_size=1, max_size=6))
async def test_hostile_cells_stay_in_their_column(texts: list[str]) -> None:
    app = OneWidget()
    async with app.run_test(size=(60, 24)):
        table = app.table
        calm = [Row(str(n), ("calm", f"{n}")) for n in range(len(texts))]
        wild = [Row(str(n), (text, f"{n}")) for n, text in enumerate(texts)]
        table.reset(len(calm), calm)
        before = _rows(table)
        table.reset(len(wild), wild)
        after = _rows(table)
        width = table.scrollable_content_region.width
        for old, new in zip(before, after, strict=True):
            assert Segment.get_line_length(new) == width
            assert visible(_text(new)) == _text(new)
            # What stands right of the hostile cell stands where it stood.
            assert _text(new)[-12:] == _text(old)[-12:]


class Million(OneWidget):
    """Answers what its table asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def on_page_table_wanted(self, message: PageTable.Wanted) -> None:
        self.asked.append(message.offset)
        numbers = range(message.offset, message.offset + message.limit)
        rows = [Row(str(n), (f"row {n}", str(n))) for n in numbers]
        message.table.fill(message.edition, message.offset, rows)


async def test_a_table_asks_for_the_pages_it_shows() -> None:
    app = Million()
    async with app.run_test(size=(60, 24)) as pilot:
        table = app.table
        table.reset(1_000_000)
        table.focus()
        await pilot.pause()
        assert "row 0" in _text(_rows(table)[1])
        await pilot.press("end")
        await pilot.pause()
        assert "row 999999" in _text(_rows(table)[-1])
        assert app.asked == [0, 999_800]
        table.fill(table.edition - 1, 0, [Row("x", ("old", "0"))])
        await pilot.press("home")
        assert "row 0" in _text(_rows(table)[1])
