"""Hostile text changes nothing but its own place.

Markup, ANSI and OSC escapes, bidirectional controls, wide and zero-width characters and long lines
are put wherever text from documents is shown, between neighbours that must stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Final

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

import tui.widgets
from tests.tui.books import HOSTILE
from tui.themes import DEFAULT, THEMES, fallbacks
from tui.widgets.canvas import Canvas
from tui.widgets.facts import Facts
from tui.widgets.plain import one_line, plain
from tui.widgets.source import SourceView
from tui.widgets.table import Column, PageTable, Row

SIZE = (60, 20)
WIDGETS = Path(tui.widgets.__path__[0])
PARTS = (
    *(
        "[red]",
        "[/]",
        "[b",
        "[@click=app.quit]",
        "\\[",
        "a b",
        "x" * 200,
        "漢字",
        "👩\u200d👧",
        "ﷺ",
    ),
    *(
        "\x1b[2J",
        "\x1b[31m",
        "\x1b]8;;http://x\x1b\\",
        "\x1b]52;c;eA==\x07",
        "\x1b]0;t\x07",
        "\x9b31m",
    ),
    *"\u202e\u2066\u2069\u200f\u200b\u200d\ufe0f\ufeff\x00\x07\x08\r\n\t\u2028\ud800\U000e0041",
    "\u0301" * 20,
)
WILD = st.lists(
    st.one_of(st.sampled_from(PARTS), st.characters(exclude_categories=())), max_size=30
).map("".join)


class Framed(App[None]):
    """One widget in the midst of four labels."""

    CSS_PATH: ClassVar = [*sorted(WIDGETS.glob("*.tcss"))]
    CSS = """
    .edge { width: 8; height: 1fr; } #top, #bottom { height: 2; } #middle { height: 1fr; }
    #place { width: 1fr; height: 1fr; border: round white; overflow: hidden; }
    """

    def __init__(self) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DEFAULT

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return fallbacks(self.current_theme)

    def compose(self) -> ComposeResult:
        yield Static("top of all\nand its second row", id="top")
        with Horizontal(id="middle"):
            yield Static("left\n" * 16, classes="edge")
            with Vertical(id="place"):
                yield SourceView()
                yield PageTable(Column("Text"), Column("Number", 8))
                yield Static(id="words")
                yield Facts()
            yield Static("right\n" * 16, classes="edge")
        yield Static("bottom of all\nand its second row", id="bottom")

    def only(self, kind: str) -> None:
        """Show one of the widgets."""
        for child in self.query("#place > *"):
            child.display = type(child).__name__ == kind


def _source(app: Framed, text: str) -> None:
    app.query_one(SourceView).show(Canvas(text, [(0, len(text) // 2)] if text else []))


def _table(app: Framed, text: str) -> None:
    app.query_one(PageTable).reset(2, [Row("0", (text, text)), Row("1", ("calm", "1"))])


def _words(app: Framed, text: str) -> None:
    app.query_one("#words", Static).update(plain(text))


def _facts(app: Framed, text: str) -> None:
    app.query_one(Facts).show({"name": text, "more": text})


def _title(app: Framed, text: str) -> None:
    app.query_one("#place").border_title = plain(one_line(text))


SHOWN: Final[dict[str, tuple[str, Callable[[Framed, str], None]]]] = {
    "source": ("SourceView", _source),
    "table": ("PageTable", _table),
    "words": ("Static", _words),
    "facts": ("Facts", _facts),
    "title": ("Static", _title),
}


def _cells(app: Framed) -> list[list[tuple[str, str]]]:
    """Each row of the screen, cell by cell: what stands there and its style."""
    rows = []
    for strip in app.screen._compositor.render_strips(app.size):
        cells: list[tuple[str, str]] = []
        for segment in strip:
            for character in segment.text:
                width = cell_len(character)
                cells += [(character, str(segment.style))] * max(width, 0)
        rows.append(cells)
    return rows


@pytest.mark.parametrize("kind", list(SHOWN))
@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(texts=st.lists(WILD, min_size=4, max_size=10))
@example(texts=[HOSTILE, "x" * 1_000_000, "\u0301" * 1_000_000, "[" * 1_000_000])
async def test_hostile_text_stays_in_its_place(kind: str, texts: list[str]) -> None:
    name, show = SHOWN[kind]
    app = Framed()
    async with app.run_test(size=SIZE) as pilot:
        app.only(name)
        show(app, "calm")
        await pilot.pause()
        calm = _cells(app)
        place = app.query_one("#place").region
        for text in texts:
            show(app, text)
            await pilot.pause()
            await app.workers.wait_for_complete()
            await pilot.pause()
            wild = _cells(app)
            for y, row in enumerate(wild):
                assert len(row) == SIZE[0], (y, row)
                for x, (character, style) in enumerate(row):
                    assert character.isprintable() or character in " \u00ad", repr(character)
                    if not place.contains(x, y):
                        assert (character, style) == calm[y][x], (x, y)
            assert app._exit is False
