"""PowerPoint presentations (PPTX), laid out slide by slide."""

from __future__ import annotations

__all__ = ["parse_pptx"]

from collections.abc import Iterable, Iterator
from typing import Any

from ops.load.formats.layout import Layout
from ops.load.formats.office import declared, opened, reading, related
from ops.load.formats.office_extras import chart_words, slide_comments, unseen
from ops.load.formats.pptx_bullets import Bullets
from ops.load.formats.pptx_names import FALLBACK, MATH, A, P, R, placeholder
from ops.load.parsed import Blob, Parsed, first_heading, one_line

TITLES = ("title", "ctrTitle")
FURNITURE = ("dt", "ftr", "hdr", "sldNum", "sldImg")
"""Placeholders that say the same on every slide."""
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"
DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
BETWEEN = ("pres", "parTrans", "sibTrans")
"""Points of a diagram that hold no text of its author."""


def parse_pptx(blob: Blob) -> list[Parsed]:
    """The slides that are shown, in their order, each a page with its number in the deck.

    A slide has its title first, as a heading, then its boxes in the order that screen readers take.
    List items have their bullet or number, a row of a table is a line with its cells apart by
    ` | `, and the words of a diagram are a list, as are the names of a chart's series and
    categories under its titles. Comments come next, after `Comments:`, and the speaker's notes
    last, after `Notes:`. Pictures and the numbers of charts are left out.

    Raises:
        DocumentError: it is damaged, or unpacks to more than the limit.
    """
    from docx.opc.package import OpcPackage

    with reading(blob, "a presentation"):
        package = OpcPackage.open(opened(blob))
        deck = package.main_document_part
        layout, seen = Layout(), set[str]()
        for number, entry in enumerate(_root(deck).findall(f"{P}sldIdLst/{P}sldId"), start=1):
            part = deck.rels[entry.get(R + "id")].target_part
            slide = _root(part)
            if slide.get("show") not in ("0", "false"):
                layout.block()
                layout.open("page", label=str(number))
                _Slide(layout, part, seen).lay_out(slide)
                layout.close()
        text = layout.text()
        properties = declared(package)
    spans = layout.spans
    title = first_heading(spans) or one_line(properties.get("title", ""))
    metadata = [(key, value) for key, value in properties.items() if key != "title"]
    return [Parsed(text, "pptx", title, spans, metadata)]


class _Slide:
    """Args:
    seen: names of charts and comments that the deck has shown; none is shown twice.
    """

    def __init__(self, layout: Layout, part: Any, seen: set[str]) -> None:
        self._layout = layout
        self._part = part
        self._seen = seen
        self._bullets = Bullets(
            shape for each in related(part, "slideLayout") for shape in _root(each).iter(P + "sp")
        )

    def lay_out(self, slide: Any) -> None:
        """Lay out a slide's title, its other shapes, and its notes."""
        shapes = list(_shapes(slide.find(f"{P}cSld/{P}spTree")))
        titles = [shape for shape in shapes if placeholder(shape)[0] in TITLES]
        for shape in titles:
            self._title(shape)
        for shape in shapes:
            if shape not in titles:
                self._shape(shape)
        self._remarks("Comments:", list(slide_comments(self._part, self._seen)))
        for notes in related(self._part, "notesSlide"):
            said = [
                words
                for shape in _root(notes).iter(P + "sp")
                if placeholder(shape)[0] == "body"
                for words in map(_words, shape.iter(A + "p"))
                if words.strip()
            ]
            self._remarks("Notes:", said)

    def _remarks(self, head: str, said: list[str]) -> None:
        self._layout.block()
        for words in [head, *said] if said else []:
            self._paragraph(words)
        self._layout.block()

    def _title(self, shape: Any) -> None:
        layout = self._layout
        layout.block()
        layout.open("heading", 1)
        layout.words(" ".join(map(_words, shape.iter(A + "p"))))
        layout.close()
        layout.block()

    def _shape(self, shape: Any) -> None:
        self._layout.block()
        if shape.tag == P + "sp":
            if placeholder(shape)[0] not in FURNITURE:
                self._box(shape)
        else:
            for table in shape.iter(A + "tbl"):
                self._table(table)
            for named in shape.iter(DIAGRAM + "relIds"):
                self._diagram(self._part.rels[named.get(R + "dm")].target_part)
            for named in shape.iter(CHART):
                self._charts(named.get(R + "id"))
        self._layout.block()

    def _box(self, shape: Any) -> None:
        """Its paragraphs; a run of list items is one span."""
        layout, in_list = self._layout, False
        marks = self._bullets.of(shape)
        for paragraph in shape.iterfind(f"{P}txBody/{A}p"):
            words = _words(paragraph)
            if not words.strip():
                continue
            mark = marks(paragraph)
            if bool(mark) != in_list:
                in_list = bool(mark)
                layout.open("list") if in_list else layout.close()
            if mark:
                layout.line()
                layout.bullet(mark)
            self._paragraph(words)
        if in_list:
            layout.close()

    def _paragraph(self, words: str) -> None:
        self._layout.line()
        for number, line in enumerate(words.split("\n")):
            if number:
                self._layout.line_break()
            self._layout.words(line)
        self._layout.line()

    def _table(self, table: Any) -> None:
        rows = [row.findall(A + "tc") for row in table.iterfind(A + "tr")]
        if sum(map(len, rows)) == 1:  # a frame around text
            for paragraph in table.iter(A + "p"):
                self._paragraph(_words(paragraph))
            return
        self._layout.open("table")
        for row in rows:
            self._layout.row([_cell(cell) for cell in row])
        self._layout.close()
        self._layout.block()

    def _diagram(self, part: Any) -> None:
        points = _root(part).iterfind(f"{DIAGRAM}ptLst/{DIAGRAM}pt")
        self._list(
            " ".join(map(_words, point.iter(A + "p")))
            for point in points
            if point.get("type") not in BETWEEN
        )

    def _charts(self, name: str | None) -> None:
        # A picture more or less: one whose part lies elsewhere, or nowhere, is passed over.
        relation = self._part.rels.get(name)
        found = [] if relation is None or relation.is_external else [relation.target_part]
        for each in unseen(found, self._seen):
            titles, names = chart_words(each)
            for title in titles:
                self._paragraph(title)
            self._layout.block()
            if names:
                self._list(names)
            self._layout.block()

    def _list(self, items: Iterable[str]) -> None:
        self._layout.open("list")
        for words in items:
            self._layout.line()
            self._layout.bullet("- ")
            self._layout.words(words)
            self._layout.bullet("")
        self._layout.close()


def _root(part: Any) -> Any:
    from docx.oxml.parser import parse_xml

    return parse_xml(part.blob)


def _shapes(parent: Any) -> Iterator[Any]:
    """Boxes and frames, also those within groups; each once, as new programs show it."""
    for child in () if parent is None else parent:
        if child.tag in (P + "sp", P + "graphicFrame"):
            yield child
        elif isinstance(child.tag, str) and child.tag != FALLBACK:
            yield from _shapes(child)


def _cell(cell: Any) -> str:
    """In one line; empty where a cell goes on from the left or from above."""
    if "1" in (cell.get("hMerge"), cell.get("vMerge")):
        return ""
    return one_line(" ".join(map(_words, cell.iter(A + "p"))))


def _words(element: Any) -> str:
    return "".join(_pieces(element))


def _pieces(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag in (A + "t", MATH + "t"):
            yield child.text or ""
        elif child.tag == A + "br":
            yield "\n"
        elif isinstance(child.tag, str) and child.tag != FALLBACK:
            yield from _pieces(child)
