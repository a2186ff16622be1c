"""Every key of the interface by the name of its action, and the person's own keys."""

from __future__ import annotations

__all__ = ["Action", "actions", "checked"]

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

from ops.errors import UsageError


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a key does. `name` is what a settings file calls it."""

    name: str
    keys: str
    said: str


def actions() -> list[Action]:
    """All actions with a key, by name."""
    import tui.app
    import tui.screens
    import tui.widgets

    for package in (tui.screens, tui.widgets):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    found: dict[str, Action] = {}
    for kind in _kinds(App, Screen, Widget):
        for binding in kind.__dict__.get("BINDINGS", ()):
            if isinstance(binding, Binding) and binding.id:
                said = binding.tooltip or binding.description
                found.setdefault(binding.id, Action(binding.id, binding.key, said))
    return [found[name] for name in sorted(found)]


def checked(keys: Mapping[str, str]) -> dict[str, str]:
    """A person's keys, by the names of actions that there are.

    Raises:
        UsageError: a name is not that of an action, or an action is left without a key.
    """
    known = {action.name for action in actions()}
    for name, key in keys.items():
        if name not in known:
            from ops.registry import suggest

            hint = f"{suggest(name, sorted(known))}; `chunkbook tui --keys` lists them"
            raise UsageError(f"the settings give a key to {name!r}, which is no action", hint=hint)
        if not all(part.strip() for part in key.split(",")):
            hint = 'write one or more: "f5" or "down,j"'
            raise UsageError(f"the settings give no key to {name!r}", hint=hint)
    return {name: ",".join(part.strip() for part in key.split(",")) for name, key in keys.items()}


def _kinds(*roots: type[DOMNode]) -> Iterator[type[DOMNode]]:
    seen: set[type[DOMNode]] = set()
    waiting = list(roots)
    while waiting:
        kind = waiting.pop()
        if kind in seen:
            continue
        seen.add(kind)
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("tui."):
            yield kind
