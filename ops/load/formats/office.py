"""The ZIP package that an Office document is, and what it declares."""

from __future__ import annotations

__all__ = ["declared", "opened", "reading", "related"]

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ops.errors import DocumentError
from ops.load.formats.zipped import unzipped
from ops.load.parsed import Blob

STRICT = b"http://purl.oclc.org/ooxml/"
TRANSITIONAL = b"http://schemas.openxmlformats.org/"
DECLARED = ("title", "author", "subject", "keywords", "category", "created", "modified", "language")
NAMESPACE = re.compile(re.escape(STRICT) + rb"(\w+)/([\w/]+)")


def opened(blob: Blob) -> io.BytesIO:
    """The package, in the form that most are written in.

    "Strict Open XML" differs from that by the names of its namespaces (ECMA-376 part 1, annex A),
    which python-docx does not know.

    Raises:
        DocumentError: it unpacks to more than the limit.
        zipfile.BadZipFile: it is damaged.
    """
    with unzipped(blob) as package:
        if STRICT not in package.read("_rels/.rels"):
            return io.BytesIO(blob.raw)
        return _transitional(package)


def _transitional(package: zipfile.ZipFile) -> io.BytesIO:
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as written:
        for name in package.namelist():
            part = package.read(name)
            if name.endswith((".xml", ".rels")):
                part = NAMESPACE.sub(_renamed, part)
            written.writestr(name, part)
    copy.seek(0)
    return copy


def _renamed(match: re.Match[bytes]) -> bytes:
    """`…/wordprocessingml/main` is `…/wordprocessingml/2006/main` elsewhere."""
    return TRANSITIONAL + match[1] + b"/2006/" + match[2]


@contextmanager
def reading(blob: Blob, kind: str) -> Iterator[None]:
    """What goes wrong with a damaged package is told as one error.

    Args:
        kind: of document, with its article.

    Raises:
        DocumentError: it is damaged.
    """
    from docx.opc.exceptions import OpcError

    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        OpcError,
        ArithmeticError,
        AttributeError,  # an element that the format requires is not there
        EOFError,
        LookupError,
        RuntimeError,
        SyntaxError,  # lxml, about XML
        TypeError,
        ValueError,
    ) as error:
        raise DocumentError(
            f"{blob.name} is damaged, or not {kind} that can be read: {error}",
            hint="open it in its program and save it again, fetch it again, "
            "or leave it out with `exclude`",
        ) from error


def related(part: Any, kind: str) -> list[Any]:
    """The parts that a part, or the package, names as of a kind."""
    return [
        relation.target_part
        for relation in part.rels.values()
        if relation.reltype.endswith("/" + kind) and not relation.is_external
    ]


def declared(package: Any) -> dict[str, str]:
    """The core properties that are filled in."""
    # Without any, python-docx makes some up, today's date among them.
    if not related(package, "core-properties"):
        return {}
    found = {}
    for key in DECLARED:
        with suppress(TypeError, ValueError):  # a date that is there, but empty or none
            if value := getattr(package.core_properties, key):
                found[key] = str(value)
    return found
