"""Switches for what is drawn over a text."""

from __future__ import annotations

__all__ = ["SWITCHES", "LayerBar"]

from collections.abc import Iterable
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

SWITCHES: Final = {
    "headings": ("h", "headings"),
    "pages": ("a", "pages"),
    "keywords": ("w", "keywords"),
    "entities": ("e", "entities"),
}
"""Layer → its key and its name."""


class Switch(Static):
    """One layer; a click turns it on or off."""

    class Flipped(Message):
        """It was clicked."""

        def __init__(self, layer: str) -> None:
            super().__init__()
            self.layer = layer

    def __init__(self, layer: str) -> None:
        key, name = SWITCHES[layer]
        super().__init__(Content.assemble((key, "bold"), " ", name), id=f"layer-{layer}")
        self.name_of = layer

    def on_click(self) -> None:
        if not self.disabled:
            self.post_message(self.Flipped(self.name_of))


class LayerBar(Horizontal):
    """A switch for each layer; those that a text has nothing on stand back."""

    def compose(self) -> ComposeResult:
        for layer in SWITCHES:
            yield Switch(layer)

    def show(self, drawn: Iterable[str], known: Iterable[str]) -> None:
        """Say which are on, and which have anything to show."""
        on, there = set(drawn), set(known)
        for switch in self.query(Switch):
            switch.set_class(switch.name_of in on, "-on")
            switch.disabled = switch.name_of not in there
            state = "shown" if switch.name_of in on else "hidden"
            switch.tooltip = "nothing of this kind here" if switch.disabled else state
