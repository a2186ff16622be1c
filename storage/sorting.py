"""The order of a large table's rows, found in little memory.

Strings that repeat from row to row (a URI, a document's id) become numbers batch by batch, and the
columns become one number a row, so that a million rows take tens of megabytes, not hundreds; a
table that is stored in order is passed over once.
"""

from __future__ import annotations

__all__ = ["ROW_ID", "sorted_ids"]

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

ROW_ID: Final = "_rowid"
_MOST: Final = 1 << 62

Read: TypeAlias = Callable[[Sequence[str]], Iterable[Any]]
"""Gives Arrow record batches with these columns and the row id."""
Codes: TypeAlias = NDArray[np.int64]


def sorted_ids(read: Read, by: Mapping[str, bool], key: str | None = None) -> NDArray[np.uint64]:
    """The row ids (`uint64`) of all rows, sorted.

    Args:
        by: column → whether its largest value comes first; nulls come last either way.
        key: the one of them that is unique. Where it is the last, it is read only if two rows
            are alike in all others: reading it costs as much as all others together.
    """
    *others, last = by
    if last == key and others:
        ids, codes = _coded(read, {name: by[name] for name in others})
        order = np.argsort(codes, kind="stable")
        codes = codes[order]
        if not (codes[1:] == codes[:-1]).any():
            return ids[order]
    ids, codes = _coded(read, by)
    return ids[np.argsort(codes, kind="stable")]


def _coded(read: Read, by: Mapping[str, bool]) -> tuple[NDArray[np.uint64], Codes]:
    """The row ids, and for each row a number that sorts as its columns do."""
    parts: dict[str, list[pl.Series]] = {name: [] for name in (ROW_ID, *by)}
    numbers: dict[str, dict[str, int]] = {}
    for batch in read(list(by)):
        for name, found in parts.items():
            column = batch.column(name)
            if str(column.type) in ("string", "large_string"):
                found.append(_numbered(column, numbers.setdefault(name, {})))
            else:
                found.append(_small(pl.Series(pl.from_arrow(column))))
    if not parts[ROW_ID]:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    ids = _joined(parts.pop(ROW_ID)).to_numpy().astype(np.uint64, copy=False)
    codes, span = np.zeros(len(ids), dtype=np.int64), 1
    for name, largest in by.items():
        column = _joined(parts.pop(name))
        more = _ranked(column, numbers[name]) if name in numbers else _ranks(column)
        top = more.max()
        if largest and isinstance(top, int):
            more = more * -1 + top
        values, size = _filled(more)
        if span * size > _MOST:
            codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
            span = int(codes.max()) + 1
        codes *= size
        codes += values
        span *= size
    return ids, codes


def _small(column: pl.Series) -> pl.Series:
    """Whole numbers in as few bytes as they need; all batches are held at once."""
    return column.shrink_dtype() if column.dtype.is_integer() else column


def _joined(parts: Sequence[pl.Series]) -> pl.Series:
    """One after the other, in the widest of their types."""
    return pl.concat([part.to_frame() for part in parts], how="vertical_relaxed").to_series()


def _filled(ranks: pl.Series) -> tuple[Codes, int]:
    """The ranks with nulls behind all others, and how many different numbers there may be."""
    top = ranks.max()
    beyond = int(top) + 1 if isinstance(top, int) else 0
    return ranks.fill_null(beyond).to_numpy().astype(np.int64, copy=False), beyond + 1


def _ranks(column: pl.Series) -> pl.Series:
    """Numbers from 0 on that sort as the values do."""
    if column.dtype.is_integer() or column.dtype == pl.Boolean:
        low, high = column.min(), column.max()
        if low is None:
            return column.cast(pl.Int64)
        if isinstance(low, int) and isinstance(high, int) and high - low < 1 << 31:
            return column.cast(pl.Int64) - int(low)
    return column.rank("dense").cast(pl.Int64)


def _numbered(column: Any, numbers: dict[str, int]) -> pl.Series:
    """Each string by its number, given as strings are met; null stays null."""
    encoded = column.dictionary_encode()
    known = [numbers.setdefault(text, len(numbers)) for text in encoded.dictionary.to_pylist()]
    places = pl.Series(pl.from_arrow(encoded.indices)).cast(pl.UInt32)
    return pl.Series(known, dtype=pl.UInt32).gather(places)


def _ranked(column: pl.Series, numbers: Mapping[str, int]) -> pl.Series:
    """The numbers of strings in the order of the strings."""
    ranks = np.empty(len(numbers), dtype=np.int64)
    for rank, text in enumerate(sorted(numbers)):
        ranks[numbers[text]] = rank
    return pl.Series(ranks, dtype=pl.Int64).gather(column)
