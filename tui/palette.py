"""Every action that works here, for the command palette."""

from __future__ import annotations

__all__ = ["ActionProvider"]

from collections.abc import Iterator

from textual.binding import ActiveBinding
from textual.command import DiscoveryHit, Hit, Hits
from textual.system_commands import SystemCommandsProvider
from textual.types import IgnoreReturnCallbackType


class ActionProvider(SystemCommandsProvider):
    """The actions behind the keys of the screen and of what has the focus, then Textual's own.

    It is one provider because Textual asks several in an order that differs from start to start.
    """

    def _actions(self) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        seen = set()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.system or not binding.description or not active.enabled:
                continue
            if binding.action in seen:
                continue
            seen.add(binding.action)
            key = self.app.get_key_display(binding)
            said = f"{active.tooltip} ({key})" if active.tooltip else f"Key {key}"
            yield binding.description, said, self._caller(active)

    def _caller(self, active: ActiveBinding) -> IgnoreReturnCallbackType:
        async def call() -> None:
            await self.app.run_action(active.binding.action, active.node)

        return call

    async def discover(self) -> Hits:
        for title, said, call in self._actions():
            yield DiscoveryHit(title, call, help=said)
        async for hit in super().discover():
            yield hit

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for title, said, call in self._actions():
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, matcher.highlight(title), call, help=said)
        async for found in super().search(query):
            yield found
