"""Plain text, reStructuredText and JSON Lines; encodings; files that are not what they seem."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest

from ops.errors import DocumentError
from ops.load.formats.sniff import sniff
from tests.load_samples import headings, loaded, pdf, spans


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), text)
    return out.getvalue()


EXACT = "\n\n One\r\ntwo \r\n\r\n  three\rfour\u2028five\x0bsix\n \t\nse\u0301ven 😀\n"


def test_text_is_kept_to_the_character(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "a.txt", EXACT)
    assert row["text"] == EXACT
    assert row["format"] == "text"
    assert row["title"] == "a"
    assert spans(row) == [
        ("paragraph", " One\r\ntwo"),
        ("paragraph", "  three\rfour\u2028five\x0bsix"),
        ("paragraph", "se\u0301ven 😀"),
    ]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-be-bom", "utf-32-be-bom"]
)
def test_a_byte_order_mark_says_the_encoding(tmp_path: Path, encoding: str) -> None:
    if encoding.endswith("-bom"):
        raw = ("\ufeff" + EXACT).encode(encoding.removesuffix("-bom"))
    else:
        raw = EXACT.encode(encoding)
    (row,) = loaded(tmp_path, "a.txt", raw)
    assert row["text"] == EXACT


@pytest.mark.parametrize(
    ("raw", "encoding", "text"),
    [
        ("Köln".encode("cp1252"), "windows-1252", "Köln"),
        ("Köln".encode(), "windows-1252", "Köln"),
        ("Köln".encode("utf-16"), "windows-1252", "Köln"),
        ("Köln".encode("utf-16-be"), "utf-16-be", "Köln"),
        ("日本".encode("shift_jis"), "shift_jis", "日本"),
    ],
)
def test_what_is_not_utf_8_is_what_it_is_said_to_be(
    tmp_path: Path, raw: bytes, encoding: str, text: str
) -> None:
    (row,) = loaded(tmp_path, "a.txt", raw, encoding=encoding)
    assert row["text"] == text
    (page,) = loaded(tmp_path, "a.html", b"<p>" + "Köln".encode("cp1252"), encoding="cp1252")
    assert page["text"] == "Köln"


def test_what_is_not_what_it_is_said_to_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="is not SHIFT_JIS: byte 0xFF at offset 1"):
        loaded(tmp_path, "a.txt", b"a\xff", encoding="shift_jis")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "is empty: 0 bytes"),
        (b" \n\t\r\n", "has no text"),
        (b"\xef\xbb\xbf", "has no text"),
        ("Köln".encode("latin-1"), "is not UTF-8: byte 0xF6 at offset 1"),
        (b"\xef\xbb\xbfab\xff", "is not UTF-8: byte 0xFF at offset 5"),
        (b"\xff\xfea\0b", "is not UTF-16: byte 0x62 at offset 4"),
        (b"\xff\xfe\x00\xd8a\0", "is not UTF-16: byte 0x00 at offset 2"),
        (b"\xed\xa0\x80", "is not UTF-8: byte 0xED at offset 0"),
        (b"ab\0cd", "holds a NUL character at offset 2"),
        ("ab".encode("utf-16-le"), "holds a NUL character at offset 1"),
        (b"\x89PNG\r\n\x1a\n...", "is a PNG image, not text"),
        (b"\xff\xd8\xff\xe0..", "is a JPEG image, not text"),
        (gzip.compress(b"text"), "is a gzip archive, not text"),
        (zipped(a_txt="x"), "is a ZIP archive, not text"),
        (zipped(a_txt="x")[:20], "is a truncated or corrupt ZIP archive, not text"),
        (zipped(word__document_xml="x"), "is a Word document, not text"),
        (zipped(xl__workbook_xml="x"), "is an Excel workbook, not text"),
        (zipped(ppt__x_xml="x"), "is a PowerPoint presentation, not text"),
        (pdf([[]]), "is a PDF, not text"),
        (b"BZh91AY&SY\0", "is a bzip2 archive, not text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "is an old binary Office file"),
    ],
)
def test_what_is_not_text_is_refused_by_name(tmp_path: Path, raw: bytes, said: str) -> None:
    for name in ("a.txt", "b.md", "c.html", "d.jsonl", "e.rst"):
        with pytest.raises(DocumentError) as caught:
            loaded(tmp_path, name, raw)
        assert caught.value.message.startswith(f"{name} {said}"), caught.value.message
        assert caught.value.hint


def test_html_in_a_text_file_is_text(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "a.txt", "<p>Hello</p>")
    assert row["text"] == "<p>Hello</p>"


@pytest.mark.parametrize("text", ["RIFF means two things", "MZ", "BZh!", "GIF89a is old", "PAR1"])
def test_words_that_begin_like_binary_files_are_text(tmp_path: Path, text: str) -> None:
    assert sniff(text.encode()) == ""
    (row,) = loaded(tmp_path, "a.txt", text)
    assert row["text"] == text


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["txt", "md", "html", "jsonl"])
def test_a_line_of_fifty_megabytes_loads(tmp_path: Path, suffix: str) -> None:
    line = "The quick brown fox. " * 2_400_000
    raw = json.dumps({"text": line}) if suffix == "jsonl" else line
    (row,) = loaded(tmp_path, f"a.{suffix}", raw)
    assert row["text"].strip() == line.strip()
    assert len(row["structure"]) == 1


RST = """\
=====
Title
=====

