"""Loads one file as `load.files` does, and writes PDFs by hand, encrypted ones too."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

from ops.context import Context, Resources
from ops.load.files import Files

NO_RESOURCES = cast(Resources, None)


def context(base: Path) -> Context:
    return Context(NO_RESOURCES, base=base)


def loaded(folder: Path, name: str, raw: bytes | str, **params: Any) -> list[dict[str, Any]]:
    """The documents of a file with these bytes, as rows."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    op, ctx = Files(path=name, **params), context(folder)
    (item,) = op.scan(ctx).items
    return op.load(item, ctx).to_dicts()


def spans(row: dict[str, Any], *kinds: str) -> list[tuple[str, str]]:
    """Kind and text of a document's spans, in order."""
    return [
        (span["kind"], row["text"][span["start"] : span["end"]])
        for span in row["structure"]
        if not kinds or span["kind"] in kinds
    ]


def headings(row: dict[str, Any]) -> list[tuple[int, str]]:
    """Level and label of a document's headings."""
    return [(s["level"], s["label"]) for s in row["structure"] if s["kind"] == "heading"]


class Print(NamedTuple):
    """A line of print on a page; its place is in points from the lower left."""

    text: str
    y: float
    x: float = 72
    size: float = 10
    font: str = "F1"
    """F1 is Helvetica, F2 its bold."""


def lines(*texts: str, top: float = 700, **how: Any) -> list[Print]:
    """Lines of print one under the other."""
    step = 1.2 * how.get("size", 10)
    return [Print(text, top - step * number, **how) for number, text in enumerate(texts)]


def pdf(pages: Sequence[Sequence[Print]], *, title: str = "", password: str = "") -> bytes:
    """A PDF, encrypted with RC4 of 40 bits if there is a password (ISO 32000-1, 7.6)."""
    identity = bytes(range(16))
    key, encryption = _encryption(password, identity) if password else (b"", b"")
    first = 5
    kids = b" ".join(b"%d 0 R" % (first + 2 * number) for number in range(len(pages)))
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        font % b"Helvetica",
        font % b"Helvetica-Bold",
    ]
    for number, page in enumerate(pages):
        place = first + 2 * number
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>" % (place + 1)
        )
        content = b"\n".join(_shown(line) for line in page)
        if key:
            content = rc4(hashlib.md5(key + _object(place + 1)).digest()[:10], content)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    trailer = b"/Root 1 0 R /ID [<%s> <%s>]" % ((identity.hex().encode(),) * 2)
    if title:
        objects.append(b"<< /Title (%s) >>" % title.encode("cp1252"))
        trailer += b" /Info %d 0 R" % len(objects)
    if encryption:
        objects.append(encryption)
        trailer += b" /Encrypt %d 0 R" % len(objects)
    return _file(objects, trailer)


def _shown(line: Print) -> bytes:
    text = line.text.encode("cp1252").replace(b"\\", rb"\\").replace(b"(", rb"\(")
    text = text.replace(b")", rb"\)")
    place = b"%.1f %.1f" % (line.x, line.y)
    return b"BT /%s %.1f Tf %s Td (%s) Tj ET" % (line.font.encode(), line.size, place, text)


def _file(objects: list[bytes], trailer: bytes) -> bytes:
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for place in places:
        out.write(b"%010d 00000 n \n" % place)
    out.write(b"trailer\n<< /Size %d %s >>\n" % (len(objects) + 1, trailer))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


def _encryption(password: str, identity: bytes) -> tuple[bytes, bytes]:
    """The key of the file, and its encryption dictionary (algorithms 2 to 4)."""
    padded = (password.encode() + PADDING)[:32]
    owner = rc4(hashlib.md5(padded).digest()[:5], padded)
    rights = -4
    key = hashlib.md5(
        padded + owner + rights.to_bytes(4, "little", signed=True) + identity
    ).digest()[:5]
    user = rc4(key, PADDING)
    return key, b"<< /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P %d >>" % (
        owner.hex().encode(),
        user.hex().encode(),
        rights,
    )


def _object(number: int) -> bytes:
    return number.to_bytes(3, "little") + b"\0\0"


def rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)
