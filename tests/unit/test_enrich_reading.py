"""Length and ease of reading."""

from __future__ import annotations

import pytest

from ops.enrich.reading import count_words, flesch, syllables


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Two words", 2),
        ("state-of-the-art isn't 3.14", 3),
        ("| a | -- | b |", 2),
        ("你好世界 and more", 6),
        ("", 0),
        ("*** !!! …", 0),
    ],
)
def test_words(text: str, words: int) -> None:
    assert count_words(text) == words


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("the", 1), ("table", 2), ("idea", 3), ("science", 2), ("nation", 2), ("created", 3),
        ("walked", 1), ("wanted", 2), ("boxes", 2), ("times", 1), ("little", 2), ("really", 2),
        ("quiet", 2), ("queue", 1), ("actual", 3), ("documents", 3), ("language", 2),
        ("statistics", 3), ("examples", 3), ("being", 2), ("radio", 3), ("various", 3),
        ("something", 2), ("useful", 2), ("software", 2), ("values", 2), ("client", 2),
        ("variable", 4), ("association", 5), ("society", 4), ("theory", 3), ("pages", 2),
        ("b", 1), ("rhythm", 1),
    ],
)  # fmt: skip
def test_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


def test_flesch_is_the_published_formula() -> None:
    # 6 words, 6 syllables, 1 sentence; the classic example has 116.145.
    assert flesch(["The cat sat on the mat."]) == pytest.approx(116.15, abs=0.01)
    # 206.835 - 1.015 * 4 / 2 - 84.6 * 9 / 4
    assert flesch(["Language society.", "", "Table nation."]) == pytest.approx(
        206.835 - 1.015 * 2 - 84.6 * (2 + 4 + 2 + 2) / 4, abs=0.01
    )


def test_flesch_without_words() -> None:
    assert flesch([]) is None
    assert flesch(["123 …", ""]) is None


def test_hard_prose_scores_below_easy_prose() -> None:
    easy = flesch(["The dog ran to me.", "It was glad.", "We went home."])
    hard = flesch(["Institutional characterisation of organisational interdependencies persists."])
    assert easy is not None
    assert hard is not None
    assert easy > 90 > 0 > hard
