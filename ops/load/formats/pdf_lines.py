"""The lines of a PDF's pages as PDFium tells them, with where and how large they are printed."""

from __future__ import annotations

__all__ = ["Line", "lines_of", "with_hyphens"]

import ctypes
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import hypot
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

NOT_TEXT = re.compile("[\x00-\x1f\x7f\ud800-\udfff\uffff]")
"""Glyphs whose font says no character: codes below the space, halves of pairs."""
SPACES = re.compile(r"[\t\n\r]")
HYPHEN = "\ufffe"
"""What PDFium puts for a hyphen at the end of a line, and the break after it."""
BOLD = re.compile(rb"(?i)bold|black|heavy|demi|-medi\b|BX\d")
"""In the names of fonts; many files do not say the weight."""
DIVIDED = re.compile(rf"(\w*){HYPHEN}(\w*)")
WORD = re.compile(rf"(?<![\w{HYPHEN}])\w+(?:-\w+)*(?![\w{HYPHEN}])")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of print. Lengths are points (1/72 inch), along and across the line's direction."""

    text: str
    size: float
    """Of its font."""
    direction: tuple[float, float]
    left: float
    right: float
    above: float
    """Baseline of its first character; larger is higher."""
    below: float
    """Baseline of its last: where a divided word was joined, a line deeper."""
    first_word: float
    """Width."""
    bold: bool
    """At both ends."""


def lines_of(page: PdfTextPage) -> list[Line]:
    """The lines of a page that have text, in the order in which the page holds them."""
    raw = page.get_text_range(errors="surrogatepass")
    lines = []
    start = 0
    for text in raw.split("\r\n"):
        if text.strip():
            lines.append(_line(page, text, start))
        start += _units(text) + 2
    return lines


def with_hyphens(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The lines with each divided word joined, or with its hyphen if it seems to be two.

    The rest of the document decides: if it has the whole word, that; if it has it with the hyphen,
    or both halves as words, the hyphen; else the whole word. Names and numbers keep their hyphens.
    """
    known = {
        word.casefold() for lines in pages for line in lines for word in WORD.findall(line.text)
    }

    def joined(match: re.Match[str]) -> str:
        before, after = match.groups()
        whole, parted = before + after, f"{before}-{after}"
        if not (before[-1:].isalpha() and after[:1].islower()):
            return parted
        if whole.casefold() in known:
            return whole
        two = before.casefold() in known and after.casefold() in known
        return parted if two or parted.casefold() in known else whole

    return [
        [replace(line, text=DIVIDED.sub(joined, line.text)) for line in lines] for lines in pages
    ]


def _line(page: PdfTextPage, text: str, start: int) -> Line:
    """A line, from where it starts among the UTF-16 units of the page."""
    import pypdfium2.raw as pdfium

    core = text.strip()
    first = start + _units(text[: text.index(core)])
    last = first + _units(core) - 1
    word = first + _units(core.split(maxsplit=1)[0]) - 1
    places = [pdfium.FPDFText_GetCharIndexFromTextIndex(page, unit) for unit in (first, word, last)]

    matrix = pdfium.FS_MATRIX()
    sizes = []
    for place in (places[0], (places[0] + places[2]) // 2, places[2]):
        pdfium.FPDFText_GetMatrix(page, place, matrix)
        sizes.append(pdfium.FPDFText_GetFontSize(page, place) * hypot(matrix.c, matrix.d))
    pdfium.FPDFText_GetMatrix(page, places[0], matrix)
    length = hypot(matrix.a, matrix.b)
    x, y = (matrix.a / length, matrix.b / length) if length else (1.0, 0.0)

    boxes = [_extent(pdfium.FPDFText_GetCharBox, page, place, x, y) for place in places]
    origins = [_point(pdfium.FPDFText_GetCharOrigin, page, place) for place in places]
    return Line(
        text=NOT_TEXT.sub("\ufffd", SPACES.sub(" ", core)),
        size=sorted(sizes)[1],
        direction=(round(x, 2), round(y, 2)),
        left=min(box[0] for box in boxes),
        right=max(box[1] for box in boxes),
        above=origins[0][1] * x - origins[0][0] * y,
        below=origins[2][1] * x - origins[2][0] * y,
        first_word=max(boxes[0][1], boxes[1][1]) - min(boxes[0][0], boxes[1][0]),
        bold=_bold(page, places[0]) and _bold(page, places[2]),
    )


def _bold(page: PdfTextPage, place: int) -> bool:
    import pypdfium2.raw as pdfium

    if pdfium.FPDFText_GetFontWeight(page, place) >= 600:
        return True
    name = ctypes.create_string_buffer(128)
    pdfium.FPDFText_GetFontInfo(page, place, name, len(name), None)
    return BOLD.search(name.value) is not None


def _extent(
    call: Callable[..., Any], page: PdfTextPage, place: int, x: float, y: float
) -> tuple[float, float]:
    """From where to where a character goes along the direction (x, y)."""
    sides = [ctypes.c_double() for _ in range(4)]
    call(page, place, *sides)
    left, right, bottom, top = (side.value for side in sides)
    along = [px * x + py * y for px in (left, right) for py in (bottom, top)]
    return min(along), max(along)


def _point(call: Callable[..., Any], page: PdfTextPage, place: int) -> tuple[float, float]:
    x, y = ctypes.c_double(), ctypes.c_double()
    call(page, place, x, y)
    return x.value, y.value


def _units(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)
