"""From a file's name and first bytes to the module that reads it."""

from __future__ import annotations

__all__ = ["SUFFIXES", "is_known", "parse"]

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Final

from ops.errors import DocumentError
from ops.load.formats.captions import parse_srt, parse_vtt
from ops.load.formats.delimited import parse_csv, parse_tsv
from ops.load.formats.docx import parse_docx
from ops.load.formats.epub import parse_epub
from ops.load.formats.html import parse_html, parse_xhtml
from ops.load.formats.jsonl import parse_jsonl
from ops.load.formats.mail import parse_mail
from ops.load.formats.markdown import parse_markdown
from ops.load.formats.pdf import parse_pdf
from ops.load.formats.pptx import parse_pptx
from ops.load.formats.sniff import DOCX, EPUB, PDF, PPTX, XLSX, sniff
from ops.load.formats.text import parse_rst, parse_text
from ops.load.formats.xlsx import parse_xlsx
from ops.load.parsed import Blob, Parsed

Parser = Callable[[Blob], list[Parsed]]

SUFFIXES: Final[Mapping[str, tuple[Parser, str]]] = {
    **dict.fromkeys((".txt", ".text", ".log", ".adoc", ".asciidoc", ".org"), (parse_text, "")),
    **dict.fromkeys((".rst", ".rest"), (parse_rst, "")),
    **dict.fromkeys((".md", ".markdown"), (parse_markdown, "")),
    **dict.fromkeys((".html", ".htm"), (parse_html, "")),
    ".xhtml": (parse_xhtml, ""),
    **dict.fromkeys((".jsonl", ".ndjson"), (parse_jsonl, "")),
    ".csv": (parse_csv, ""),
    **dict.fromkeys((".tsv", ".tab"), (parse_tsv, "")),
    ".vtt": (parse_vtt, ""),
    ".srt": (parse_srt, ""),
    ".eml": (parse_mail, ""),
    ".pdf": (parse_pdf, PDF),
    ".docx": (parse_docx, DOCX),
    **dict.fromkeys((".pptx", ".ppsx", ".pptm"), (parse_pptx, PPTX)),
    **dict.fromkeys((".xlsx", ".xlsm"), (parse_xlsx, XLSX)),
    ".epub": (parse_epub, EPUB),
}
"""File name suffix → its parser, and what its bytes must look like; empty for text."""

NAMES: Final = {PDF: ".pdf", DOCX: ".docx", PPTX: ".pptx", XLSX: ".xlsx", EPUB: ".epub"}


def is_known(path: str) -> bool:
    """Whether files of this name are of a format that is read."""
    return _suffix(path) in SUFFIXES


def parse(blob: Blob) -> list[Parsed]:
    """The documents of a file; one, save for JSON Lines. Unknown suffixes are plain text.

    Raises:
        DocumentError: it is not what its name says, is damaged, locked, or has no text.
    """
    parser, expected = SUFFIXES.get(_suffix(blob.name), (parse_text, ""))
    found = sniff(blob.raw)
    if found != expected:
        if found:
            what = f"is {found}, not {expected or 'text'}"
        else:
            what = f"is not {expected}: it begins with {blob.raw[:16]!r}"
        raise DocumentError(f"{blob.name} {what}", hint=_hint(found))
    documents = parser(blob)
    if not any(each.text.strip() for each in documents):
        raise DocumentError(
            f"{blob.name} has no text", hint="fill it, or leave it out with `exclude`"
        )
    return documents


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()


def _hint(found: str) -> str:
    if found in NAMES:
        return f"rename it to {NAMES[found]}"
    if "password" in found:
        return "save a copy without the password, or leave it out with `exclude`"
    if "truncated" in found:
        return "fetch it again, or leave it out with `exclude`"
    if "old binary" in found:
        return "save it as .docx, .pptx or .xlsx, or leave it out with `exclude`"
    return "give it the suffix of what it is, or leave it out with `exclude`"
