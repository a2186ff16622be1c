"""Word documents: paragraphs, headings, lists, tables, and packages that are damaged."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.parser import parse_xml

from ops.errors import DocumentError
from tests.load_samples import headings, loaded, spans

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word(*steps: Callable[[Any], object], title: str = "") -> bytes:
    """A Word document that the steps add to."""
    document = docx.Document()
    document.core_properties.title = title
    document.core_properties.author = "A. Author"
    document.core_properties.created = datetime(2024, 5, 6)
    for step in steps:
        step(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def text(words: str, style: str | None = None) -> Callable[[Any], object]:
    return lambda document: document.add_paragraph(words, style)


def xml(body: str) -> Callable[[Any], object]:
    """Adds markup, before the section that ends a body."""
    element = f"<w:p {W}>{body}</w:p>" if not body.startswith("<w:tbl") else body
    element = element.replace("<w:tbl>", f"<w:tbl {W}>", 1)
    return lambda document: document.element.body.insert(-1, parse_xml(element))


def run(words: str) -> str:
    return f"<w:r><w:t xml:space='preserve'>{words}</w:t></w:r>"


def table(*rows: tuple[str, ...]) -> Callable[[Any], object]:
    def add(document: Any) -> None:
        made = document.add_table(len(rows), len(rows[0]))
        for number, row in enumerate(rows):
            for column, words in enumerate(row):
                made.cell(number, column).text = words

    return add


def repacked(raw: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The package with its parts changed, or left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if (part := change(name, old.read(name))) is not None:
                new.writestr(name, part)
    return out.getvalue()


def test_a_document(tmp_path: Path) -> None:
    raw = word(
        text("Annual  Report", "Title"),
        text("Summary", "Heading 1"),
        text("Some\tplain\nwords."),
        text(""),
        text("Details", "Heading 3"),
        text("one", "List Bullet"),
        text("two", "List Bullet"),
        text("first", "List Number"),
        text("second", "List Number"),
        table(("A", "B"), ("1\n2", "")),
        text("End."),
        title="Template",
    )
    (row,) = loaded(tmp_path, "r.docx", raw)
    assert row["text"] == (
        "Annual Report\n\nSummary\n\nSome plain\nwords.\n\nDetails\n\n- one\n- two\n1. first\n"
        "2. second\n\nA | B\n1 2 |\n\nEnd."
    )
    assert headings(row) == [(1, "Annual Report"), (1, "Summary"), (3, "Details")]
    assert spans(row, "list", "table", "row", "paragraph") == [
        ("paragraph", "Some plain\nwords."),
        ("list", "- one\n- two\n1. first\n2. second"),
        ("paragraph", "- one"),
        ("paragraph", "- two"),
        ("paragraph", "1. first"),
        ("paragraph", "2. second"),
        ("table", "A | B\n1 2 |"),
        ("row", "A | B"),
        ("row", "1 2 |"),
        ("paragraph", "End."),
    ]
    assert (row["title"], row["format"]) == ("Annual Report", "docx")
    declared = {each["key"]: each["value"] for each in row["metadata"]}
    assert declared["author"] == "A. Author"
    assert declared["created"].startswith("2024-05-06")
    assert "title" not in declared


def test_the_title_falls_back(tmp_path: Path) -> None:
    for raw, title in (
        (word(text("H", "Heading 2"), title="Declared"), "H"),
        (word(text("x"), title="Declared"), "Declared"),
        (word(text("x")), "name"),
    ):
        (row,) = loaded(tmp_path, "name.docx", raw)
        assert row["title"] == title


def test_styles_inherit_their_level(tmp_path: Path) -> None:
    def add_style(document: Any) -> None:
        style = document.styles.add_style("Chapter", 1)
        style.base_style = document.styles["Heading 2"]

    outline = "<w:pPr><w:outlineLvl w:val='3'/></w:pPr>"
    raw = word(add_style, text("One", "Chapter"), xml(outline + run("Two")))
    (row,) = loaded(tmp_path, "a.docx", raw)
    assert headings(row) == [(2, "One"), (4, "Two")]


def test_lines_of_code_are_one_span(tmp_path: Path) -> None:
    def add_style(document: Any) -> None:
        document.styles.add_style("Source Code", 1)

    raw = word(add_style, text("def f():", "Source Code"), text("    pass", "Source Code"))
    (row,) = loaded(tmp_path, "a.docx", raw)
    assert spans(row) == [("code", "def f():\n    pass")]


def test_tracked_changes_fields_and_controls(tmp_path: Path) -> None:
    raw = word(
        xml(
            f"{run('a ')}<w:ins w:id='1' w:author='a'>{run('new ')}</w:ins>"
            f"<w:del w:id='2' w:author='a'><w:r><w:delText>old</w:delText></w:r></w:del>"
            f"<w:r><w:instrText>PAGE</w:instrText></w:r>"
            f"<w:hyperlink>{run('link')}</w:hyperlink>"
            f"<w:sdt><w:sdtContent>{run(' box')}</w:sdtContent></w:sdt>"
            "<w:r><w:noBreakHyphen/><w:t>x</w:t></w:r>"
        )
    )
    (row,) = loaded(tmp_path, "a.docx", raw)
    assert row["text"] == "a new link box\u2011x"


def test_merged_cells_leave_their_columns(tmp_path: Path) -> None:
    def cell(words: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p>{run(words)}</w:p></w:tc>"

    begins, wide = '<w:vMerge w:val="restart"/>', '<w:gridSpan w:val="2"/>'
    raw = word(
        xml(
            "<w:tbl>"
            f"<w:tr>{cell('a', begins)}{cell('b')}{cell('c')}</w:tr>"
            f"<w:tr>{cell('no', '<w:vMerge/>')}{cell('d', wide)}</w:tr>"
            f"<w:tr><w:trPr><w:gridBefore w:val='1'/></w:trPr>{cell('e')}{cell('f')}</w:tr>"
            "</w:tbl>"
        )
    )
    (row,) = loaded(tmp_path, "a.docx", raw)
    assert row["text"] == "a | b | c\n| d |\n| e | f"


def test_a_frame_of_one_cell_is_read_as_blocks(tmp_path: Path) -> None:
    raw = word(table(("In a frame",)), text("After"))
    (row,) = loaded(tmp_path, "a.docx", raw)
    assert spans(row) == [("paragraph", "In a frame"), ("paragraph", "After")]


def test_text_boxes_are_read_once(tmp_path: Path) -> None:
    box = f"<w:txbxContent><w:p>{run('boxed')}</w:p></w:txbxContent>"
    markup = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    raw = word(
        xml(
            f"{run('Anchor')}<w:r><mc:AlternateContent xmlns:mc='{markup}'>"
            f"<mc:Choice Requires='wps'>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
            "</mc:AlternateContent></w:r>"
        )
    )
    (row,) = loaded(tmp_path, "a.docx", raw)
    assert row["text"] == "Anchor\n\nboxed"


def test_footnotes_come_last(tmp_path: Path) -> None:
    notes = (
        f"<w:footnotes {W}><w:footnote w:type='separator' w:id='0'><w:p>{run('---')}</w:p>"
        f"</w:footnote><w:footnote w:id='1'><w:p>{run('A note.')}</w:p></w:footnote></w:footnotes>"
    )
    relation = (
        b'<Relationship Id="rId99" Target="footnotes.xml" Type="http://schemas.openxmlformats.org/'
        b'officeDocument/2006/relationships/footnotes"/></Relationships>'
    )

    def change(name: str, part: bytes) -> bytes:
        if name == "word/_rels/document.xml.rels":
            return part.replace(b"</Relationships>", relation)
        return part

    raw = repacked(word(text("Words.")), change)
    out = io.BytesIO(raw)
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("word/footnotes.xml", notes)
    (row,) = loaded(tmp_path, "a.docx", out.getvalue())
    assert row["text"] == "Words.\n\nA note."


def test_strict_open_xml(tmp_path: Path) -> None:
    def strict(name: str, part: bytes) -> bytes:
        for kind in (b"officeDocument", b"wordprocessingml"):
            part = part.replace(
                b"http://schemas.openxmlformats.org/" + kind + b"/2006/",
                b"http://purl.oclc.org/ooxml/" + kind + b"/",
            )
        return part

    raw = repacked(word(text("Head", "Heading 1"), text("Words.")), strict)
    assert b"purl.oclc.org" in zipfile.ZipFile(io.BytesIO(raw)).read("_rels/.rels")
    (row,) = loaded(tmp_path, "a.docx", raw)
    assert spans(row) == [("heading", "Head"), ("paragraph", "Words.")]


def test_nothing_is_made_up_where_nothing_is_declared(tmp_path: Path) -> None:
    def change(name: str, part: bytes) -> bytes | None:
        if name == "_rels/.rels":
            start = part.index(b"<Relationship ", part.index(b"core-properties") - 200)
            return part[:start] + part[part.index(b"/>", start) + 2 :]
        return None if name == "docProps/core.xml" else part

    (row,) = loaded(tmp_path, "a.docx", repacked(word(text("x")), change))
    assert (row["title"], row["metadata"]) == ("a", [])


WHOLE = word(text("Words " * 500))


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (WHOLE[: len(WHOLE) // 2], "is a truncated or corrupt ZIP archive, not a Word document"),
        (b"PK\x03\x04", "is a truncated or corrupt ZIP archive, not a Word document"),
        (b"Words", "is not a Word document: it begins with b'Words'"),
        (b"%PDF-1.7", "is a PDF, not a Word document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old binary Office file"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "is a password-protected Office file, not a Word document",
        ),
        (
            repacked(WHOLE, lambda name, part: part[:99] if "document.xml" in name else part),
            "is damaged, or not a Word document that can be read",
        ),
        (
            repacked(WHOLE, lambda name, part: None if name == "_rels/.rels" else part),
            "is damaged, or not a Word document that can be read",
        ),
        (
            repacked(WHOLE, lambda name, part: None if name == "[Content_Types].xml" else part),
            "is damaged, or not a Word document that can be read",
        ),
        (word(), "has no text"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, raw: bytes, said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        loaded(tmp_path, "a.docx", raw)
    assert caught.value.message.startswith(f"a.docx {said}")
    assert caught.value.hint


def test_a_flipped_byte(tmp_path: Path) -> None:
    at = WHOLE.index(b"word/document.xml") + 200
    raw = WHOLE[:at] + bytes([WHOLE[at] ^ 0xFF]) + WHOLE[at + 1 :]
    with pytest.raises(DocumentError, match=r"^a\.docx is damaged"):
        loaded(tmp_path, "a.docx", raw)


def test_a_package_that_unpacks_to_too_much(tmp_path: Path) -> None:
    raw = word(text("x" * 2_000_000))
    with pytest.raises(DocumentError, match=r"^a\.docx unpacks to \d MB, more than the limit of 1"):
        loaded(tmp_path, "a.docx", raw, max_megabytes=1)


@pytest.mark.parametrize("date", [b"", b"soon"])
def test_a_date_that_is_none_is_left_out(tmp_path: Path, date: bytes) -> None:
    def change(name: str, part: bytes) -> bytes:
        return part.replace(b"2024-05-06T00:00:00Z", date) if name == "docProps/core.xml" else part

    (row,) = loaded(tmp_path, "a.docx", repacked(word(text("Text.")), change))
    declared = {each["key"]: each["value"] for each in row["metadata"]}
    assert declared["author"] == "A. Author"
    assert "created" not in declared
