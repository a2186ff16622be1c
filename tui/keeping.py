"""What the interface brings along and keeps: settings, keys, the last place, shades of grey."""

from __future__ import annotations

__all__ = ["KeepingApp"]

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from textual.app import App
from textual.binding import Binding

from tui.screens.export import ExportScreen, View
from tui.state import Place, load, save
from tui.themes import DEFAULT, THEMES

if TYPE_CHECKING:
    from tui.settings import Settings

GREYS: Final = {
    True: {
        "chunk-odd": "#262626",
        "chunk-even": "#3f3f3f",
        "chunk-overlap": "#5f5f5f",
        "chunk-selected": "#d0d0d0",
        "chunk-selected-text": "#000000",
    },
    False: {
        "chunk-odd": "#e6e6e6",
        "chunk-even": "#cfcfcf",
        "chunk-overlap": "#b0b0b0",
        "chunk-selected": "#303030",
        "chunk-selected-text": "#ffffff",
    },
}
"""Dark theme or not → colours of chunks that differ when only their brightness is left."""


class KeepingApp(App[None]):
    """Begins where one left off, with the person's own keys."""

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__()
        self.settings = settings
        restores = settings is None or settings.restore
        self._restores = restores
        self._kept = load()
        self._place = Place()
        self._opened: Path | None = None
        for theme in THEMES:
            self.register_theme(theme)
        names = {theme.name for theme in THEMES}
        named = f"chunkbook-{settings.theme}" if settings and settings.theme else ""
        wanted = named or (self._kept.theme if restores else "")
        self.theme = wanted if wanted in names else DEFAULT

    def get_css_variables(self) -> dict[str, str]:
        """The theme's, with chunks told apart by brightness where there is no colour."""
        variables = super().get_css_variables()
        return variables | GREYS[self.current_theme.dark] if self.no_color else variables

    def use_own_keys(self) -> None:
        """Put the keys of the settings file in place; call it from a worker, for it imports all.

        Raises:
            UsageError: they name an action that there is not.
        """
        if self.settings is not None and self.settings.keys:
            from tui.keymap import checked

            keys = checked(self.settings.keys)
            self.call_from_thread(self.set_keymap, keys)

    def handle_bindings_clash(self, clashed_bindings: set[Binding], node: Any) -> None:
        """Say which actions lost their keys to the person's own."""
        names = ", ".join(sorted(binding.description for binding in clashed_bindings))
        said = f"Your keys take those of: {names}"
        self.notify(said, severity="warning", markup=False)

    def resumed(self, found: list[Path]) -> list[Path]:
        """Of the notebooks found, the one that was open last, if it is among them."""
        if not self._restores:
            return found
        last = [path for path in found if str(path.resolve()) == self._kept.notebook]
        return last or found

    def open_at(self, notebook: Path) -> None:
        """Take up the place in a notebook where one left it."""
        self._opened = notebook
        self._place = self._kept.place(notebook) if self._restores else Place()

    def resume(self, screens: Collection[str]) -> str:
        """The screen to begin with."""
        if self._place.screen not in screens:
            self._place = replace(self._place, screen="notebook")
        self._keep()
        return self._place.screen

    @property
    def document(self) -> str:
        """The document that is, or was last, looked at; "" for none."""
        return self._place.document

    def at_document(self, doc_id: str) -> None:
        """Remember which document is looked at."""
        self._place = replace(self._place, document=doc_id)

    def at_screen(self, mode: str) -> None:
        """Remember which screen is looked at."""
        self._place = replace(self._place, screen=mode)
        self._keep()

    def _keep(self) -> None:
        self._kept = replace(self._kept, theme=self.theme)
        if self._opened is not None:
            self._kept = self._kept.at(self._opened, self._place)
            save(self._kept)

    def on_unmount(self) -> None:
        self._keep()

    def action_export(self) -> None:
        """Write what is shown into a file."""
        screen = self.screen
        if screen.is_modal:
            return
        view = getattr(screen, "exported", None)
        name, rows = view() if view is not None else ("view", None)
        picture = self.export_screenshot()
        self.push_screen(ExportScreen(View(name, rows, picture), Path.cwd()))
