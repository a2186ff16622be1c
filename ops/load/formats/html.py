"""HTML: what a reader sees, laid out in blocks."""

from __future__ import annotations

__all__ = ["page", "parse_html", "parse_xhtml"]

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ops.errors import DocumentError
from ops.load.formats.decode import decode
from ops.load.formats.html_nodes import (
    BLOCKS,
    HEADINGS,
    LINES,
    children,
    flat,
    number,
    short,
    shows,
    verbatim,
)
from ops.load.formats.html_tables import is_layout, rows
from ops.load.formats.layout import Layout
from ops.load.parsed import Blob, Parsed, first_heading, one_line

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode


XML_CHARSET = re.compile(rb"""\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)""")
VOID = "area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr"
CLOSED = re.compile(rf"<(?!(?:{VOID})[\s/])([A-Za-z][\w:.-]*)((?:\s[^<>]*)?)/>")
"""An element that ends where it begins; in HTML, without the X, it would go on."""
DOCTYPE = re.compile("<!DOCTYPE", re.IGNORECASE)
SUBSET = re.compile(r"[^\[>]*\[[^\]]*\]\s*>")
"""What follows where a document type has declarations of its own, which HTML does not know."""
CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
LANGUAGE = re.compile(r"\b(?:language|lang|highlight-source|highlight|brush:?)[- ](\w[\w+#-]*)")
DECLARED = ("author", "description", "keywords", "date")


def parse_html(blob: Blob) -> list[Parsed]:
    """The visible text of an HTML file.

    Blocks are set apart by blank lines, list items have their bullet or number, a row of a table is
    a line with its cells apart by ` | `; tables that only lay out a page are read as blocks.
    Preformatted text is kept as it is.

    Raises:
        DocumentError: bytes that are not in the encoding it declares (UTF-8 without any).
    """
    return [page(blob.name, decode(blob, _declared_encoding(_charset(blob))))]


def parse_xhtml(blob: Blob) -> list[Parsed]:
    """The visible text of an XHTML file, as `parse_html` has it.

    Raises:
        DocumentError: bytes that are not in the encoding it declares (UTF-8 without any).
    """
    text = decode(blob, _declared_encoding(XML_CHARSET.match(blob.raw) or _charset(blob)))
    kind = DOCTYPE.search(text)
    if kind and (own := SUBSET.match(text, kind.end())):
        text = text[: kind.start()] + text[own.end() :]
    return [page(blob.name, CLOSED.sub(r"<\1\2></\1>", text))]


def page(name: str, markup: str) -> Parsed:
    """The visible text of HTML that is text already.

    Raises:
        DocumentError: there is none in it.
    """
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(markup)
    if tree.root is None:
        raise DocumentError(f"{name} has no HTML in it", hint="leave it out with `exclude`")
    shown = _Page()
    shown.lay_out(tree.root)
    text = shown.layout.text()
    spans = shown.layout.spans
    named = tree.css_first("head title")
    title = one_line(named.text(deep=True)) if named is not None else ""
    return Parsed(
        text,
        "html",
        title=title or first_heading(spans),
        spans=spans,
        metadata=list(_metadata(tree.root)),
    )


class _Page:
    """Walks the tree, without recursion, since it may be as deep as its author likes."""

    def __init__(self) -> None:
        self.layout = Layout()
        self._lists: list[int | None] = []

    def lay_out(self, root: LexborNode) -> None:
        """Tell the layout everything that is visible below a node."""
        todo = [(root, False)]
        while todo:
            node, leaving = todo.pop()
            if leaving:
                self._leave(node)
            elif node.tag == "-text":
                self.layout.words(node.text_content or "")
            elif self._enter(node):
                todo.append((node, True))
                todo.extend((child, False) for child in reversed(list(children(node))))

    def _enter(self, node: LexborNode) -> bool:
        """Whether its children come next."""
        tag, layout = node.tag, self.layout
        if tag == "br":
            layout.line_break()
        if not shows(node):
            return False
        if tag in BLOCKS and not (self._lists and tag in ("ul", "ol")):
            layout.block()
        elif tag in BLOCKS or tag in LINES:
            layout.line()
        if tag in HEADINGS:
            words = short(node)
            if words is None:  # one that was never closed
                return True
            layout.open("heading", int(tag[1]))
            layout.words(words)
            layout.close()
            layout.block()
            return False
        if tag == "pre":
            layout.open("code", label=_language(node))
            layout.verbatim(verbatim(node))
            layout.close()
            layout.block()
            return False
        elif tag == "table" and not is_layout(node):
            self._table(node)
            return False
        elif tag in ("ul", "ol"):
            if not self._lists:
                layout.open("list")
            self._lists.append(number(node, "start", 1) if tag == "ol" else None)
        elif tag == "li":
            self._item(node)
        return True

    def _leave(self, node: LexborNode) -> None:
        tag, layout = node.tag, self.layout
        if tag in ("ul", "ol"):
            self._lists.pop()
            if not self._lists:
                layout.close()
        elif tag == "li":
            layout.bullet("")
        if tag in BLOCKS and not self._lists:
            layout.block()
        elif tag in BLOCKS or tag in LINES:
            layout.line()

    def _item(self, node: LexborNode) -> None:
        indent = "  " * (len(self._lists) - 1)
        count = self._lists[-1] if self._lists else None
        if count is None:
            self.layout.bullet(indent + "- ")
            return
        count = number(node, "value", count)
        self.layout.bullet(f"{indent}{count}. ")
        self._lists[-1] = count + 1

    def _table(self, table: LexborNode) -> None:
        layout = self.layout
        for caption in table.css("caption"):
            layout.words(flat(caption))
            layout.line()
        layout.open("table")
        for row in rows(table):
            layout.row(row)
        layout.close()
        layout.block()


def _language(pre: LexborNode) -> str:
    """As highlighters write it into the class of the block, its code or its wrapper."""
    code = pre.css_first("code")
    for node in (code, pre, pre.parent, pre.parent.parent if pre.parent else None):
        if node is None or not node.attributes:
            continue
        if found := LANGUAGE.search(node.attributes.get("class") or ""):
            return found[1]
    return ""


def _charset(blob: Blob) -> re.Match[bytes] | None:
    return CHARSET.search(blob.raw[:1024])


def _declared_encoding(found: re.Match[bytes] | None) -> str:
    if found is None:
        return "utf-8"
    label = found[1].decode().lower()
    if label in ("iso-8859-1", "latin1", "us-ascii", "ascii"):
        label = "windows-1252"  # what browsers read these as (WHATWG Encoding Standard, 4.2)
    try:
        b"<html>".decode(label)
    except (LookupError, UnicodeDecodeError):
        return "utf-8"
    # A file whose declaration can be read byte by byte is not UTF-16, whatever that says.
    return "utf-8" if label.startswith("utf-16") else label


def _metadata(root: LexborNode) -> Iterator[tuple[str, str]]:
    language = root.attributes.get("lang")
    if language:
        yield "language", language
    for meta in root.css("head meta[name][content]"):
        key = (meta.attributes.get("name") or "").lower()
        value = one_line(meta.attributes.get("content") or "")
        if key in DECLARED and value:
            yield key, value
