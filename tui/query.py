"""What the table of chunks shows, and a chunk as one of its rows."""

from __future__ import annotations

__all__ = ["Query", "page_of", "row_of", "rows_of"]

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from storage.filters import Test
from tui.desk import Marks
from tui.filters import parse_filter
from tui.shelf import Shelf
from tui.widgets.figures import count
from tui.widgets.found import around
from tui.widgets.plain import one_line
from tui.widgets.search import Question
from tui.widgets.table import Row

ANYTHING: Final = Question("", "text")


@dataclass(frozen=True, slots=True)
class Query:
    """What the table shows: an answer to a question, of the chunks that pass a filter, sorted."""

    question: Question = ANYTHING
    filter: str = ""
    order: str = ""
    """A column, "-column" for its largest first; "" for documents and places."""

    def where(self, shelf: Shelf) -> dict[str, tuple[Test, ...]]:
        return parse_filter(self.filter, shelf.kinds) if self.filter else {}

    @property
    def by(self) -> tuple[str, ...]:
        return (self.order,) if self.order else ()


def page_of(shelf: Shelf, query: Query, marks: Marks, offset: int, limit: int) -> list[Row]:
    """A page of the table."""
    rows = shelf.page(offset, limit, query.where(shelf), query.by)
    return [row_of(row, count(offset + place), marks) for place, row in enumerate(rows, 1)]


def row_of(
    row: Mapping[str, Any], number: str, marks: Marks, pattern: re.Pattern[str] | None = None
) -> Row:
    """A chunk as a row of the table."""
    document = str(row.get("title") or row.get("uri") or row["doc_id"])
    text = str(row.get("chunk_title") or "")
    text = f"{text} · {row['text']}" if text else str(row["text"])
    said = (
        number,
        _sign(row, marks),
        one_line(around(text, pattern)),
        count(int(row["tokens"])),
        one_line(document, 60),
    )
    return Row(str(row["chunk_id"]), said)


def _sign(row: Mapping[str, Any], marks: Marks) -> str:
    """One sign for what people did to a chunk; what is pending first."""
    if marks.waiting(row):
        return "✎"
    if row.get("pinned"):
        return "⚑"
    if row.get("note"):
        return "✉"
    return "∙" if row.get("edits") else ""


def rows_of(shelf: Shelf, query: Query, k: int) -> Iterator[pl.DataFrame]:
    """Everything that the table shows, with all columns, by pages; of a search the `k` best."""
    where = query.where(shelf)
    if not query.question.text:
        yield from shelf.pages(where, query.by)
        return
    hits = shelf.search(query.question.text, query.question.mode, k, where)
    rows = [{"rank": hit.rank, "score": hit.score, **hit.row} for hit in hits]
    yield pl.DataFrame(rows, infer_schema_length=None)
