"""E-mail messages (RFC 5322 and MIME): subject, body, and the messages within them."""

from __future__ import annotations

__all__ = ["parse_mail"]

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ops.errors import DocumentError
from ops.load.formats.html import page
from ops.load.formats.joined import Part, joined
from ops.load.formats.mail_words import body, shown, words
from ops.load.formats.text import paragraphs
from ops.load.parsed import MAX_HEADING, Blob, Parsed, Span

if TYPE_CHECKING:
    from email.message import Message

EXPECTED: Final = ("From", "To", "Subject", "Date", "Message-ID", "Received")
ADDRESSES: Final = ("From", "To", "Cc")
ENCRYPTED: Final = frozenset(
    {"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"}
)
BLANK_START: Final = re.compile(r"(?:[^\S\n]*\n)+")


def parse_mail(blob: Blob) -> list[Parsed]:
    """The subject as a heading, then the text of a message.

    Of a body in several forms the first is taken that has text, which is the plain one as a rule;
    HTML reads as `parse_html` reads it. Messages within the message follow, each under its subject.
    Metadata: `from`, `to` and `cc` (one for each address), `date` in ISO 8601, `message_id`,
    `in_reply_to`, and an `attachment` for the name of each file that hangs on it and is not read.

    Raises:
        DocumentError: it has no header of a message, is encrypted, or nested too deep.
    """
    from email import message_from_bytes

    try:
        message = message_from_bytes(blob.raw)
        if not any(name in message for name in EXPECTED):
            raise DocumentError(
                f"{blob.name} is not an e-mail: it does not begin with a header like `Subject: …`",
                hint="give it the suffix of what it is, or leave it out with `exclude`",
            )
        if message.get_content_type() in ENCRYPTED and "signed" not in _type(message):
            raise DocumentError(
                f"{blob.name} is encrypted",
                hint="save a copy without encryption, or leave it out with `exclude`",
            )
        subject = words(message, "Subject")
        text, spans = joined([_heading(subject, 1), *_parts(message)])
        metadata = [
            *_declared(message),
            *(("attachment", name) for name in _attached(message)),
        ]
    except RecursionError as error:
        raise DocumentError(
            f"{blob.name} has messages, or comments in addresses, nested too deep",
            hint="leave it out with `exclude`",
        ) from error
    return [Parsed(text, "email", subject, spans, metadata)]


def _parts(message: Message) -> Iterator[Part]:
    """What shows of a message or a part of one, in order."""
    if message.get_content_type() == "message/rfc822" and message.is_multipart():
        for inner in _inside(message):
            about = [(name, words(inner, name)) for name in ("From", "Date", "To")]
            lines = "\n".join(f"{name}: {value}" for name, value in about if value)
            yield _heading(words(inner, "Subject"), 2)
            yield lines, list(paragraphs(lines))
            yield from _parts(inner)
    elif message.get_content_maintype() == "message":
        return  # reports of delivery, and bodies that lie elsewhere
    elif message.get_content_type() == "multipart/alternative" and message.is_multipart():
        forms = (list(_parts(inner)) for inner in _inside(message))
        yield from next((form for form in forms if any(text.strip() for text, _ in form)), [])
    elif message.is_multipart():
        for inner in _inside(message):
            yield from _parts(inner)
    elif not _is_file(message):
        yield _text(message)


def _text(message: Message) -> Part:
    kind = message.get_content_type()
    if kind == "text/html":
        found = page("a part in HTML", body(message))
        return found.text, found.spans
    if kind != "text/plain" and message.get_content_maintype() != "multipart":
        return "", []
    text = body(message).rstrip()  # also of a multipart message whose parts are missing
    if blank := BLANK_START.match(text):
        text = text[blank.end() :]
    return text, list(paragraphs(text))


def _heading(subject: str, level: int) -> Part:
    if not subject or len(subject) > MAX_HEADING:
        return subject, list(paragraphs(subject))
    return subject, [Span("heading", 0, len(subject), level, subject)]


def _inside(message: Message) -> list[Message]:
    from email.message import Message

    payload = message.get_payload()
    return [each for each in payload if isinstance(each, Message)]


def _is_file(message: Message) -> bool:
    return message.get_content_disposition() == "attachment" or bool(message.get_filename())


def _attached(message: Message) -> Iterator[str]:
    for part in message.walk():
        if not part.is_multipart() and _is_file(part):
            yield shown(part.get_filename() or "") or part.get_content_type()


def _type(message: Message) -> str:
    return str(message.get_param("smime-type") or "").lower()


def _declared(message: Message) -> Iterator[tuple[str, str]]:
    from email.utils import getaddresses, parsedate_to_datetime

    for name in ADDRESSES:
        given = [str(value) for key, value in message.raw_items() if key.lower() == name.lower()]
        found = [pair for pair in getaddresses(given) if pair[1]]
        for called, address in found:
            called, address = shown(called), shown(address)
            yield name.lower(), f"{called} <{address}>" if called else address
        if not found and (value := words(message, name)):
            yield name.lower(), value
    if date := words(message, "Date"):
        try:
            yield "date", parsedate_to_datetime(date).isoformat()
        except ValueError:
            yield "date", date
    for name in ("Message-ID", "In-Reply-To"):
        if value := words(message, name):
            yield name.lower().replace("-", "_"), value
