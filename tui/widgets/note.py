"""A note between cells, drawn as lines. Pure."""

from __future__ import annotations

__all__ = ["note"]

from functools import lru_cache

from textual.content import Content

from tui.widgets.plain import TAB, visible
from tui.widgets.wrap import wrap


@lru_cache(maxsize=512)
def note(text: str, width: int) -> list[Content]:
    """The note's text; headings and bullets of its Markdown are set, the rest is plain."""
    lines: list[Content] = []
    for said, style in _blocks(text):
        rows = wrap(said, width)
        for row in range(len(rows)):
            start, end = rows.span(row)
            lines.append(Content.styled(said[start:end].rstrip(), style))
    return lines or [Content.styled("an empty note", "$faint")]


def _blocks(text: str) -> list[tuple[str, str]]:
    """Paragraphs are joined to one line each, so that they wrap to the width there is."""
    blocks: list[tuple[str, str]] = []
    paragraph: list[str] = []

    def close() -> None:
        if paragraph:
            blocks.append((" ".join(paragraph), "$quiet"))
            paragraph.clear()

    for line in visible(text).expandtabs(len(TAB)).strip().splitlines():
        said = line.strip()
        if said.startswith("#"):
            close()
            blocks.append((said.lstrip("#").strip(), "bold $foreground"))
        elif said[:2] in ("- ", "* "):
            close()
            blocks.append((f"• {said[2:]}", "$quiet"))
        elif said:
            paragraph.append(said)
        else:
            close()
    close()
    return blocks
