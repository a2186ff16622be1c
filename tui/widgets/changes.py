"""The differences between two runs as rows, and one of them in full. Pure."""

from __future__ import annotations

__all__ = ["Placed", "change_rows", "changes_of", "told_change"]

from collections.abc import Sequence
from typing import Final, TypeAlias

from textual.content import Content

from pipelines.diff import Change, DocumentDiff, RunDiff
from pipelines.diff.changes import Chunk
from tui.widgets.plain import one_line, plain
from tui.widgets.table import Row

Placed: TypeAlias = tuple[DocumentDiff, Change]
SIGNS: Final = {
    "added": "+ added",
    "removed": "- removed",
    "recut": "| re-cut",
    "reworded": "~ worded",
}
LONG: Final = 4_000
"""Characters of a chunk that are shown."""


def changes_of(found: RunDiff) -> list[Placed]:
    """Every change with its document, by segmenter, document and place."""
    return [
        (document, change)
        for cell in found.cells
        for document in cell.documents
        for change in document.changes
    ]


def change_rows(changes: Sequence[Placed]) -> list[Row]:
    """A row for each; its key is its place."""
    return [
        Row(
            str(number),
            (
                SIGNS[change.kind],
                one_line(document.uri, 120),
                one_line((change.after or change.before)[0].text, 300),
            ),
        )
        for number, (document, change) in enumerate(changes)
    ]


def told_change(placed: Placed) -> Content:
    """The chunks before and after."""
    document, change = placed
    parts: list[Content] = [plain(one_line(document.uri, 200), "bold")]
    for name, style, chunks in (
        ("before", "$error", change.before),
        ("after", "$success", change.after),
    ):
        parts += [_chunk(name, style, chunk) for chunk in chunks]
    return Content("\n").join(parts)


def _chunk(name: str, style: str, chunk: Chunk) -> Content:
    head = f"{name} {chunk.start:,} – {chunk.end:,}"
    parts: list[str | Content | tuple[str, str]] = [(head, style)]
    if chunk.title:
        parts.append((f" {one_line(chunk.title, 120)}", "bold"))
    parts += ["\n", plain(chunk.text[:LONG])]
    if chunk.derived:
        parts += ["\n", ("stands for it: ", "$quiet"), plain(chunk.derived[:LONG])]
    return Content.assemble(*parts)
