"""Nodes of an HTML tree: which are shown, and their plain text."""

from __future__ import annotations

__all__ = [
    "BLOCKS",
    "HEADINGS",
    "LINES",
    "children",
    "flat",
    "number",
    "short",
    "shows",
    "verbatim",
]

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from ops.load.formats.layout import spaced
from ops.load.parsed import MAX_HEADING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


DROPPED = _names(
    "head script style template noscript iframe object svg canvas audio video datalist"
    " annotation annotation-xml"
)
"""Not text, or not shown where everything works."""
BLOCKS = _names(
    "p ul ol dl table pre blockquote hr section article header footer nav main aside figure form"
    " fieldset address details h1 h2 h3 h4 h5 h6"
)
LINES = _names("div li tr td th dt dd caption figcaption summary legend option center body")
HEADINGS = _names("h1 h2 h3 h4 h5 h6")
PERMALINKS = frozenset("¶#§🔗")

HIDDEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)\b", re.IGNORECASE)
BLANK_START = re.compile(r"(?:[^\S\n]*\n)+")


def children(node: LexborNode) -> Iterator[LexborNode]:
    """Its children, text and comments too."""
    child = node.child
    while child is not None:
        yield child
        child = child.next


def shows(node: LexborNode) -> bool:
    """Whether an element is visible, as far as it says so itself."""
    tag = node.tag
    if tag in DROPPED or tag == "-comment":
        return False
    attributes = node.attributes
    if not attributes:
        return True
    if "hidden" in attributes or HIDDEN.search(attributes.get("style") or ""):
        return False
    # The sign behind a heading that links to it.
    parent = node.parent
    return not (
        tag == "a"
        and parent is not None
        and parent.tag in HEADINGS
        and (node.text(deep=True) or "").strip() in PERMALINKS
    )


def flat(node: LexborNode) -> str:
    """The visible text of a node in one line."""
    return spaced("".join(_pieces(node, flat=True)))


def short(node: LexborNode) -> str | None:
    """The visible text of a node in one line, if it is as short as a heading may be."""
    pieces = list(islice(_pieces(node, flat=True), MAX_HEADING))
    text = spaced("".join(pieces))
    return text if len(pieces) < MAX_HEADING and len(text) <= MAX_HEADING else None


def verbatim(node: LexborNode) -> str:
    """The visible text of a node as it stands, without blank lines before it."""
    text = "".join(_pieces(node, flat=False))
    found = BLANK_START.match(text)
    return text[found.end() :] if found else text


def number(node: LexborNode, attribute: str, default: int) -> int:
    """An attribute's whole number, or the default where it is none."""
    value = node.attributes.get(attribute) or ""
    return int(value) if re.fullmatch(r"-?\d{1,9}", value) else default


def _pieces(node: LexborNode, *, flat: bool) -> Iterator[str]:
    todo: list[LexborNode | str] = list(reversed(list(children(node))))
    while todo:
        each = todo.pop()
        if isinstance(each, str):
            yield each
        elif each.tag == "-text":
            yield each.text_content or ""
        elif each.tag == "br":
            yield " " if flat else "\n"
        elif shows(each):
            if flat and (each.tag in BLOCKS or each.tag in LINES):
                yield " "
                todo.append(" ")
            todo.extend(reversed(list(children(each))))
