"""A note between cells."""

from __future__ import annotations

__all__ = ["NoteCard"]

from textual.content import Content
from textual.widgets import Static

from pipelines.model import Note
from tui.widgets.plain import visible


class NoteCard(Static):
    """The note's text; headings and bullets of its Markdown are set, the rest is plain."""

    def __init__(self, note: Note) -> None:
        super().__init__(_set(note.text))


def _set(text: str) -> Content:
    """Paragraphs are joined to one line each, so that they wrap to the width there is."""
    blocks: list[Content] = []
    paragraph: list[str] = []

    def close() -> None:
        if paragraph:
            blocks.append(Content(" ".join(paragraph)))
            paragraph.clear()

    for line in visible(text).strip().splitlines():
        said = line.strip()
        if said.startswith("#"):
            close()
            blocks.append(Content.styled(said.lstrip("#").strip(), "bold $foreground"))
        elif said[:2] in ("- ", "* "):
            close()
            blocks.append(Content(f"• {said[2:]}"))
        elif said:
            paragraph.append(said)
        else:
            close()
    close()
    return Content("\n").join(blocks)
