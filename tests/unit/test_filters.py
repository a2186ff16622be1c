"""Filters as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.errors import UsageError
from storage.filters import Test as Is
from tui.filters import parse_filter

KINDS = {
    "title": "text",
    "language": "text",
    "tokens": "number",
    "pinned": "flag",
    "heading_path": "list",
}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("", {}),
        ("language:de", {"language": (Is("~", "de"),)}),
        ("language=de", {"language": (Is("=", "de"),)}),
        ("length>200", {"tokens": (Is(">", 200),)}),
        ("tokens>=2 tokens<9.5", {"tokens": (Is(">=", 2), Is("<", 9.5))}),
        ("tokens:7", {"tokens": (Is("=", 7),)}),
        ('heading:"sick leave" pinned:no', {
            "heading_path": (Is("~", "sick leave"),), "pinned": (Is("!=", True),)
        }),
        ("document:it's", {"title": (Is("~", "it's"),)}),
    ],
)  # fmt: skip
def test_a_filter_is_read(said: str, found: dict[str, tuple[Is, ...]]) -> None:
    assert parse_filter(said, KINDS) == found


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("colour:red", "no column 'colour'"),
        ("tokens>many", "is a number"),
        ("pinned:perhaps", "yes or no"),
        ("pinned>yes", "yes or no"),
        ("language:", "lacks its value"),
        ("just words", "no filter"),
    ],
)
def test_what_is_wrong_is_said(said: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        parse_filter(said, KINDS)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(said: str) -> None:
    try:
        tests = parse_filter(said, KINDS)
    except UsageError:
        return
    assert set(tests) <= set(KINDS)
