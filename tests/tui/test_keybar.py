"""The bottom line of keys, and screens that take the theme as they are opened."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot

import tui.widgets.keybar
from tests.tui.pilots import press, settle
from tui.app import ChunkbookApp
from tui.widgets.keybar import KeyBar

SIZE = (120, 40)


class Keyed(App[None]):
    """Three keys; the second can do nothing until the first was pressed."""

    CSS_PATH: ClassVar = [Path(tui.widgets.keybar.__file__).with_suffix(".tcss")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "do('a')", "Act", tooltip="What it does"),
        Binding("b", "do('b')", "Brew"),
        Binding("c", "do('c')", "界 see", key_display="ç"),
        Binding("d", "do('d')", "Hidden", show=False),
        Binding("x", "do('a')", "Again"),
    ]

    def __init__(self, *, compact: bool = False) -> None:
        super().__init__()
        self.compact = compact
        self.done: list[str] = []

    def compose(self) -> ComposeResult:
        yield KeyBar(compact=self.compact)

    def action_do(self, name: str) -> None:
        self.done.append(name)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return None if parameters == ("b",) and not self.done else True


def _bar(pilot: Pilot[None]) -> KeyBar:
    return pilot.app.screen.query_one(KeyBar)


def _line(pilot: Pilot[None]) -> str:
    strip = _bar(pilot).render_line(0)
    assert strip.cell_length == pilot.app.size.width
    return strip.text


async def test_it_shows_each_action_once_and_the_palette_at_the_right() -> None:
    async with Keyed().run_test(size=(50, 5)) as pilot:
        await settle(pilot)
        line = _line(pilot)
        assert line.startswith(" a Act  b Brew  ç 界 see   ")
        assert line.endswith("▏^p palette ")
        assert "Hidden" not in line
        assert "Again" not in line


async def test_compact_keys_stand_closer() -> None:
    async with Keyed(compact=True).run_test(size=(50, 5)) as pilot:
        await settle(pilot)
        assert _line(pilot).startswith("a Act b Brew ç 界 see   ")
        assert _line(pilot).endswith("▏^p palette")


async def test_a_click_presses_the_key() -> None:
    app = Keyed()
    async with app.run_test(size=(50, 5)) as pilot:
        await settle(pilot)
        brew = _line(pilot).index("Brew")
        style = next(one.style for one in _bar(pilot).render_line(0) if "Brew" in one.text)
        assert style is not None
        assert style.dim
        await pilot.click(KeyBar, offset=(brew, 0))
        assert app.done == []  # it can do nothing yet
        await pilot.click(KeyBar, offset=(1, 0))
        await settle(pilot)
        await pilot.click(KeyBar, offset=(brew, 0))
        await settle(pilot)
        await pilot.click(KeyBar, offset=(brew + 12, 0))
        await settle(pilot)
        assert app.done == ["a", "b", "c"]
        await pilot.click(KeyBar, offset=(34, 0))  # between the keys and the palette's
        assert len(app.screen_stack) == 1
        await pilot.click(KeyBar, offset=(45, 0))
        await settle(pilot)
        assert len(app.screen_stack) == 2


async def test_the_mouse_is_told_what_a_key_does() -> None:
    async with Keyed().run_test(size=(50, 5)) as pilot:
        await settle(pilot)
        bar = _bar(pilot)
        for place, told in ((1, "What it does"), (9, "Brew"), (36, None)):
            await pilot.hover(KeyBar, offset=(place, 0))
            await settle(pilot)
            assert bar.tooltip == told
        await pilot.hover(KeyBar, offset=(1, 0))
        await pilot.hover(None, offset=(1, 1))
        await settle(pilot)
        assert bar.pointed is None


async def test_the_wheel_brings_what_has_no_room() -> None:
    async with Keyed().run_test(size=(30, 5)) as pilot:
        await settle(pilot)
        bar = _bar(pilot)
        before = _line(pilot)
        assert "see" not in before
        wheel = (0, 0, 0, 1, 0, False, False, False)
        for _ in range(9):
            bar.post_message(events.MouseScrollDown(bar, *wheel))
        await settle(pilot)
        assert "see" in _line(pilot)
        assert _line(pilot).endswith("▏^p palette ")
        for _ in range(9):
            bar.post_message(events.MouseScrollUp(bar, *wheel))
        await settle(pilot)
        assert _line(pilot) == before


async def test_a_screen_is_opened_without_reading_the_styles_again(
    app: ChunkbookApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    reparse = Stylesheet.reparse

    def watch(sheet: Stylesheet) -> None:
        read.append(sheet)
        reparse(sheet)

    monkeypatch.setattr(Stylesheet, "reparse", watch)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        read.clear()
        await press(pilot, "2", "3", "4", "1", "2")
        assert read == []
        # A screen that was open before the theme changed takes the new one when it is seen again.
        await press(pilot, "t", "1")
        assert read
        shown = app.theme_variables["background"]
        for key in "1243":
            await press(pilot, key)
            assert app.screen.styles.background.hex == shown.upper()
