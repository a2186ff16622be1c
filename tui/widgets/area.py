"""Text of several lines to write in."""

from __future__ import annotations

__all__ = ["Area"]

from textual.widgets import TextArea


class Area(TextArea):
    """A text area that shows at once how its lines are wrapped in a window of another size."""

    def on_resize(self) -> None:
        # Textual wraps anew after it has painted, and paints again only if there are more lines.
        self.refresh()
