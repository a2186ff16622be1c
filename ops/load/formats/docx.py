"""Word documents (DOCX), laid out in blocks."""

from __future__ import annotations

__all__ = ["parse_docx"]

from collections.abc import Iterator
from itertools import chain
from typing import Any

from ops.load.formats.docx_styles import Numbering, Styles
from ops.load.formats.layout import Layout
from ops.load.formats.office import declared, opened, reading, related
from ops.load.parsed import Blob, Parsed, first_heading, one_line

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"

PASSED_OVER = frozenset(
    {W + "del", W + "moveFrom", W + "pPr", W + "rPr", W + "instrText", FALLBACK, W + "txbxContent"}
)
"""Deleted text, properties, field codes, and what is read elsewhere."""
WRAPPERS = frozenset(W + tag for tag in ("sdt", "sdtContent", "customXml", "ins", "moveTo"))
CHARACTERS = {
    W + "tab": "\t",
    W + "br": "\n",
    W + "cr": "\n",
    W + "noBreakHyphen": "\u2011",
    W + "softHyphen": "\u00ad",
}
WIDEST = 63
"""Columns of a table in Word."""
NOTES = ("footnotes", "endnotes")


def parse_docx(blob: Blob) -> list[Parsed]:
    """The text of a Word document as it reads with every tracked change accepted.

    Paragraphs are set apart by blank lines, list items have their bullet or number, a row of a
    table is a line with its cells apart by ` | `; text boxes follow the paragraph they hang on,
    footnotes and endnotes come last. Headings are known by the outline level of their style. Page
    headers, page footers and comments are left out.

    Raises:
        DocumentError: it is damaged, or unpacks to more than the limit.
    """
    from docx import Document

    with reading(blob, "a Word document"):
        document = Document(opened(blob))
        body = _Body(Styles(document), Numbering(document))
        body.blocks(document.element.body)
        for notes in NOTES:
            for part in related(document.part, notes):
                body.notes(part)
        text = body.layout.text()
        properties = declared(document.part.package)
    spans = body.layout.spans
    title = body.title or first_heading(spans) or one_line(properties.pop("title", ""))
    metadata = [(key, value) for key, value in properties.items() if key != "title"]
    return [Parsed(text, "docx", title=title, spans=spans, metadata=metadata)]


class _Body:
    def __init__(self, styles: Styles, numbering: Numbering) -> None:
        self.layout = Layout()
        self.title = ""
        self._styles = styles
        self._numbering = numbering
        self._group = ""

    def blocks(self, parent: Any) -> None:
        """Lay out the paragraphs and tables of an element."""
        for child in parent:
            if child.tag == W + "p":
                self._paragraph(child)
            elif child.tag == W + "tbl":
                self._table(child)
            elif child.tag in WRAPPERS:
                self.blocks(child)
        self._end_group()

    def notes(self, part: Any) -> None:
        """Lay out footnotes or endnotes; Word keeps the lines that part them among these."""
        from docx.oxml.parser import parse_xml

        for note in parse_xml(part.blob):
            if note.get(W + "type") in (None, "normal"):
                self.blocks(note)

    def _paragraph(self, paragraph: Any) -> None:
        style = self._styles.of(paragraph)
        text = "".join(_pieces(paragraph))
        mark = self._numbering.mark(paragraph, style) if text.strip() else ""
        layout = self.layout
        if style.is_code:
            self._begin_group("code")
            layout.verbatim(text)
        elif mark:
            self._begin_group("list")
            layout.bullet(mark)
        else:
            self._end_group()
            layout.block()
        if style.level:
            layout.open("heading", style.level)
        if style.is_title and not self.title:
            self.title = one_line(text)
        for number, line in enumerate(() if style.is_code else text.split("\n")):
            if number:
                layout.line_break()
            layout.words(line)
        if style.level:
            layout.close()
        layout.line()
        for box in _boxes(paragraph):
            self._end_group()
            self.blocks(box)

    def _begin_group(self, kind: str) -> None:
        """A run of list items, or of lines of code, is one span."""
        if self._group != kind:
            self._end_group()
            self.layout.block()
            self.layout.open(kind)
            self._group = kind
        self.layout.line()

    def _end_group(self) -> None:
        if self._group:
            self.layout.close()
            self._group = ""

    def _table(self, table: Any) -> None:
        rows = [list(_inside(row, "tc")) for row in _inside(table, "tr")]
        self._end_group()
        self.layout.block()
        if sum(map(len, rows)) == 1:  # a frame around text
            for cell in chain.from_iterable(rows):
                self.blocks(cell)
        else:
            self.layout.open("table")
            for row in _inside(table, "tr"):
                self.layout.row(list(_cells(row)))
            self.layout.close()
        self.layout.block()


def _inside(parent: Any, name: str) -> Iterator[Any]:
    """Its rows or cells, also those in content controls."""
    for child in parent:
        if child.tag == W + name:
            yield child
        elif child.tag in WRAPPERS:
            yield from _inside(child, name)


def _cells(row: Any) -> Iterator[str]:
    """The cells of a row, each in one line.

    Where a cell goes on from the left or from above there is an empty one, so that columns stay.
    """
    yield from [""] * _count(row, f"{W}trPr/{W}gridBefore", 0)
    for cell in _inside(row, "tc"):
        merged = cell.find(f"{W}tcPr/{W}vMerge")
        if merged is not None and merged.get(W + "val", "continue") == "continue":
            yield ""
        else:
            paragraphs = (each for each in cell.iter(W + "p") if not _is_fallback(each))
            yield one_line(" ".join("".join(_pieces(paragraph)) for paragraph in paragraphs))
        yield from [""] * (_count(cell, f"{W}tcPr/{W}gridSpan", 1) - 1)


def _count(element: Any, path: str, default: int) -> int:
    found = element.find(path)
    value = "" if found is None else found.get(W + "val", "")
    return min(int(value), WIDEST) if value.isdecimal() else default


def _pieces(element: Any) -> Iterator[str]:
    for child in element:
        tag = child.tag
        if tag in (W + "t", MATH + "t"):
            yield child.text or ""
        elif tag in CHARACTERS:
            yield CHARACTERS[tag]
        elif isinstance(tag, str) and tag not in PASSED_OVER:
            yield from _pieces(child)


def _boxes(paragraph: Any) -> Iterator[Any]:
    """Text boxes that hang on a paragraph; each is there twice, once for old programs."""
    for box in paragraph.iter(W + "txbxContent"):
        if next(box.iterancestors(W + "p")) is paragraph and not _is_fallback(box):
            yield box


def _is_fallback(element: Any) -> bool:
    return next(element.iterancestors(FALLBACK), None) is not None
