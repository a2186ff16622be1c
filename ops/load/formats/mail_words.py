"""The words of an e-mail's headers and bodies, in whatever encoding they came."""

from __future__ import annotations

__all__ = ["body", "shown", "words"]

from typing import TYPE_CHECKING, Final

from ops.load.parsed import one_line

if TYPE_CHECKING:
    from email.message import Message

FALLBACK: Final = "windows-1252"
"""What programs wrote that declared no encoding, or the wrong one (as browsers take it)."""

LONGEST: Final = 65_536
"""Characters of a header that is decoded; `email` takes the square of its encoded words."""


def words(message: Message, name: str) -> str:
    """The first header of a name in one line; empty when there is none."""
    raw = (str(value) for key, value in message.raw_items() if key.lower() == name.lower())
    return shown(next(raw, ""))


def shown(raw: str) -> str:
    """A header's text in one line, with encoded words (RFC 2047) decoded."""
    from email.errors import HeaderParseError
    from email.header import decode_header

    raw = _decoded(raw.encode("utf-8", "surrogateescape"), "utf-8")
    if len(raw) > LONGEST:
        return one_line(raw)
    try:
        parts = decode_header(raw)
    except HeaderParseError:
        return one_line(raw)
    pieces = [
        part if isinstance(part, str) else _decoded(part, charset or "utf-8")
        for part, charset in parts
    ]
    return one_line("".join(pieces))


def body(message: Message) -> str:
    """The text of a part, its line ends as `\\n`."""
    raw = message.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    charset = message.get_content_charset() or "utf-8"
    text = _decoded(raw, "utf-8" if charset == "us-ascii" else charset)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(raw: bytes, charset: str) -> str:
    """In the encoding it declares, else UTF-8, else as most programs have written."""
    for encoding in (charset, "utf-8"):
        try:
            text = raw.decode(encoding)
            text.encode()  # some codecs let half a surrogate pair through
        except (LookupError, UnicodeError, ValueError):
            continue
        break
    else:
        text = raw.decode(FALLBACK, "replace")
    return text.replace("\0", "")
