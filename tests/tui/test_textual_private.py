"""What is used of Textual's own that it does not promise: an upgrade that drops it is said here."""

from __future__ import annotations

import ast
import importlib.metadata
from pathlib import Path
from typing import Final

import pytest
import textual
from textual.app import App
from textual.screen import Screen

import tui

USED: Final = {
    "_css_update_count": "tui/app.py: a new screen is not styled twice",
    "_bindings": "tui/screens/ask.py: the keys of answers",
    "_exception": "tui/falling.py: what ended the interface",
}


@pytest.mark.parametrize("name", USED)
def test_what_is_used_is_there(name: str) -> None:
    app: App[None] = App()
    there: dict[str, tuple[object, ...]]
    there = {"_css_update_count": (app, Screen()), "_bindings": (Screen(),), "_exception": (app,)}
    version = importlib.metadata.version("textual")
    for one in there[name]:
        kind = type(one).__name__
        assert hasattr(one, name), f"Textual {version} has no {kind}.{name}; see {USED[name]}"


def test_a_screen_counts_as_styled_when_its_count_is_the_apps() -> None:
    source = Path(textual.__file__).with_name("app.py").read_text(encoding="utf-8")
    said = "Textual styles screens by another rule now; see ChunkbookApp._styled in tui/app.py"
    assert "screen._css_update_count != self._css_update_count" in source, said


def test_nothing_else_private_is_used() -> None:
    """Names with one underscore that Textual's classes have and none of ours."""
    theirs = {
        name
        for kind in (App, Screen)
        for name in {*vars(kind()), *dir(kind)}
        if name.startswith("_") and not name.startswith("__")
    }
    found = {}
    for path in sorted(Path(tui.__file__).parent.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        ours = {
            *(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)),
            *(
                node.attr
                for node in ast.walk(tree)
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
                if isinstance(node.value, ast.Name) and node.value.id == "self"
            ),
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in theirs - ours:
                if isinstance(node.value, ast.Name) and node.value.id in modules:  # os._exit
                    continue
                found[node.attr] = path.name
    assert set(found) <= set(USED), found
