"""The ZIP package that a Word document is."""

from __future__ import annotations

__all__ = ["opened"]

import io
import re
import zipfile

from ops.errors import DocumentError
from ops.load.parsed import Blob

STRICT = b"http://purl.oclc.org/ooxml/"
TRANSITIONAL = b"http://schemas.openxmlformats.org/"
NAMESPACE = re.compile(re.escape(STRICT) + rb"(\w+)/([\w/]+)")


def opened(blob: Blob) -> io.BytesIO:
    """The package, in the form that most are written in.

    "Strict Open XML" differs from that by the names of its namespaces (ECMA-376 part 1, annex A),
    which python-docx does not know.

    Raises:
        DocumentError: it unpacks to more than the limit.
        zipfile.BadZipFile: it is damaged.
    """
    with zipfile.ZipFile(io.BytesIO(blob.raw)) as package:
        size = sum(info.file_size for info in package.infolist())
        if size > max(blob.limit, len(blob.raw)):
            raise DocumentError(
                f"{blob.name} unpacks to {size // 1_000_000} MB, more than the limit of "
                f"{blob.limit // 1_000_000} MB",
                hint="raise `max_megabytes`, or leave it out with `exclude`",
            )
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
