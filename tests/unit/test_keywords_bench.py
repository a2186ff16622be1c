"""The bench of keyword extraction: a slow peer stops in time, and the measure by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from benchmarks.keywords_data import Article, f1_at, macro
from benchmarks.keywords_peers import for_seconds

ARTICLES = [Article(name, "en", name, frozenset({"graph", "word"})) for name in "abc"]


def system(found: Sequence[Article]) -> list[list[str]]:
    return [[article.name] for article in found]


def test_a_slow_peer_begins_no_article_after_its_time() -> None:
    assert for_seconds(system, 60.0)(ARTICLES) == [["a"], ["b"], ["c"]]
    assert for_seconds(system, -1.0)(ARTICLES) == []


def test_f1_by_hand() -> None:
    """Two of ten asked for are right, of two in all: F1 1/3; equal stems count once."""
    ranked = ["Graphs", "graph", "words", "tree"]
    assert f1_at(ranked, ARTICLES[0]) == pytest.approx(1 / 3)
    assert macro([ranked, []], ARTICLES[:2]) == pytest.approx(1 / 6)
