"""What the workers of the chunks screen tell it."""

from __future__ import annotations

__all__ = ["Found", "Opened", "Paged", "Traced"]

from collections.abc import Sequence

from textual.message import Message

from pipelines.looking.lineage import Lineage
from tui.query import Query
from tui.shelf import ChunkView, Shelf
from tui.widgets.table import PageTable, Row


class Found(Message, namespace="chunks_screen"):
    """Rows for the table: the first page of all chunks, or hits, best first.

    `unfiltered` when the collection has not the columns of the filter, which is left out then.
    """

    def __init__(
        self,
        query: Query,
        shelf: Shelf | None,
        rows: Sequence[Row],
        total: int,
        *,
        unfiltered: bool = False,
    ) -> None:
        super().__init__()
        self.query = query
        self.shelf = shelf
        self.rows = rows
        self.total = total
        self.unfiltered = unfiltered


class Paged(Message, namespace="chunks_screen"):
    """A page of the collection was read."""

    def __init__(self, wanted: PageTable.Wanted, rows: Sequence[Row]) -> None:
        super().__init__()
        self.wanted = wanted
        self.rows = rows


class Opened(Message, namespace="chunks_screen"):
    """A chunk was read."""

    def __init__(self, view: ChunkView | None, *, followed: bool = False) -> None:
        super().__init__()
        self.view = view
        self.followed = followed


class Traced(Message, namespace="chunks_screen"):
    """A chunk's lineage was read."""

    def __init__(self, lineage: Lineage) -> None:
        super().__init__()
        self.lineage = lineage
