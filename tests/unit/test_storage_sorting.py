"""The order of rows without holding them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from storage.sorting import ROW_ID, sorted_ids

VALUES = {
    "name": st.one_of(st.none(), st.text(max_size=3)),
    "number": st.one_of(st.none(), st.integers(-(2**62), 2**62), st.integers(-3, 3)),
    "score": st.one_of(st.none(), st.floats(allow_nan=False)),
    "kept": st.booleans(),
}


@given(
    st.lists(st.fixed_dictionaries(VALUES), max_size=20),
    st.permutations(sorted(VALUES)),
    st.lists(st.booleans(), min_size=4, max_size=4),
    st.integers(1, 7),
    st.sampled_from([1, 1 << 33]),
)
def test_the_order_is_that_of_a_sort(
    rows: list[dict[str, object]], names: list[str], largest: list[bool], size: int, apart: int
) -> None:
    schema = {"name": pl.String, "number": pl.Int64, "score": pl.Float64, "kept": pl.Boolean}
    table = pl.DataFrame(rows, schema=schema).with_row_index(ROW_ID)
    table = table.with_columns(pl.col(ROW_ID).cast(pl.UInt64) * apart)  # as of many files
    by = dict(zip(names, largest, strict=True))

    def batches(columns: Sequence[str]) -> Any:
        return table.select(*columns, ROW_ID).to_arrow().to_batches(max_chunksize=size)

    wanted = table.sort(names, descending=largest, nulls_last=True, maintain_order=True)
    assert sorted_ids(batches, by).tolist() == wanted[ROW_ID].to_list()
    if not table["name"].is_duplicated().any():
        assert sorted_ids(batches, by, "name").tolist() == wanted[ROW_ID].to_list()


def test_the_key_is_read_only_where_it_decides() -> None:
    table = pl.DataFrame({"place": [2, 1, 3], "key": ["b", "c", "a"], ROW_ID: [0, 1, 2]})
    read: list[list[str]] = []

    def batches(columns: Sequence[str]) -> Any:
        read.append(list(columns))
        return table.to_arrow().to_batches()

    assert sorted_ids(batches, {"place": False, "key": False}, "key").tolist() == [1, 0, 2]
    assert read == [["place"]]
