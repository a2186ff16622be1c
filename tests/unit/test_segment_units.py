"""Tokenizers without a model, and characters as a reader sees them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.segment.graphemes import floor, joined
from ops.segment.units import Characters, Words
from tests.segments import texts


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" \n\t", []),
        ("Don't stop!", ["Don", "'", "t", "stop", "!"]),
        ("snake_case x1 --flag=3", ["snake_case", "x1", "--", "flag", "=", "3"]),
        ("e\u0301te\u0301 naïve", ["e\u0301te\u0301", "naïve"]),
        ("नमस्ते दुनिया।", ["नमस्ते", "दुनिया", "।"]),
        ("a\r\nb\u2028c", ["a", "b", "c"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    (spans,) = Words().offsets([text])
    assert [text[start:end] for start, end in spans.tolist()] == words
    assert Words().count([text]) == [len(words)]


@given(st.lists(texts(), max_size=4))
def test_counts_agree_with_offsets(many: list[str]) -> None:
    for unit in (Characters(), Words()):
        found = unit.offsets(many)
        assert [len(spans) for spans in found] == unit.count(many)
        for spans, text in zip(found, many, strict=True):
            assert spans.shape == (len(spans), 2)
            flat = spans.ravel().tolist()
            assert flat == sorted(flat)
            assert all(
                text[start:end].strip() or unit.hash == "characters:1" for start, end in spans
            )


def test_units_have_names_of_their_own() -> None:
    assert Characters().hash != Words().hash


@pytest.mark.parametrize(
    "seen",
    [
        "\r\n",
        "e\u0301\u0302",
        "👨\u200d👩\u200d👧",
        "👍🏽",
        "❤\ufe0f",
        "🏴\U000e0067\U000e0062\U000e007f",
        "🇩🇪",
        "\u1112\u1161\u11ab",
        "กำ",
        "नि",
    ],
)
def test_a_seen_character_is_not_cut(seen: str) -> None:
    text = f"a{seen}b{seen}{seen}"
    whole = {0, 1, 1 + len(seen), 2 + len(seen), 2 + 2 * len(seen), len(text)}
    for at in range(len(text) + 1):
        assert joined(text, at) == (at not in whole)


def test_flags_pair_up() -> None:
    text = "x" + "🇩🇪🇫🇷🇵🇱"
    assert [at for at in range(len(text)) if not joined(text, at)] == [0, 1, 3, 5]


def test_floor_goes_back_to_a_whole_character() -> None:
    text = "ab👨\u200d👩c"
    assert floor(text, 4, 0) == 2
    assert floor(text, 2, 0) == 2
    # Nothing before it: better a cut character than none at all.
    assert floor(text, 4, 2) == 4
