"""What hangs on slides and sheets: the words of charts, and comments."""

from __future__ import annotations

__all__ = ["cell_comments", "chart_words", "slide_comments", "unseen"]

from collections.abc import Iterator
from typing import Any, Final

from ops.load.formats.office import related
from ops.load.parsed import one_line

C: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P: Final = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
S: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
MODERN: Final = "{http://schemas.microsoft.com/office/powerpoint/2018/8/main}"
THREADED: Final = "{http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments}"
STAND_IN: Final = "[Threaded comment]"
"""How the note begins that newer programs write beside a conversation, for older ones."""


def chart_words(part: Any) -> tuple[list[str], list[str]]:
    """The titles of a chart and its axes, and the names of its series and categories, each once."""
    root = _root(part)
    titles = dict.fromkeys(_words(title, A + "t") for title in _outer(root, C + "title"))
    names = dict.fromkeys(
        one_line(value.text or "")
        for kind in (C + "tx", C + "cat")
        for each in _outer(root, kind)
        for value in each.iter(C + "v")
    )
    return [title for title in titles if title], [name for name in names if name]


def unseen(parts: list[Any], seen: set[str]) -> list[Any]:
    """Those that are not among these names, which they are from now on: a package may name a part
    any number of times, and what is read once costs no more than its size."""
    fresh = [part for part in dict.fromkeys(parts) if part.partname not in seen]
    seen.update(part.partname for part in fresh)
    return fresh


def slide_comments(slide: Any, seen: set[str]) -> Iterator[str]:
    """Each comment on a slide and each reply, in one line: of either kind that programs write."""
    for part in unseen(related(slide, "comments"), seen):
        for element in _outer(_root(part), P + "text", MODERN + "txBody"):
            said = one_line(element.text or "") if element.tag == P + "text" else ""
            if said := said or _words(element, A + "t"):
                yield said


def cell_comments(sheet: Any, seen: set[str]) -> Iterator[str]:
    """The place of each comment on a sheet with what it says, in one line."""
    for kind, tag, text in (
        ("comments", S + "comment", S + "t"),
        ("threadedComment", THREADED + "threadedComment", THREADED + "text"),
    ):
        for part in unseen(related(sheet, kind), seen):
            for comment in _outer(_root(part), tag):
                said = _words(comment, text)
                if said and not said.startswith(STAND_IN):
                    yield f"{one_line(comment.get('ref', ''))}: {said}"


def _outer(parent: Any, *tags: str) -> Iterator[Any]:
    """Elements of these kinds that do not lie in each other, so that no text is read twice."""
    for child in parent:
        if child.tag in tags:
            yield child
        elif isinstance(child.tag, str):
            yield from _outer(child, *tags)


def _words(element: Any, tag: str) -> str:
    return one_line("".join(each.text or "" for each in element.iter(tag)))


def _root(part: Any) -> Any:
    from docx.oxml.parser import parse_xml

    return parse_xml(part.blob)
