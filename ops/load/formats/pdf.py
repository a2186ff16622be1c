"""PDF: the text layer of its pages, in the order in which they hold it."""

from __future__ import annotations

__all__ = ["parse_pdf"]

import re
import threading
from typing import TYPE_CHECKING

from ops.errors import DocumentError
from ops.load.formats.pdf_blocks import blocks_of, heading_levels, text_of
from ops.load.formats.pdf_lines import Line, lines_of, with_hyphens
from ops.load.parsed import Blob, Parsed, Span, first_heading, one_line

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

PDFIUM = threading.Lock()
"""PDFium may be called by one thread at a time."""

NOT_TEXT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]+")
DECLARED = {"Author": "author", "Subject": "subject", "Keywords": "keywords"}
MADE_UP = re.compile(
    r"(?i)\(?(?:anonymous|unspecified|unknown)\)?$|untitled|microsoft word - |"
    r"powerpoint presentation$|.*\.(?:docx?|pdf|tex|dvi|indd|qxd|pptx?)$"
)
"""What programs put in where nobody did."""
ENDING = 65_536
"""Bytes. A whole file has its end marker among the last ones."""


def parse_pdf(blob: Blob) -> list[Parsed]:
    """The text of a PDF, with its pages, paragraphs and (by their larger print) headings.

    A line that went on because the next word did not fit is joined to that by a space; other lines
    are kept, and a wider gap, another size or a new column begins a paragraph. A word divided at
    the end of a line is joined, unless the document elsewhere writes it with the hyphen. A glyph
    without a character becomes U+FFFD. Pages without text are passed over.

    Raises:
        DocumentError: it wants a password, is damaged, or none of its pages has a text layer.
    """
    import pypdfium2

    if b"%%EOF" not in blob.raw[-ENDING:]:
        # PDFium would make do with the pages that are left.
        raise _refusal(blob, "it ends without %%EOF")
    with PDFIUM:
        try:
            document = pypdfium2.PdfDocument(blob.raw)
        except pypdfium2.PdfiumError as error:
            raise _refusal(blob, error) from error
        try:
            pages = [_lines(document, number) for number in range(len(document))]
            declared = document.get_metadata_dict(skip_empty=True)
        except pypdfium2.PdfiumError as error:
            raise _refusal(blob, error) from error
        finally:
            document.close()
    text, spans = _laid_out(with_hyphens(pages))
    if not text:
        count = "its only page has" if len(pages) == 1 else f"none of its {len(pages)} pages has"
        raise DocumentError(
            f"{blob.name} has no text: {count} a text layer, as in a scan",
            hint="recognise its text first (`ocrmypdf in.pdf out.pdf`), or leave it out with "
            "`exclude`",
        )
    declared = {name: _clean(value) for name, value in declared.items()}
    declared = {name: value for name, value in declared.items() if not MADE_UP.match(value)}
    title = declared.get("Title") or first_heading(spans)
    metadata = [(key, declared[name]) for name, key in DECLARED.items() if declared.get(name)]
    metadata.append(("pages", str(len(pages))))
    return [Parsed(text, "pdf", title=title, spans=spans, metadata=metadata)]


def _refusal(blob: Blob, error: object) -> DocumentError:
    if "password" in str(error).lower():
        return DocumentError(
            f"{blob.name} is password-protected",
            hint="save a copy without the password, or leave it out with `exclude`",
        )
    return DocumentError(
        f"{blob.name} is a damaged or truncated PDF ({error})",
        hint="fetch it again, repair it (`qpdf in.pdf out.pdf`), or leave it out with `exclude`",
    )


def _lines(document: PdfDocument, number: int) -> list[Line]:
    page = document[number]
    try:
        words = page.get_textpage()
        try:
            return lines_of(words)
        finally:
            words.close()
    finally:
        page.close()


def _laid_out(pages: list[list[Line]]) -> tuple[str, list[Span]]:
    """The blocks of all pages as text, set apart by blank lines, with their spans."""
    layout = [blocks_of(lines) for lines in pages]
    parts: list[str] = []
    spans: list[Span] = []
    length = 0
    for number, (blocks, levels) in enumerate(
        zip(layout, heading_levels(layout), strict=True), start=1
    ):
        first = len(spans)
        for block, level in zip(blocks, levels, strict=True):
            text = text_of(block, heading=level > 0)
            start = length + 2 if parts else 0
            length = start + len(text)
            parts.append(text)
            kind, label = ("heading", text) if level else ("paragraph", "")
            spans.append(Span(kind, start, length, level, label))
        if blocks:
            spans.append(Span("page", spans[first].start, length, 0, str(number)))
    return "\n\n".join(parts), spans


def _clean(text: str) -> str:
    return one_line(NOT_TEXT.sub(" ", text))
