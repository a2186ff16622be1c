"""Rows of the `measures` frame."""

from __future__ import annotations

__all__ = ["MEASURED", "Measure", "means", "measures_frame"]

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import polars as pl

from ops.frames import MEASURES, Frames, Schema, conform, digest

MEASURED: Final[Mapping[str, Schema]] = {
    "measures": {n: d for n, d in MEASURES.items() if n not in ("measure_id", "doc_id")}
}
"""What every evaluate op that measures writes."""


class Measure(NamedTuple):
    """One figure of one document."""

    doc_id: str
    measure: str
    value: float
    weight: float = 1.0
    """Of the value in a mean over documents or questions."""
    subject: str = ""
    """The question that was asked, or "" for the document as a whole."""
    place: int = 0
    """Of the subject in its file: the same question may be asked twice."""


def measures_frame(found: Iterable[Measure]) -> Frames:
    """The frame of these figures."""
    rows = [
        {
            "measure_id": digest(one.doc_id, one.subject, one.place, one.measure),
            "doc_id": one.doc_id,
            "measure": one.measure,
            "subject": one.subject,
            "value": one.value,
            "weight": one.weight,
        }
        for one in found
    ]
    table = pl.DataFrame(rows, schema=dict(MEASURES))
    return Frames({"measures": conform("measures", table, MEASURES)})


def means(measures: pl.DataFrame) -> dict[str, float]:
    """Measure → its weighted mean over all rows, by name; those without weight are left out."""
    found = (
        measures.group_by("measure")
        .agg((pl.col("value") * pl.col("weight")).sum(), pl.col("weight").sum())
        .filter(pl.col("weight") > 0)
        .sort("measure")
    )
    return {name: value / weight for name, value, weight in found.iter_rows()}
