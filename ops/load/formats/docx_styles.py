"""What the styles and numbering of a Word document say about its paragraphs."""

from __future__ import annotations

__all__ = ["Numbering", "Style", "Styles"]

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
"""Built-in styles have these names in every language of the program."""

CODE = re.compile(r"(?:source )?code(?: block| text)?|html preformatted|verbatim", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Style:
    """How a paragraph takes part in the document's structure."""

    level: int = 0
    """Of a heading, from 1; else 0."""
    is_title: bool = False
    is_code: bool = False
    list_id: str = ""
    list_level: int = 0


class Styles:
    """Paragraph styles, each with what it inherits (ECMA-376 part 1, 17.7.4.3)."""

    def __init__(self, document: Any) -> None:
        elements = document.styles.element.findall(W + "style")
        self._elements = {each.get(W + "styleId"): each for each in elements}
        self._default = next(
            (
                each.get(W + "styleId")
                for each in elements
                if each.get(W + "default") in ("1", "true") and each.get(W + "type") == "paragraph"
            ),
            None,
        )
        self._known: dict[str | None, Style] = {}

    def of(self, paragraph: Any) -> Style:
        """The style of a paragraph, with what the paragraph itself changes."""
        properties = paragraph.find(W + "pPr")
        if properties is None:
            return self._named(self._default)
        return _with(self._named(_value(properties, "pStyle") or self._default), properties)

    def _named(self, identifier: str | None) -> Style:
        if identifier not in self._known:
            self._known[identifier] = Style()  # ends a circle of styles
            self._known[identifier] = self._read(identifier)
        return self._known[identifier]

    def _read(self, identifier: str | None) -> Style:
        element = self._elements.get(identifier)
        if element is None:
            return Style()
        above = _value(element, "basedOn")
        style = replace(self._named(above), is_title=False) if above else Style()
        name = _value(element, "name")
        if found := HEADING.fullmatch(name):
            style = replace(style, level=int(found[1]))
        elif name.lower() == "title":
            style = replace(style, level=1, is_title=True)
        elif CODE.fullmatch(name):
            style = replace(style, level=0, is_code=True)
        properties = element.find(W + "pPr")
        return style if properties is None else _with(style, properties)


class Numbering:
    """Bullets and numbers of list items, counted as they are met (ECMA-376 part 1, 17.9)."""

    def __init__(self, document: Any) -> None:
        self._formats: dict[tuple[str, int], str] = {}
        self._counts: dict[str, defaultdict[int, int]] = {}
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError):  # it has no lists
            return
        formats = {
            abstract.get(W + "abstractNumId"): {
                int(level.get(W + "ilvl", "0")): _value(level, "numFmt")
                for level in abstract.findall(W + "lvl")
            }
            for abstract in root.findall(W + "abstractNum")
        }
        for number in root.findall(W + "num"):
            for level, kind in formats.get(_value(number, "abstractNumId"), {}).items():
                self._formats[number.get(W + "numId"), level] = kind

    def mark(self, paragraph: Any, style: Style) -> str:
        """What goes before the words of a list item; empty when it is none.

        Letters and Roman numbers are shown as digits, and no number repeats those above it.
        """
        kind = self._formats.get((style.list_id, style.list_level))
        if kind is None or style.level:
            return ""
        indent = "  " * style.list_level
        if kind in ("bullet", "none", ""):
            return indent + "- "
        counts = self._counts.setdefault(style.list_id, defaultdict(int))
        counts[style.list_level] += 1
        for deeper in [level for level in counts if level > style.list_level]:
            del counts[deeper]
        return f"{indent}{counts[style.list_level]}. "


def _with(style: Style, properties: Any) -> Style:
    outline = _value(properties, "outlineLvl")
    if outline.isdecimal():
        style = replace(style, level=int(outline) + 1 if int(outline) < 9 else 0)
    numbers = properties.find(W + "numPr")
    if numbers is not None:
        identifier, level = _value(numbers, "numId"), _value(numbers, "ilvl")
        style = replace(
            style,
            list_id=identifier or style.list_id,
            list_level=int(level) if level.isdecimal() else style.list_level,
        )
    return style


def _value(parent: Any, name: str) -> str:
    child = parent.find(W + name)
    return "" if child is None else str(child.get(W + "val", ""))
