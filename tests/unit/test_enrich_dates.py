"""Days that a text names."""

from __future__ import annotations

import pytest

from ops.enrich.dates import find_dates


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-03-05", "2024-03-05"),
        ("2024/3/5", "2024-03-05"),
        ("2024.03.05", "2024-03-05"),
        ("2024-03-05T12:00:00Z", "2024-03-05"),
        ("on 5 March 2024.", "2024-03-05"),
        ("5th of March 2024", "2024-03-05"),
        ("March 5, 2024", "2024-03-05"),
        ("Mar. 5th, 2024", "2024-03-05"),
        ("May 1 2024", "2024-05-01"),
        ("1 May\n2024", "2024-05-01"),
        ("05.03.2024", "2024-03-05"),
        ("5. März 2024", "2024-03-05"),
        ("le 1er mars 2024", "2024-03-01"),
        ("5 de marzo de 2024", "2024-03-05"),
        ("21-Nov-2023", "2023-11-21"),
        ("13/05/2024", "2024-05-13"),
        ("05/13/2024", "2024-05-13"),
        ("06/06/2024", "2024-06-06"),
        ("在2024年3月5日发布", "2024-03-05"),
        ("a,2024-03-05,b", "2024-03-05"),
        ("29 February 2024", "2024-02-29"),
    ],
)
def test_a_date_is_understood(text: str, iso: str) -> None:
    assert [found.iso for found in find_dates(text)] == [iso]


@pytest.mark.parametrize(
    "text",
    [
        "05/06/2024",  # both could be the day
        "2024-02-30",
        "29 February 2023",
        "1.2.2024.1",  # versions
        "10.0.2024",
        "2024.1.15.2",
        "v2024-03-05",
        "2023-01-02-03",
        "May 2024",
        "Chapter 5, 2024",
        "5 Widgets 2024",
        "3024-01-01",
        "",
    ],
)
def test_what_is_no_date_is_passed_over(text: str) -> None:
    assert find_dates(text) == []


def test_spans_are_those_of_the_dates() -> None:
    text = "From 2024-03-05 to May 1, 2024 (and 2.1.1999)."
    assert [text[a:b] for a, b, _ in find_dates(text)] == ["2024-03-05", "May 1, 2024", "2.1.1999"]
    assert [iso for *_, iso in find_dates(text)] == ["2024-03-05", "2024-05-01", "1999-01-02"]
