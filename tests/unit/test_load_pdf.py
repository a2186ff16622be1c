"""PDF: pages, paragraphs and headings of the text layer; locked, torn and scanned files."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ops.errors import DocumentError
from ops.load.formats.pdf_lines import HYPHEN, Line, with_hyphens
from tests.load_samples import Print, headings, lines, loaded, pdf, spans

PROSE = (
    "The quick brown fox jumps over the lazy dog while the cat looks on and wonders why it",
    "did so, since nothing in the meadow had given it any reason to leave the ground at all",
    "that morning.",
)
JOINED = " ".join(PROSE)
MORE = tuple(line.upper() for line in PROSE)


def test_pages_headings_and_paragraphs(tmp_path: Path) -> None:
    raw = pdf(
        [
            [
                Print("A Guide to", 740, size=24),
                Print("Foxes", 740 - 28, size=24),
                *lines(*PROSE, top=680),
                Print("In the meadow", 620, font="F2"),
                *lines(*PROSE, top=605),
            ],
            [],
            [Print("Second Part", 700, size=14), *lines(*PROSE, *PROSE, top=680)],
        ]
    )
    (row,) = loaded(tmp_path, "fox.pdf", raw)
    assert row["text"] == (
        f"A Guide to Foxes\n\n{JOINED}\n\nIn the meadow\n\n{JOINED}\n\n"
        f"Second Part\n\n{JOINED}\n{JOINED}"
    )
    assert headings(row) == [(1, "A Guide to Foxes"), (3, "In the meadow"), (2, "Second Part")]
    pages = [(s["label"], s["start"], s["end"]) for s in row["structure"] if s["kind"] == "page"]
    second = row["text"].index("Second Part")
    assert pages == [("1", 0, second - 2), ("3", second, len(row["text"]))]
    assert row["title"] == "A Guide to Foxes"
    assert row["format"] == "pdf"
    assert row["metadata"] == [{"key": "pages", "value": "3"}]


def test_a_wider_gap_an_indent_and_another_column_begin_paragraphs(tmp_path: Path) -> None:
    raw = pdf(
        [
            [
                *lines(*PROSE, top=700),
                *lines(*PROSE, top=650),
                Print("Indented, " + PROSE[0][:60], 614, x=84),
                Print("a second column", 700, x=520),
            ]
        ]
    )
    (row,) = loaded(tmp_path, "a.pdf", raw)
    assert [text for _, text in spans(row, "paragraph")] == [
        JOINED,
        JOINED,
        "Indented, " + PROSE[0][:60],
        "a second column",
    ]


def test_items_of_a_list_keep_their_lines(tmp_path: Path) -> None:
    items = ("• " + PROSE[0], PROSE[1], "• second", "1. third", "b) fourth", "fifth")
    (row,) = loaded(tmp_path, "a.pdf", pdf([lines(*items)]))
    assert row["text"] == f"• {PROSE[0]} {PROSE[1]}\n• second\n1. third\nb) fourth\nfifth"


def test_tables_and_narrow_text_keep_their_lines(tmp_path: Path) -> None:
    rows = tuple(f"Item number {n} of the whole list costs {n * 100}.00 or {n}" for n in (3, 1, 2))
    names = ("Anna", "Barbara", "Chris")
    (row,) = loaded(tmp_path, "a.pdf", pdf([[*lines(*rows), *lines(*names, top=500)]]))
    assert row["text"] == "\n".join(rows) + "\n\n" + "\n".join(names)


def test_the_title_that_it_declares_comes_first(tmp_path: Path) -> None:
    page = [Print("Heading", 740, size=24), *lines(*PROSE)]
    (row,) = loaded(tmp_path, "a.pdf", pdf([page], title="Foxes, a Study"))
    assert row["title"] == "Foxes, a Study"
    for made_up in ("Microsoft Word - fox.doc", "untitled", "fox.pdf", "(anonymous)"):
        (row,) = loaded(tmp_path, "a.pdf", pdf([page], title=made_up))
        assert row["title"] == "Heading"
    (row,) = loaded(tmp_path, "name.pdf", pdf([lines(*PROSE)]))
    assert row["title"] == "name"


def line(text: str) -> Line:
    return Line(text, 10, (1, 0), 0, 100, 0, 0, 10, False)


@pytest.mark.parametrize(
    ("text", "elsewhere", "becomes"),
    [
        ("some con~firming words", "", "some confirming words"),
        ("a self~publishing house", "self-publishing", "a self-publishing house"),
        ("a chat~based tool", "we chat, based there", "a chat-based tool"),
        ("some~thing", "some thing; something", "something"),
        ("Anne~Marie", "", "Anne-Marie"),
        ("GPT~4", "", "GPT-4"),
        ("dash ~ here", "", "dash - here"),
        ("~", "", "-"),
    ],
)
def test_divided_words(text: str, elsewhere: str, becomes: str) -> None:
    pages = [[line(text.replace("~", HYPHEN))], [line(elsewhere)]]
    assert with_hyphens(pages)[0][0].text == becomes


def test_a_word_divided_at_the_end_of_a_line_is_joined(tmp_path: Path) -> None:
    raw = pdf([lines(PROSE[0][:-3] + " won-", "dering about it all.")])
    (row,) = loaded(tmp_path, "a.pdf", raw)
    assert "wondering about it all." in row["text"]


def test_a_scan_has_no_text_layer(tmp_path: Path) -> None:
    for pages, said in ((1, "its only page has"), (2, "none of its 2 pages has")):
        with pytest.raises(DocumentError) as caught:
            loaded(tmp_path, "scan.pdf", pdf([[]] * pages))
        assert caught.value.message == f"scan.pdf has no text: {said} a text layer, as in a scan"
        assert "ocrmypdf" in caught.value.hint


def test_a_password_is_asked_for(tmp_path: Path) -> None:
    raw = pdf([lines("A secret.")], password="sesame")
    with pytest.raises(DocumentError) as caught:
        loaded(tmp_path, "locked.pdf", raw)
    assert caught.value.message == "locked.pdf is password-protected"
    assert "without the password" in caught.value.hint


def test_the_encrypted_sample_is_a_real_one() -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf([lines("A secret.")], password="sesame"), "sesame")
    try:
        assert document[0].get_textpage().get_text_range() == "A secret."
    finally:
        document.close()


@pytest.mark.parametrize(
    "raw",
    [
        b"%PDF-1.7\n",
        pdf([lines(*PROSE)])[:-400],
        pdf([lines(*PROSE)])[:30] + b"%%EOF",
        b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"%%EOF",
    ],
)
def test_a_torn_file(tmp_path: Path, raw: bytes) -> None:
    with pytest.raises(DocumentError, match=r"^torn\.pdf is a damaged or truncated PDF") as caught:
        loaded(tmp_path, "torn.pdf", raw)
    assert "`exclude`" in caught.value.hint


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\x89PNG\r\n\x1a\n", "is a PNG image, not a PDF"),
        (b"<html>", "is not a PDF: it begins with b'<html>'"),
        (b"", "is empty"),
    ],
)
def test_what_is_no_pdf(tmp_path: Path, raw: bytes, said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        loaded(tmp_path, "a.pdf", raw)
    assert caught.value.message.startswith(f"a.pdf {said}")


def test_threads_take_turns(tmp_path: Path) -> None:
    raw = pdf([lines(*PROSE, f"Page {number}") for number in range(20)])

    def load(number: int) -> str:
        (row,) = loaded(tmp_path, f"{number}.pdf", raw)
        return str(row["text"])

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(load, range(12)))) == 1
