"""Which headings are open, and which page it is, at places of a document."""

from __future__ import annotations

__all__ = ["heading_paths", "pages"]

from collections.abc import Sequence

from ops.enrich.code import Structure


def heading_paths(structure: Structure, places: Sequence[int]) -> list[list[str]]:
    """For each offset the labels of the headings it lies under, the outermost first.

    A heading is open from its own line up to the next of the same or an outer level. The order of
    the offsets does not matter.
    """
    headings = sorted(
        (int(span["start"]), int(span["level"]), str(span["label"]))
        for span in structure
        if span["kind"] == "heading"
    )
    paths: list[list[str]] = [[] for _ in places]
    open_now: list[tuple[int, str]] = []
    following = 0
    for index in sorted(range(len(places)), key=places.__getitem__):
        while following < len(headings) and headings[following][0] <= places[index]:
            _, level, label = headings[following]
            while open_now and open_now[-1][0] >= level:
                open_now.pop()
            open_now.append((level, label))
            following += 1
        paths[index] = [label for _, label in open_now]
    return paths


def pages(structure: Structure, places: Sequence[int]) -> list[int | None]:
    """For each offset the number of the last page that begins there or before.

    A page whose label is no number has its place among the pages. None where no page has begun.
    """
    spans = sorted((int(s["start"]), str(s["label"])) for s in structure if s["kind"] == "page")
    found: list[int | None] = [None] * len(places)
    following, page = 0, None
    for index in sorted(range(len(places)), key=places.__getitem__):
        while following < len(spans) and spans[following][0] <= places[index]:
            label = spans[following][1]
            following += 1
            page = int(label) if label.isdecimal() else following
        found[index] = page
    return found
