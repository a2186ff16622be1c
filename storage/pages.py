"""Pages of a large table in a defined order, without holding the table.

The order is found once, from the columns that define it, and kept as row ids (8 bytes a row); a
page then takes its rows by id. Row ids hold for one version of a table, so this is for readers.
"""

from __future__ import annotations

__all__ = ["ROW_ID", "Pages"]

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ops.errors import UsageError
from storage.arrow import AT_ONCE, from_arrow, scan
from storage.heap import give_back
from storage.sorting import ROW_ID, sorted_ids

_KEPT: Final = 4
"""Orders kept; at a million rows each takes 8 MB."""
_SMALL: Final = 10_000
"""Rows below which an order is small."""
_LARGE: Final = 100_000
"""Rows from which on finding an order leaves much memory behind."""
_KEPT_SMALL: Final = 64
_SPAN: Final = 1 << 26
"""Rows, and gaps between them, up to which marking them is quicker than sorting them."""
_FILE: Final = np.uint64(32)
_ROW: Final = np.uint64(0xFFFFFFFF)
"""A row id is the number of a file in its upper half, and a place in it in its lower one."""


class Pages:
    """Rows of one version of a table by their place in an order."""

    def __init__(self, handle: Any, default: Sequence[str]) -> None:
        self._handle = handle
        self._default = tuple(default)
        self._orders: OrderedDict[tuple[str | None, tuple[str, ...]], NDArray[np.uint64]]
        self._orders = OrderedDict()
        self._lock = threading.Lock()

    def page(
        self,
        offset: int,
        limit: int | None,
        columns: Sequence[str],
        where: str | None = None,
        order: Sequence[str] = (),
    ) -> pl.DataFrame:
        """Rows from `offset` on, at most `limit`.

        Args:
            order: columns to sort by first, "-name" for largest first; then the default order.
        """
        ids = self._order(where, tuple(order))[offset:]
        return self.take(ids if limit is None else ids[:limit], columns)

    def count(self, where: str | None = None) -> int:
        """Rows that pass the filter."""
        known = []
        if where is not None:
            with self._lock:
                known = [ids for (passed, _), ids in self._orders.items() if passed == where]
        return len(known[0]) if known else int(self._handle.count_rows(where))

    def take(self, ids: NDArray[np.uint64], columns: Sequence[str]) -> pl.DataFrame:
        """The rows with these ids, in the order of the ids."""
        if not len(ids):
            # A query limited to no rows would give all of them.
            return from_arrow(self._handle.schema.empty_table().select(list(columns)))
        query = self._handle.take_row_ids(ids.tolist()).select(list(columns)).with_row_id()
        found = from_arrow(query.to_arrow())
        asked = pl.DataFrame({ROW_ID: pl.Series(ids, dtype=pl.UInt64)})
        joined = asked.join(found, on=ROW_ID, how="left", maintain_order="left")
        return joined.select(list(columns))

    def _order(self, where: str | None, order: tuple[str, ...]) -> NDArray[np.uint64]:
        with self._lock:
            key = (where, order)
            if key not in self._orders:
                self._orders[key] = self._find_order(where, order)
                self._forget()
            self._orders.move_to_end(key)
            return self._orders[key]

    def _forget(self) -> None:
        """Let the oldest orders go, small ones only among themselves: they cost next to nothing."""
        for kept, small in ((_KEPT, False), (_KEPT_SMALL, True)):
            keys = [key for key, ids in self._orders.items() if (len(ids) < _SMALL) is small]
            for key in keys[:-kept]:
                del self._orders[key]

    def _find_order(self, where: str | None, order: tuple[str, ...]) -> NDArray[np.uint64]:
        stored = self._handle.schema.names
        by = {name.removeprefix("-"): name.startswith("-") for name in order}
        missing = [name for name in by if name not in stored]
        if missing:
            raise UsageError(
                f"cannot sort by {missing[0]!r}: there is no such column",
                hint="columns: " + ", ".join(stored),
            )
        by |= {name: False for name in self._default if name in stored and name not in by}
        whole = self._orders.get((None, order))
        if where and whole is not None:
            return self._passing(where, whole)

        def read(names: Sequence[str]) -> Any:
            query = self._handle.search().select(list(names)).with_row_id(True)
            return (query.where(where) if where else query).to_batches(AT_ONCE)

        ids = sorted_ids(read, by, self._default[-1])
        if len(ids) > _LARGE:
            give_back()
        return ids

    def _passing(self, where: str, whole: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Those of all rows, which stand in their order, that pass a filter."""
        query = self._handle.search().where(where).select([ROW_ID]).with_row_id(True)
        found: NDArray[np.uint64] = scan(query)[ROW_ID].to_numpy()
        if len(found) == len(whole):
            return whole
        if (whole[1:] > whole[:-1]).all():  # the table is stored in this order
            return np.sort(found)
        files, rows = whole >> _FILE, whole & _ROW
        width = int(rows.max(initial=0)) + 1
        if (int(files.max(initial=0)) + 1) * width > _SPAN:
            chosen = np.isin(whole, found)
        else:
            passes = np.zeros((int(files.max(initial=0)) + 1, width), dtype=bool)
            passes[found >> _FILE, found & _ROW] = True
            chosen = passes[files, rows]
        kept: NDArray[np.uint64] = whole[chosen]
        return kept
