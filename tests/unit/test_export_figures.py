"""Figures of chunks and the picture of their lengths."""

from __future__ import annotations

from xml.etree import ElementTree

import polars as pl
import pytest

from ops.export.figures import figures_of, histogram
from tests.segments import documents


def test_figures() -> None:
    table = documents(["abcdef ghij", "xyz"])
    chunks = pl.DataFrame(
        {
            "doc_id": ["d0000", "d0000", "d0001"],
            "start": [0, 3, 0],
            "end": [6, 8, 2],
            "tokens": [6, 5, 2],
            "boundary": ["word", "end", "end"],
        }
    )
    figures = figures_of(table, chunks)
    assert (figures.documents, figures.chunks, figures.tokens) == (2, 3, 13)
    assert (figures.shortest, figures.median, figures.longest) == (2, 5, 6)
    assert figures.covered == pytest.approx(1 - 4 / 14)  # "hij" and "z" are missing
    assert figures.repeated == pytest.approx(3 / 14)
    assert figures.boundaries == (("end", 2), ("word", 1))


def test_no_chunks() -> None:
    none = pl.DataFrame({"doc_id": [], "start": [], "end": []}).cast(
        {"doc_id": pl.String, "start": pl.Int64, "end": pl.Int64}
    )
    figures = figures_of(documents(["", "a"]), none)
    assert (figures.chunks, figures.shortest, figures.longest, figures.median) == (0, 0, 0, 0)
    assert figures.covered == 0
    assert histogram([]) == ""


@pytest.mark.parametrize("lengths", [[1], [0], [5, 5, 5], list(range(1, 300)), [10_000, 1]])
def test_the_picture_counts_every_chunk(lengths: list[int]) -> None:
    drawn = ElementTree.fromstring(histogram(lengths))
    counts = [int(str(title.text).rsplit(": ", 1)[1]) for title in drawn.iter("title")]
    assert sum(counts) == len(lengths)
    for bar in drawn.iter("rect"):
        x, width, y = (float(bar.attrib[name]) for name in ("x", "width", "y"))
        assert x >= 0
        assert x + width <= 420.01
        assert 0 <= y <= 80
