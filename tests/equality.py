"""When two outputs are equal: ids, spans and text exactly; numbers and vectors nearly."""

from __future__ import annotations

import numpy as np
import polars as pl
from polars.testing import assert_frame_equal

from pipelines.workspace import Workspace


def assert_same_tables(one: Workspace, other: Workspace) -> None:
    """Every table of every cell is equal: sorted rows agree exactly in ids, spans and text, in
    numbers within 1e-4, in vectors within 1e-5 cosine distance."""
    for name, wired in one.wiring.cells.items():
        tables = one.table_names(wired)
        assert tables == other.table_names(other.wiring.cells[name])
        for frame, table in tables.items():
            mine, yours = one.tables.read(table), other.tables.read(table)
            assert len(mine), f"{name} has no {frame}"
            assert_same_rows(mine, yours)


def assert_same_rows(mine: pl.DataFrame, yours: pl.DataFrame) -> None:
    """Two tables, compared after sorting by id."""
    key = mine.columns[0]
    mine, yours = mine.sort(key), yours.sort(key)
    assert mine.columns == yours.columns
    assert mine[key].to_list() == yours[key].to_list()
    if "vector" in mine.columns:
        a, b = (np.array(t["vector"].to_list(), dtype=np.float64) for t in (mine, yours))
        cosine = (a * b).sum(1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))
        assert (1 - cosine < 1e-5).all()
        mine, yours = mine.drop("vector"), yours.drop("vector")
    assert_frame_equal(mine, yours, abs_tol=1e-4, rel_tol=0)
