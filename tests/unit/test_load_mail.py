"""E-mail: subject, forms of a body, encodings, messages within messages, what is not read."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from ops.errors import DocumentError
from tests.load_samples import headings, loaded, spans


def mail(body: str = "", subject: str = "Plans", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    if body:
        message.set_content(body)
    return message


def metadata(row: dict[str, object]) -> list[tuple[str, str]]:
    return [(each["key"], each["value"]) for each in row["metadata"]]  # type: ignore[attr-defined]


def test_a_message(tmp_path: Path) -> None:
    message = mail(
        "\n\nDear Bo,\nhow are you?\n\n> quoted — naïve\n",
        "Grüße —  to you",
        From="Zoë Q <zoe@example.org>",
        To='"Doe, Bo" <bo@example.org>, al@example.org',
        Date="Tue, 06 Feb 2024 10:20:30 +0100",
        Message_ID="<1@example.org>",
        In_Reply_To="<0@example.org>",
    )
    (row,) = loaded(tmp_path, "a.eml", message.as_bytes())
    assert (row["title"], row["format"]) == ("Grüße — to you", "email")
    assert row["text"] == "Grüße — to you\n\nDear Bo,\nhow are you?\n\n> quoted — naïve"
    assert headings(row) == [(1, "Grüße — to you")]
    assert spans(row, "paragraph") == [
        ("paragraph", "Dear Bo,\nhow are you?"),
        ("paragraph", "> quoted — naïve"),
    ]
    assert metadata(row) == [
        ("from", "Zoë Q <zoe@example.org>"),
        ("to", "Doe, Bo <bo@example.org>"),
        ("to", "al@example.org"),
        ("date", "2024-02-06T10:20:30+01:00"),
        ("message_id", "<1@example.org>"),
        ("in_reply_to", "<0@example.org>"),
    ]


@pytest.mark.parametrize("cte", ["8bit", "base64", "quoted-printable"])
@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-15"])
def test_encodings_of_a_body(tmp_path: Path, charset: str, cte: str) -> None:
    message = mail()
    message.set_content("Preis: 5 € für Ärger\n", charset=charset, cte=cte)
    (row,) = loaded(tmp_path, "a.eml", message.as_bytes())
    assert row["text"] == "Plans\n\nPreis: 5 € für Ärger"


@pytest.mark.parametrize(
    ("declared", "raw"),
    [
        ("us-ascii", "für €".encode()),
        ("us-ascii", "für €".encode("windows-1252")),
        ("utf-8", "für €".encode("windows-1252")),
        ("no-such-thing", "für €".encode()),
    ],
)
def test_a_body_that_declares_the_wrong_encoding(tmp_path: Path, declared: str, raw: bytes) -> None:
    head = f"Subject: für\r\nContent-Type: text/plain; charset={declared}\r\n\r\n".encode()
    (row,) = loaded(tmp_path, "a.eml", head + raw + b"\r\n")
    assert row["text"] == "für\n\nfür €"


def test_the_plain_form_comes_before_html(tmp_path: Path) -> None:
    message = mail("Plain.\n")
    message.add_alternative("<h2>Rich</h2><p>Text</p>", subtype="html")
    (row,) = loaded(tmp_path, "a.eml", message.as_bytes())
    assert row["text"] == "Plans\n\nPlain."
    message = mail(" \n")
    message.add_alternative(
        "<h2>Rich</h2><table><tr><th>a<th>b<tr><td>1<td>2</table>", subtype="html"
    )
    (row,) = loaded(tmp_path, "a.eml", message.as_bytes())
    assert row["text"] == "Plans\n\nRich\n\na | b\n1 | 2"
    assert headings(row) == [(1, "Plans"), (2, "Rich")]
    assert spans(row, "table", "row") == [
        ("table", "a | b\n1 | 2"),
        ("row", "a | b"),
        ("row", "1 | 2"),
    ]


def test_attachments_are_named_and_messages_read(tmp_path: Path) -> None:
    inner = mail("Inner.\n", "Earlier", From="x@example.org", Date="Mon, 1 Jan 2024 00:00:00 +0000")
    inner.add_attachment(b"1", maintype="image", subtype="png", filename="scan.png")
    message = mail("See below.\n")
    message.add_attachment("secret", filename="größe.txt")
    message.add_attachment(inner)
    message.add_attachment(b"1", maintype="application", subtype="pdf")
    (row,) = loaded(tmp_path, "a.eml", message.as_bytes())
    assert row["text"] == (
        "Plans\n\nSee below.\n\nEarlier\n\n"
        "From: x@example.org\nDate: Mon, 01 Jan 2024 00:00:00 +0000\n\nInner."
    )
    assert headings(row) == [(1, "Plans"), (2, "Earlier")]
    assert metadata(row) == [
        ("attachment", "größe.txt"),
        ("attachment", "scan.png"),
        ("attachment", "application/pdf"),
    ]


def test_only_a_subject_and_none(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "a.eml", b"Subject: FYI\nDate: soon\n\n")
    assert (row["text"], metadata(row)) == ("FYI", [("date", "soon")])
    (row,) = loaded(tmp_path, "a.eml", b"To: undisclosed\n\nHello.")
    assert (row["title"], row["text"], metadata(row)) == ("a", "Hello.", [("to", "undisclosed")])


NESTED = b"Content-Type: message/rfc822\n\n" * 3000


def test_a_header_of_megabytes_is_kept_as_it_is(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "a.eml", b"Subject: " + 200_000 * b"=?utf-8?q?a?= " + b"\n\nText")
    assert row["text"].startswith("=?utf-8?q?a?= =?utf-8")
    assert row["text"].endswith("=\n\nText")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"Hello world.\n", "is not an e-mail: it does not begin with a header"),
        (b"From: a@b.c\n\n", "has no text"),
        (b"Subject: a\nContent-Type: multipart/encrypted; boundary=x\n\n--x--\n", "is encrypted"),
        (b"Subject: a\nContent-Type: application/pkcs7-mime\n\nAAAA", "is encrypted"),
        (b"%PDF-1.4\n", "is a PDF, not text"),
        (b"Subject: a\n" + NESTED, "has messages, or comments in addresses, nested too deep"),
        (b"From: " + 20_000 * b"(" + b"\n\na", "has messages, or comments in addresses, nested"),
    ],
)
def test_what_is_no_message(tmp_path: Path, raw: bytes, said: str) -> None:
    with pytest.raises(DocumentError, match=f"a.eml {said}"):
        loaded(tmp_path, "a.eml", raw)
