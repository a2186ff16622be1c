"""EPUB books: their chapters in reading order, each as HTML."""

from __future__ import annotations

__all__ = ["parse_epub"]

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote

from ops.errors import DocumentError
from ops.load.formats.html import parse_xhtml
from ops.load.formats.joined import joined
from ops.load.formats.office import reading
from ops.load.formats.zipped import unzipped
from ops.load.parsed import Blob, Parsed, first_heading, one_line

CONTAINER: Final = "META-INF/container.xml"
ENCRYPTION: Final = "META-INF/encryption.xml"
SHOWN: Final = ("application/xhtml+xml", "text/html")
DECLARED: Final = {
    "creator": "author",
    **{name: name for name in ("language", "date", "publisher", "subject", "identifier")},
}
"""Elements of Dublin Core → metadata."""


def parse_epub(blob: Blob) -> list[Parsed]:
    """The chapters of a book in the order of its spine, each as `parse_html` reads it.

    The table of contents is left out. Metadata: `author`, `language`, `date`, `publisher`,
    `subject` and `identifier`, each as often as the book has it.

    Raises:
        DocumentError: it is damaged, protected, or unpacks to more than the limit.
    """
    with reading(blob, "an EPUB book"), unzipped(blob) as archive:
        place = _named(_xml(archive, CONTAINER), "rootfile")[0].get("full-path", "")
        package = _xml(archive, place)
        chapters = list(_chapters(package, posixpath.dirname(place)))
        _check(blob, archive, chapters)
        parts = []
        for chapter in chapters:
            raw = archive.read(chapter)
            (read,) = parse_xhtml(Blob(f"{blob.name}: {chapter}", raw, blob.limit))
            parts.append((read.text, read.spans))
        text, spans = joined(parts)
        title = next(_words(package, "title"), "") or first_heading(spans)
        metadata = [
            (key, words) for name, key in DECLARED.items() for words in _words(package, name)
        ]
    return [Parsed(text, "epub", title, spans, metadata)]


def _chapters(package: Any, folder: str) -> Iterator[str]:
    """Names of the files that are read, each once."""
    listed = {each.get("id"): each for each in _named(package, "item")}
    seen = set[str]()
    for entry in _named(package, "itemref"):
        item = listed[entry.get("idref")]
        if item.get("media-type") not in SHOWN or "nav" in item.get("properties", "").split():
            continue
        name = posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        if name not in seen:
            seen.add(name)
            yield name


def _check(blob: Blob, archive: zipfile.ZipFile, chapters: list[str]) -> None:
    """Fonts are often made unreadable; chapters are so by copy protection alone."""
    if ENCRYPTION not in archive.namelist():
        return
    hidden = {
        unquote(each.get("URI", ""))
        for each in _named(_xml(archive, ENCRYPTION), "CipherReference")
    }
    if hidden & set(chapters):
        raise DocumentError(
            f"{blob.name} is protected against copying (DRM)",
            hint="use a copy without protection, or leave it out with `exclude`",
        )


def _xml(archive: zipfile.ZipFile, name: str) -> Any:
    from lxml.etree import XMLParser, fromstring

    return fromstring(archive.read(name), XMLParser(resolve_entities=False, no_network=True))


def _named(root: Any, name: str) -> list[Any]:
    """Elements of a name in any namespace; those of old books differ."""
    return list(root.iter("{*}" + name))


def _words(package: Any, name: str) -> Iterator[str]:
    for element in package.iter("{http://purl.org/dc/elements/1.1/}" + name):
        if words := one_line("".join(element.itertext())):
            yield words
