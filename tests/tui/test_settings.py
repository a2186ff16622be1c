"""Settings, own keys, and what is kept from start to start."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from ops.errors import UsageError
from tests.tui.pilots import press, settle, shows, text_of
from tui import keymap, settings, state
from tui.app import ChunkbookApp
from tui.commands.tui import tui
from tui.places import settings_file, state_file
from tui.screens.help import HelpScreen
from tui.screens.source import SourceScreen
from tui.settings import Settings
from tui.state import Place, State


def test_without_a_file_the_defaults_hold() -> None:
    assert settings.load() == Settings.model_validate({})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("them = 'dark'", "them"),
        ("theme = 'pink'", "theme"),
        ("theme = ", "cannot be read"),
        ("[keys]\nhelp = 3", "keys.help"),
    ],
)
def test_a_wrong_file_says_where(text: str, said: str) -> None:
    settings_file().write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        settings.load()


def test_every_action_has_a_name_of_its_own() -> None:
    found = {action.name: action for action in keymap.actions()}
    assert {"help", "quit", "go.chunks", "source.find", "table.down", "compare.next"} <= set(found)
    assert all(action.keys and action.said for action in found.values())


def test_own_keys_are_checked() -> None:
    assert keymap.checked({"help": "f1, h"}) == {"help": "f1,h"}
    with pytest.raises(UsageError, match="no action"):
        keymap.checked({"hepl": "f1"})
    with pytest.raises(UsageError, match="no key"):
        keymap.checked({"help": ""})


def test_the_actions_are_listed() -> None:
    ran = CliRunner().invoke(tui, ["--keys"])
    assert ran.exit_code == 0
    assert "source.find" in ran.output


async def test_own_keys_and_theme_are_used(made_policies: Path) -> None:
    told = {"theme": "contrast", "keys": {"help": "f1", "go.source": "f9"}}
    app = ChunkbookApp(made_policies, settings=Settings.model_validate(told))
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        assert app.theme == "chunkbook-contrast"
        # A key of one's own stands where the program's stood: at the beginning.
        assert text_of(app).splitlines()[-1].split()[:2] == ["f1", "Help"]
        await press(pilot, "question_mark")
        assert not shows(app, HelpScreen)
        await press(pilot, "f1")
        assert shows(app, HelpScreen)
        await press(pilot, "escape", "f9")
        assert shows(app, SourceScreen)


async def test_a_wrong_key_is_told_and_ends_nothing(made_policies: Path) -> None:
    app = ChunkbookApp(made_policies, settings=Settings.model_validate({"keys": {"x.y": "f1"}}))
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        assert "no action" in text_of(app)
        await press(pilot, "escape", "3")
        assert shows(app, SourceScreen)


async def test_chunks_differ_in_brightness_without_colours(
    made_policies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = ChunkbookApp(made_policies)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        for theme in ("chunkbook-dark", "chunkbook-light"):
            app.theme = theme
            colours = app.get_css_variables()
            odd, even = (int(colours[f"chunk-{name}"][1:3], 16) for name in ("odd", "even"))
            assert abs(odd - even) > 15


def test_a_place_is_kept_by_notebook(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    kept = State().at(one, Place("source", "d1")).at(two, Place("chunks"))
    state.save(kept)
    assert state.load() == kept
    assert state.load().place(one) == Place("source", "d1")
    assert state.load().notebook == str(two.resolve())


@pytest.mark.parametrize("text", ["", "{", "[]", '{"notebook": 1}', '{"places": {"a": 3}}'])
def test_a_ruined_file_is_passed_over(text: str) -> None:
    state_file().parent.mkdir(parents=True)
    state_file().write_text(text, encoding="utf-8")
    assert state.load() == State()
