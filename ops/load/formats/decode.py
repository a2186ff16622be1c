"""Text from bytes, without guessing: Unicode by its byte-order mark, else UTF-8."""

from __future__ import annotations

__all__ = ["decode"]

import codecs

from ops.errors import DocumentError
from ops.load.parsed import Blob

# UTF-32 first: its little-endian mark begins with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(blob: Blob, declared: str = "utf-8") -> str:
    """The text, every character kept; only a byte-order mark is taken off.

    Args:
        declared: the encoding that the file itself names; a byte-order mark outranks it.

    Raises:
        DocumentError: bytes that are not of the encoding, or NUL characters.
    """
    raw, encoding = blob.raw, declared
    for mark, marked in MARKS:
        if raw.startswith(mark):
            raw, encoding = raw[len(mark) :], marked
            break
    if raw is blob.raw and encoding == "utf-8" and blob.otherwise and not _is_utf_8(raw):
        encoding = blob.otherwise
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        offset = error.start + len(blob.raw) - len(raw)
        name = encoding.upper().removesuffix("-LE").removesuffix("-BE")
        raise DocumentError(
            f"{blob.name} is not {name}: byte 0x{blob.raw[offset]:02X} at offset {offset} "
            f"({error.reason})",
            hint="name its encoding in `encoding` (windows-1252, say), or `exclude` it",
        ) from error
    if "\0" in text:
        raise DocumentError(
            f"{blob.name} holds a NUL character at offset {text.index(chr(0))}: it is binary, or "
            "UTF-16 without a byte-order mark",
            hint="save it as UTF-8, name what it is in `encoding`, or leave it out with `exclude`",
        )
    return text


def _is_utf_8(raw: bytes) -> bool:
    """Text in other encodings hardly ever is, by chance; UTF-16 may be, with NUL characters."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in raw
