"""What is kept from one start to the next: notebook, screen, theme, document.

A small JSON file in the person's state folder, or in the folder that `CHUNKBOOK_STATE` names. It
is a convenience: what cannot be read or written is passed over.
"""

from __future__ import annotations

__all__ = ["Place", "State", "load", "save"]

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from tui.places import state_file

KEPT: Final = 50
"""Notebooks whose place is remembered."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one was in a notebook."""

    screen: str = "notebook"
    document: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """What was last looked at, and how."""

    notebook: str = ""
    """The path of the notebook that was open last."""
    theme: str = ""
    places: dict[str, Place] = field(default_factory=dict)
    """Path of a notebook → place; the newest last."""

    def place(self, notebook: Path) -> Place:
        """Where one was in a notebook; its beginning when that is not known."""
        return self.places.get(str(notebook.resolve()), Place())

    def at(self, notebook: Path, place: Place) -> State:
        """The same, with another place in a notebook."""
        name = str(notebook.resolve())
        places = {other: known for other, known in self.places.items() if other != name}
        places[name] = place
        return replace(self, notebook=name, places=dict(list(places.items())[-KEPT:]))


def load() -> State:
    """What was kept; nothing when there is nothing, or it cannot be read."""
    try:
        raw = json.loads(state_file().read_text(encoding="utf-8"))
        places = {str(name): _place(told) for name, told in raw["places"].items()}
        return State(str(raw["notebook"]), str(raw["theme"]), places)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return State()


def save(state: State) -> None:
    """Keep it, in one step."""
    path = state_file()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        aside.write_text(json.dumps(asdict(state)), encoding="utf-8")
        aside.replace(path)


def _place(told: Any) -> Place:
    return Place(str(told["screen"]), str(told["document"]))
