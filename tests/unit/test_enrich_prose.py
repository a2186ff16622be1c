"""What of a document is prose."""

from __future__ import annotations

import pytest

from ops.enrich.code import code_spans
from ops.enrich.prose import read_prose
from tests.steps import is_linear


def passages(text: str, *, markup: bool = True) -> list[str]:
    prose = read_prose(text, code_spans(text, []), markup=markup)
    assert len(prose.blanked) == len(text)
    return [passage.text for passage in prose.passages]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Plain words\nover two lines.\n\nNext.", ["Plain words over two lines.", "Next."]),
        ("See [the docs](https://a.b/c) now.", ["See the docs now."]),
        ("[![Build](https://a/b.svg)](https://a/c) Words", ["Words"]),
        ("Visit https://example.org/x?y=1 or mail a.b@c.org.", ["Visit or mail ."]),
        ("Call `foo()` with **great** _care_.", ["Call with great care ."]),
        ("- one item\n- two items\n", ["one item", "two items"]),
        ("| Name | Use |\n|------|-----|\n| NumPy | arrays |", ["Name", "Use", "NumPy", "arrays"]),
        ("<p align='center'>Some <b>bold</b> words</p>", ["Some bold words"]),
        ("<!-- hidden\n words -->Shown", ["Shown"]),
        ("Thanks @someone for #123 and a/b/c.py and --flag", ["Thanks for and and"]),
        ("---\ntitle: X\nauthor: Y\n---\nBody text", ["Body text"]),
        ("`Text <https://a.b>`_ is a link", ["Text is a link"]),
        ("See :func:`open` there", ["See there"]),
        ("[ref]: https://a.b 'Title'\nWords", ["Words"]),
        ("snake_case_name and call_me() but __init__", ["and but init"]),
        ("", []),
        (" \n\t\n", []),
    ],
)
def test_markup_is_left_out(text: str, expected: list[str]) -> None:
    assert passages(text) == expected


def test_code_is_left_out() -> None:
    assert passages("Words before.\n\n```\ncode here\n```\n\nAfter.") == ["Words before.", "After."]


def test_headings_stand_alone_and_are_known() -> None:
    text = "# Title here\nText right below.\n## Second\n\nMore.\n"
    prose = read_prose(text, [])
    assert [(p.text, p.heading) for p in prose.passages] == [
        ("Title here", True),
        ("Text right below.", False),
        ("Second", True),
        ("More.", False),
    ]


def test_headings_may_be_given() -> None:
    text = "Title\n=====\nText."
    prose = read_prose(text, [], [(0, 5)])
    assert [(p.text, p.heading) for p in prose.passages] == [("Title", True), ("Text.", False)]


def test_without_markup_marks_are_text() -> None:
    assert passages("Two * three # four `five`", markup=False) == ["Two * three # four `five`"]


def test_spans_lead_back_to_the_document() -> None:
    text = "Read  the\n*[Knowledge\nGraph](https://x.y)* book."
    (passage,) = read_prose(text, []).passages
    assert passage.text == "Read the Knowledge Graph book."
    start = passage.text.index("Knowledge")
    first, last = passage.span(start, start + len("Knowledge Graph"))
    assert text[first:last] == "Knowledge\nGraph"
    assert passage.span(0, len(passage.text)) == (0, len(text))


@pytest.mark.parametrize(
    "part",
    ["x", "<a", "`a ", "--|", "a/", "[x](", "a@", "_", "a.b.", "<!--", "|", "\n", "# ", "(", "- "],
)
def test_a_hostile_text_takes_linear_work(part: str) -> None:
    def read(size: int) -> None:
        text = part * (size // len(part))
        read_prose(text, code_spans(text, []))

    assert is_linear(read, 10_000)
    read(300_000)  # quadratic work within one call would take some minutes here


def test_times_of_captions_are_no_prose() -> None:
    text = "WEBVTT\n\n1\n00:01.000 --> 00:02.500 line:0\n<v Ann>Hello there\n"
    prose = read_prose(text, [])
    assert prose.blanked.split() == ["1", "Hello", "there"]
    assert len(prose.blanked) == len(text)
