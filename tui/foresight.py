"""Gets the first page of the collection ready before anybody asks for it."""

from __future__ import annotations

__all__ = ["foresee"]

from contextlib import suppress

from ops.errors import ChunkbookError
from tui.book import Book
from tui.widgets.table import PAGE


def foresee(book: Book) -> None:
    """Find the order of the published collection; of a million chunks that takes a second.

    Call it from a worker. What is wrong with the store is told where somebody looks at it.
    """
    with suppress(ChunkbookError):
        shelf = book.shelf()
        if shelf is not None:
            shelf.page(0, PAGE)
