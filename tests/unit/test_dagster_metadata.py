"""Values for Dagster's tables, and the picture of chunk lengths."""

from __future__ import annotations

import base64
import json
import math
import re
from datetime import date
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.orchestrate.lengths import figures, picture
from pipelines.orchestrate.metadata import LONGEST, plain


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (0.5, 0.5),
        (math.nan, None),
        ("a\n\tb\x1b[31m c", "a b [31m c"),
        (["a", "b"], "a, b"),
        ([0.1] * 384, "384 numbers"),
        ([{"phrase": "cut", "score": 1.0, "spans": []}, {"phrase": "rule"}], "cut, rule"),
        ([{"key": "a", "value": "b"}], '[{"key": "a", "value": "b"}]'),
        ([], ""),
        (date(2026, 11, 21), "2026-11-21"),
        (b"\xff", "b'\\xff'"),
    ],
)
def test_plain(value: object, shown: object) -> None:
    assert plain(value) == shown


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_plain_is_short_and_one_line(value: Any) -> None:
    shown = plain(value)
    json.dumps(shown, allow_nan=False)
    if isinstance(shown, str):
        assert len(shown) <= LONGEST
        assert shown.isprintable()


def bars(drawn: str) -> list[tuple[str, float]]:
    found = re.search(r"base64,([^)]+)\)", drawn)
    assert found
    root = ElementTree.fromstring(base64.b64decode(found[1]))
    rects = [one for one in root if one.tag.endswith("rect")]
    return [(next(iter(one)).text or "", float(one.get("height", "0"))) for one in rects]


def test_picture_counts_every_chunk() -> None:
    tokens = pl.Series([1, 2, 2, 3, 40, 40, 41, 0])
    titles = [title for title, _ in bars(picture(tokens, 48))]
    assert len(titles) == 24
    assert titles[0] == "1 to 2 tokens: 4"
    assert titles[-1] == "47 to 48 tokens: 0"
    assert sum(int(title.rpartition(" ")[2]) for title in titles) == len(tokens)


@given(st.lists(st.integers(0, 5000), min_size=1), st.none() | st.integers(1, 3000))
def test_picture_holds_for_any_lengths(lengths: list[int], budget: int | None) -> None:
    drawn = bars(picture(pl.Series(lengths), budget))
    assert sum(int(title.rpartition(" ")[2]) for title, _ in drawn) == len(lengths)
    assert max(height for _, height in drawn) > 0
    assert f"{len(lengths)} chunks of {min(lengths)} to {max(lengths)} tokens" in figures(
        pl.Series(lengths)
    )


def test_no_chunks() -> None:
    empty = pl.Series([], dtype=pl.Int64)
    assert picture(empty, 5) == figures(empty) == "no chunks"
