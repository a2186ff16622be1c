"""EPUB: chapters in reading order, what the book declares, protected and damaged books."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.errors import DocumentError
from tests.load_office import packed
from tests.load_samples import headings, loaded, spans

XHTML = "application/xhtml+xml"
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf"/></rootfiles></container>'
)


def chapter(body: str) -> str:
    head = "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><head><title/>"
    return f"{head}<script src='a.js'/></head><body>{body}</body></html>"


def book(
    chapters: dict[str, str | bytes],
    spine: str = "",
    about: str = "<dc:title>The Book</dc:title>",
    **others: str,
) -> bytes:
    """A book of these chapters: name → XHTML; the spine is in their order unless it is given."""
    items = "".join(f'<item id="{name}" href="{name}" media-type="{XHTML}"/>' for name in chapters)
    refs = spine or "".join(f'<itemref idref="{name}"/>' for name in chapters)
    parts: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": (
            '<package xmlns="http://www.idpf.org/2007/opf" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<metadata>{about}</metadata><manifest>{items}"
            f'<item id="toc" href="toc.xhtml" media-type="{XHTML}" properties="nav"/>'
            '<item id="cover" href="cover.svg" media-type="image/svg+xml"/></manifest>'
            f"<spine>{refs}</spine></package>"
        ),
    }
    parts |= {f"OPS/{name.replace('%20', ' ')}": text for name, text in chapters.items()}
    return packed(parts | {f"META-INF/{name}.xml": text for name, text in others.items()})


ONE = chapter("<h1>One</h1><p>First<br/>line.<a id='x'/></p><ul><li>item</li></ul>")
TWO = chapter("<h2>Two</h2><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td/></tr></table>")


def test_a_book(tmp_path: Path) -> None:
    names = ("cover", "two.xhtml", "toc", "one%20.xhtml", "two.xhtml")
    raw = book(
        {"one%20.xhtml": ONE, "two.xhtml": TWO},
        "".join(f'<itemref idref="{name}"/>' for name in names),
        "<dc:title>The\n Book</dc:title><dc:creator>A</dc:creator><dc:creator>B</dc:creator>"
        "<dc:language>en</dc:language><dc:date>2024</dc:date><dc:rights>all</dc:rights>",
    )
    (row,) = loaded(tmp_path, "a.epub", raw)
    assert row["text"] == "Two\n\na | b\n1 |\n\nOne\n\nFirst\nline.\n\n- item"
    assert (row["title"], row["format"]) == ("The Book", "epub")
    assert headings(row) == [(2, "Two"), (1, "One")]
    assert spans(row, "table", "row", "list", "paragraph") == [
        ("table", "a | b\n1 |"),
        ("row", "a | b"),
        ("row", "1 |"),
        ("paragraph", "First\nline."),
        ("list", "- item"),
        ("paragraph", "- item"),
    ]
    assert [(each["key"], each["value"]) for each in row["metadata"]] == [
        ("author", "A"),
        ("author", "B"),
        ("language", "en"),
        ("date", "2024"),
    ]


def test_a_book_without_a_title(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "a.epub", book({"one.xhtml": ONE}, about=""))
    assert row["title"] == "One"


def test_encodings_of_xhtml(tmp_path: Path) -> None:
    declared = "<?xml version='1.0' encoding='iso-8859-1'?><html><title/><p>Köln</p></html>"
    raw = book({"a.xhtml": declared.encode("latin-1"), "b.xhtml": chapter("Köln").encode("utf-16")})
    (row,) = loaded(tmp_path, "a.epub", raw)
    assert row["text"] == "Köln\n\nKöln"
    (row,) = loaded(tmp_path, "a.xhtml", declared.encode("latin-1"))
    assert (row["text"], row["title"]) == ("Köln", "a")


def test_document_types_of_xhtml(tmp_path: Path) -> None:
    own = '<!doctype html [<!ENTITY b "ha"> <!ELEMENT p ANY>\n] >'
    for kind in ("", "<!DOCTYPE html>", own):
        (row,) = loaded(tmp_path, "a.xhtml", f"<?xml version='1.0'?>{kind}<html><p>x</p></html>")
        assert row["text"] == "x"
    # Were each of them looked for to the end, this would take the better part of an hour.
    (row,) = loaded(tmp_path, "a.xhtml", "<p>x</p>" + "<!DOCTYPE a [" * 200_000)
    assert row["text"] == "x"


def hidden(name: str) -> str:
    return f'<encryption xmlns:e="x"><e:CipherReference URI="{name}"/></encryption>'


def test_unreadable_fonts_do_not_matter(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "a.epub", book({"one.xhtml": ONE}, encryption=hidden("a.otf")))
    assert row["text"].startswith("One")


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("a.docx", book({"a.xhtml": ONE}), "is an EPUB book, not a Word document"),
        ("a.epub", b"Hello.", "is not an EPUB book: it begins with"),
        ("a.epub", book({"a.xhtml": chapter("")}), "has no text"),
        ("a.epub", book({}), "has no text"),
        ("a.epub", book({}, '<itemref idref="no"/>'), "is damaged, or not an EPUB book"),
        ("a.epub", book({"../../b": ONE}), "is damaged"),
        ("a.epub", book({"a.xhtml": ONE}, container="<container/>"), "is damaged"),
        ("a.epub", book({"a.xhtml": ONE}, container="<contain"), "is damaged"),
        ("a.epub", book({"a.xhtml": b"\xff"}), "OPS/a.xhtml is not UTF-8"),
        ("a.epub", book({"a.xhtml": ONE}, encryption=hidden("OPS/a.xhtml")), "is protected"),
        ("a.epub", book({"a.xhtml": chapter("x" * 3_000_000)}), "unpacks to 3 MB"),
    ],
    ids=[
        *("as-docx", "text", "empty", "no-chapters", "not-listed", "outside", "no-book", "torn"),
        *("encoding", "protected", "bomb"),
    ],
)
def test_what_is_no_book(tmp_path: Path, name: str, raw: bytes, said: str) -> None:
    with pytest.raises(DocumentError, match=f"^{name}:? {said}") as caught:
        loaded(tmp_path, name, raw, max_megabytes=1)
    assert caught.value.hint


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    raw = book({"a.xhtml": '<!DOCTYPE html [<!ENTITY b "haha">]>' + chapter("<p>&b; kept</p>")})
    (row,) = loaded(tmp_path, "a.epub", raw)
    assert row["text"] == "&b; kept"
