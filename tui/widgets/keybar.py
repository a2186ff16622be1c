"""The bottom line: the keys that do something here."""

from __future__ import annotations

__all__ = ["KeyBar"]

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import ActiveBinding, Binding
from textual.dom import DOMNode
from textual.reactive import reactive
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

STEP: Final = 8
"""Cells by which the wheel moves."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key, what it does, and whether it can do so now."""

    key: str
    shown: str
    said: str
    tooltip: str
    enabled: bool


@cache
def _names(kind: type[DOMNode]) -> tuple[str, ...]:
    """The actions of a kind of node by their names, as they are declared."""
    declared = (
        each for base in reversed(kind.__mro__) for each in base.__dict__.get("BINDINGS", ())
    )
    return tuple(each.id for each in declared if isinstance(each, Binding) and each.id)


def _in_order(active: Iterable[ActiveBinding]) -> list[ActiveBinding]:
    """As they are declared: a person's own key stands where the program's stood."""
    every = list(active)
    nodes: dict[DOMNode, int] = {}
    for one in every:
        nodes.setdefault(one.node, len(nodes))

    def place(one: ActiveBinding) -> tuple[int, int]:
        names = _names(type(one.node))
        name = one.binding.id
        return nodes[one.node], names.index(name) if name in names else len(names)

    return sorted(every, key=place)


class KeyBar(Widget):
    """Keys in one line, drawn as such; the command palette's stands at the right.

    Textual's footer is a widget a key, and makes all of them anew with every change of focus: half
    of the time in which a screen opens.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "keys--key",
        "keys--said",
        "keys--pointed",
        "keys--off",
        "keys--rule",
    }

    keys: reactive[tuple[Key, ...]] = reactive((), init=False)
    pointed: reactive[Key | None] = reactive(None, init=False)
    """The key that the mouse is on."""
    skipped: reactive[int] = reactive(0, init=False)
    """Cells left out at the left, where there is no room for all: the wheel moves them."""

    def __init__(self, *, compact: bool = False) -> None:
        super().__init__()
        self.compact = compact
        self.palette: Key | None = None

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def on_unmount(self) -> None:
        self.screen.bindings_updated_signal.unsubscribe(self)

    def _changed(self, screen: Screen[object]) -> None:
        if not (self.app.app_focus and self.is_attached and screen is self.screen):
            return
        found: dict[str, Key] = {}
        palette = None
        for _, binding, enabled, tooltip in _in_order(screen.active_bindings.values()):
            if binding.show:
                found.setdefault(binding.action, self._key(binding, enabled, tooltip))
            if binding.key == self.app.COMMAND_PALETTE_BINDING:
                palette = self._key(binding, enabled, binding.tooltip)
        if palette != self.palette:
            self.palette = palette
            self.refresh()
        self.keys = tuple(found.values())

    def _key(self, binding: Binding, enabled: bool, tooltip: str) -> Key:
        shown, said = self.app.get_key_display(binding), binding.description
        return Key(binding.key, shown, said, tooltip or said, enabled)

    def _texts(self, key: Key) -> tuple[str, str, str]:
        """What is drawn of a key, of what it does, and behind them."""
        if self._tight(key):
            said = f" {key.said}" if key.said else ""
            return key.shown, said, "" if self.compact and key is self.palette else " "
        return f" {key.shown} ", f"{key.said} " if key.said else "", ""

    def _tight(self, key: Key) -> bool:
        return self.compact or key is self.palette

    def _wide(self, key: Key) -> int:
        return sum(map(cell_len, self._texts(key)))

    def _at(self, x: int) -> Key | None:
        """The key that is drawn at a cell."""
        if self.palette is not None and x >= self.size.width - self._wide(self.palette) - 1:
            return self.palette
        end = -self.skipped
        for key in self.keys:
            end += self._wide(key)
            if x < end:
                return key
        return None

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        drawn = Strip([segment for key in self.keys for segment in self._drawn(key)])
        line = drawn.crop(self.skipped).adjust_cell_length(width, self._blank)
        if self.palette is None:
            return line
        rule = self.get_component_rich_style("keys--rule")
        last = Strip([Segment("▏", rule), *self._drawn(self.palette)])
        return Strip.join([line.crop(0, max(width - last.cell_length, 0)), last]).crop(0, width)

    @property
    def _blank(self) -> Style:
        return Style(bgcolor=self.rich_style.bgcolor)

    def _drawn(self, key: Key) -> Iterator[Segment]:
        over = ["keys--pointed"] if key == self.pointed else []
        if not key.enabled:
            over.append("keys--off")
        shown, said, after = self._texts(key)
        for text, name in ((shown, "keys--key"), (said, "keys--said")):
            parts = [self.get_component_rich_style(one, partial=True) for one in (name, *over)]
            yield Segment(text, sum(parts, start=self.rich_style))
        yield Segment(after, self._blank)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        key = self._at(event.x)
        if key is not None and key.enabled:
            self.app.simulate_key(key.key)
        elif key is not None:
            self.app.bell()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self.pointed = self._at(event.x)

    def on_leave(self) -> None:
        self.pointed = None

    def watch_pointed(self, key: Key | None) -> None:
        self.tooltip = key.tooltip if key is not None else None

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        beyond = sum(map(self._wide, self.keys)) - self.size.width
        if self.palette is not None:
            beyond += self._wide(self.palette) + 1
        self.skipped = min(self.skipped + STEP, max(beyond, self.skipped))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.skipped = max(self.skipped - STEP, 0)