Words.

First
-----
More
words.

+++++

Deeper
~~~~~~
Second
------------
    Indented
    --------
Not a title:
---

* item
"""


def test_sections_of_restructured_text(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "a.rst", RST)
    assert row["text"] == RST
    assert row["title"] == "Title"
    assert headings(row) == [(1, "Title"), (2, "First"), (3, "Deeper"), (2, "Second")]
    assert spans(row)[:4] == [
        ("heading", "=====\nTitle\n====="),
        ("paragraph", "Words."),
        ("heading", "First\n-----"),
        ("paragraph", "More\nwords."),
    ]
    assert spans(row)[-1] == ("paragraph", "* item")


def jsonl(*documents: object) -> str:
    return "".join(json.dumps(each) + "\n" for each in documents)


def test_a_document_a_line(tmp_path: Path) -> None:
    rows = loaded(
        tmp_path,
        "a.jsonl",
        jsonl({"id": "x", "text": "One.\n\nTwo.", "title": "T"})
        + "\r\n"
        + jsonl({"text": "Three\u2028four"}, {"id": 7, "text": "Five", "lang": "de", "year": 1999}),
    )
    by_uri = {row["uri"]: row for row in rows}
    assert set(by_uri) == {"file:a.jsonl#x", "file:a.jsonl#3", "file:a.jsonl#7"}
    assert {row["item"] for row in rows} == {"file:a.jsonl"}
    first = by_uri["file:a.jsonl#x"]
    assert (first["title"], first["format"]) == ("T", "jsonl")
    assert spans(first) == [("paragraph", "One."), ("paragraph", "Two.")]
    assert by_uri["file:a.jsonl#3"]["text"] == "Three\u2028four"
    assert by_uri["file:a.jsonl#3"]["title"] == "a"
    assert by_uri["file:a.jsonl#7"]["metadata"] == [
        {"key": "lang", "value": "de"},
        {"key": "year", "value": "1999"},
    ]
    assert [row["doc_id"] for row in rows] == sorted(row["doc_id"] for row in rows)


def test_metadata_of_lines(tmp_path: Path) -> None:
    fields = {"n": None, "b": True, "f": 1.5, "l": ["x", 2, None], "o": {"k": "ü"}}
    (row,) = loaded(tmp_path, "a.ndjson", jsonl({"text": "T", "metadata": fields, "z": "last"}))
    assert [(each["key"], each["value"]) for each in row["metadata"]] == [
        ("b", "true"),
        ("f", "1.5"),
        ("l", "x"),
        ("l", "2"),
        ("o", '{"k": "ü"}'),
        ("z", "last"),
    ]


def test_a_line_without_words_is_a_document_among_others(tmp_path: Path) -> None:
    rows = loaded(tmp_path, "a.jsonl", jsonl({"text": ""}, {"text": "Words"}))
    assert sorted(row["text"] for row in rows) == ["", "Words"]
    with pytest.raises(DocumentError, match="has no text"):
        loaded(tmp_path, "b.jsonl", jsonl({"text": ""}, {"text": " "}))


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ('{"text": "a"}\n{"text": "b"', "line 2: not JSON, column 13"),
        ("[1]", "line 1: not an object"),
        ('{"body": "a"}', "line 1: no `text`"),
        ('{"text": 1}', "line 1: `text` is not a string"),
        ('{"text": "a", "title": 1}', "line 1: `title` is not a string"),
        ('{"text": "a", "id": [1]}', "line 1: `id` is neither a string nor a whole number"),
        ('{"text": "a", "id": true}', "line 1: `id` is neither a string nor a whole number"),
        ('{"text": "a", "metadata": "x"}', "line 1: `metadata` is not an object"),
        ('{"text": "\\ud800"}', "line 1: an escape of half a surrogate pair"),
        ('{"text": "a", "id": "\\udc00"}', "line 1: an escape of half a surrogate pair"),
        ('{"text": "a\\u0000"}', "line 1: `text` holds a NUL character"),
        ("[" * 200_000, "line 1: nested too deep"),
        (
            '{"id": "x", "text": "a"}\n\n{"id": "x", "text": "b"}',
            "line 3: id 'x' is already that of line 1",
        ),
        ('{"id": 2, "text": "a"}\n{"text": "b"}', "line 2: id '2' is already that of line 1"),
    ],
)
def test_lines_that_are_no_documents(tmp_path: Path, raw: str, said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        loaded(tmp_path, "a.jsonl", raw)
    assert f"a.jsonl is not JSON Lines of documents: {said}" in caught.value.message
    assert "`exclude`" in caught.value.hint


def test_many_wrong_lines_are_counted(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        loaded(tmp_path, "a.jsonl", "x\n" * 9)
    assert caught.value.message.count("not JSON,") == 5
    assert caught.value.message.endswith("; and 4 more")


def test_surrogate_pairs_in_escapes_are_characters(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "a.jsonl", '{"text": "\\ud83d\\ude00 \\\\ud800"}')
    assert row["text"] == "😀 \\ud800"
