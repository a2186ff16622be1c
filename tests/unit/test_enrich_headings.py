"""Headings and pages at places of a document."""

from __future__ import annotations

from typing import Any

from ops.enrich.headings import heading_paths, pages
from tests.graphs import heading


def page(start: int, end: int, label: str) -> dict[str, Any]:
    return {"kind": "page", "start": start, "end": end, "level": 0, "label": label}


def test_a_heading_is_open_until_one_of_its_level_or_above() -> None:
    structure = [
        heading(10, 14, 1, "A"),
        heading(20, 24, 2, "A.1"),
        heading(30, 34, 3, "A.1.x"),
        heading(40, 44, 2, "A.2"),
        heading(50, 54, 1, "B"),
    ]
    places = [0, 10, 12, 25, 35, 45, 60]
    assert heading_paths(structure, places) == [
        [],
        ["A"],
        ["A"],
        ["A", "A.1"],
        ["A", "A.1", "A.1.x"],
        ["A", "A.2"],
        ["B"],
    ]


def test_the_order_of_places_does_not_matter() -> None:
    structure = [heading(20, 24, 2, "late"), heading(0, 4, 1, "early")]
    assert heading_paths(structure, [30, 2, 30]) == [
        ["early", "late"],
        ["early"],
        ["early", "late"],
    ]


def test_levels_may_be_skipped() -> None:
    structure = [heading(0, 1, 3, "deep"), heading(5, 6, 2, "up"), heading(8, 9, 4, "down")]
    assert heading_paths(structure, [2, 7, 10]) == [["deep"], ["up"], ["up", "down"]]


def test_pages_by_label_and_by_place() -> None:
    structure = [page(5, 10, "7"), page(10, 20, "iv"), page(20, 30, "9")]
    assert pages(structure, [25, 0, 5, 12, 9]) == [9, None, 7, 2, 7]


def test_nothing_without_structure() -> None:
    assert heading_paths([], [3]) == [[]]
    assert pages([], [3]) == [None]
    assert heading_paths([heading(0, 1, 1, "A")], []) == []
