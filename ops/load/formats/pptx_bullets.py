"""Which paragraphs of a slide are list items, and with what mark."""

from __future__ import annotations

__all__ = ["Bullets"]

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from ops.load.formats.pptx_names import A, P, placeholder

LISTED = ("obj", "body")
"""Placeholders whose paragraphs have bullets, unless their layout takes them away."""


class Bullets:
    """Marks of the paragraphs of a slide, with what its layout says (ECMA-376 part 1, 21.1.2.4).

    The master is not asked: in every design that comes with the program, and in all made from one,
    it gives bullets to text and objects, and none to other boxes.
    """

    def __init__(self, layout: Iterable[Any]) -> None:
        self._layout = {placeholder(shape)[1]: shape for shape in layout}

    def of(self, shape: Any) -> Callable[[Any], str]:
        """The function from a paragraph of this box to its mark, called in their order."""
        kind, number = placeholder(shape)
        styles = [
            each.find(f"{P}txBody/{A}lstStyle")
            for each in (shape, self._layout.get(number) if kind else None)
            if each is not None
        ]
        counts: defaultdict[int, int] = defaultdict(int)

        def mark(paragraph: Any) -> str:
            own = paragraph.find(A + "pPr")
            level = _number(own, "lvl", 0)
            inherited = [
                None if style is None else style.find(f"{A}lvl{level + 1}pPr") for style in styles
            ]
            bullet = next(
                (found for each in (own, *inherited) if (found := _bullet(each)) is not None), None
            )
            for deeper in [each for each in counts if each > level]:
                del counts[deeper]
            name = bullet.tag if bullet is not None else "buChar" if kind in LISTED else "buNone"
            if name.endswith("buAutoNum"):
                counts[level] += 1
                first = _number(bullet, "startAt", 1)
                return f"{'  ' * level}{first + counts[level] - 1}. "
            counts.pop(level, None)
            return "" if name.endswith("buNone") else "  " * level + "- "

        return mark


def _bullet(properties: Any) -> Any:
    if properties is None:
        return None
    tags = (A + "buNone", A + "buChar", A + "buAutoNum", A + "buBlip")
    return next((child for child in properties if child.tag in tags), None)


def _number(element: Any, name: str, default: int) -> int:
    value = "" if element is None else element.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 9 else default
