"""Where sentences end."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from ops.segment.sentences import sentences
from tests.steps import is_linear


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["One.", "Two!", "Three?", "Four…"],
        ["He asked Dr. Smith vs. Mr. Jones about it.", "They left."],
        ["The U.S. Senate met at 3 p.m. on Monday.", "It rose early."],
        ["She works for Acme Inc.", "The firm is old."],
        ["See e.g. the manual, approx. five pages.", "Done."],
        ["J. R. R. Tolkien wrote it.", "We read it."],
        ["Version 3.11 is out at example.com today.", "Get it."],
        ['"Stop!" he said.', '"Why?"', "Nobody knew."],
        ["Wait... what?", "Yes!"],
        ["你好。", "世界！", "好吗？"],
        ["Das gilt z.B. für Berlin.", "Es regnet."],
        ["(It ended.)", "It began."],
        ["lower case sentences exist.", "they really do."],
    ],
)
def test_sentences(expected: list[str]) -> None:
    assert cut(" ".join(expected)) == expected


def test_lists_and_blank_lines_end_sentences() -> None:
    text = "Intro without stop\n\nA list:\n- one\n- two. Really\n1. first\n2. second\nwrapped line"
    assert cut(text) == [
        "Intro without stop",
        "A list:",
        "- one",
        "- two.",
        "Really",
        "1. first",
        "2. second\nwrapped line",
    ]


def test_a_part_of_a_text() -> None:
    text = "One. Two. Three."
    assert sentences(text, 5, 9) == [(5, 9)]
    assert sentences(text, 4, 5) == []


@pytest.mark.parametrize(
    "unit", [".", ". ", "a. ", "x", "\n ", '."', "。", "\n" + " " * 200, "1. ", "?!", "(. "]
)
def test_odd_texts_take_linear_work(unit: str) -> None:
    assert is_linear(lambda length: sentences(unit * (length // len(unit))), 10_000)


def test_people_agree(data: Path) -> None:
    """Boundaries that people drew (UD English-EWT): at least as good as the best library."""
    right = found = gold = 0
    with gzip.open(
        data / "ud_ewt" / "sentence_spans_dev.jsonl.gz", "rt", encoding="utf-8"
    ) as lines:
        for line in lines:
            document = json.loads(line)
            spans = {tuple(span) for span in document["sent_spans"]}
            ours = set(sentences(document["text"]))
            right, found, gold = right + len(ours & spans), found + len(ours), gold + len(spans)
    assert 2 * right / (found + gold) >= 0.832
