"""Documents as the source screen reads them: at a segmentation, stored or made on the spot.

Everything here may take time, and is called from worker threads.
"""

from __future__ import annotations

__all__ = ["Contrast", "Cut", "Reading", "contrast", "cuts", "list_documents", "read"]

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from ops.errors import ChunkbookError
from ops.export.compare import Comparison, Side, compare, side_of
from pipelines.looking.view import Document, frames_of
from tui.book import Book
from tui.widgets.canvas import Canvas
from tui.widgets.shown import Shown

if TYPE_CHECKING:
    from pipelines.looking.sample import Preview
    from pipelines.workspace import Workspace

SAMPLED: Final = 5
"""Documents that are shown of a notebook that never ran."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A segmentation of the notebook's documents, or, without one, the documents alone."""

    maker: str
    """The cell that makes the chunks."""
    cell: str
    """The last cell that knows them, and so what is known of them."""
    op: str
    budget: int | None = None
    """Tokens that a chunk may have at most."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A document at a segmentation."""

    cut: Cut
    shown: Shown
    stored: bool
    """Whether a run made it; else it was made just now, and is kept nowhere."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """One document cut in two ways."""

    first: Reading
    second: Reading
    comparison: Comparison

    @property
    def same_text(self) -> bool:
        """Whether both cut the same text; offsets cannot be compared otherwise."""
        return self.first.shown.document.text == self.second.shown.document.text


def cuts(workspace: Workspace) -> tuple[Cut, ...]:
    """The segmentations of a notebook in its order; of one without any, its documents."""
    last: dict[str, str] = {}
    for cell in workspace.model.cells:
        known = frames_of(workspace, cell.id) if cell.id in workspace.wiring.cells else {}
        frame = known.get("chunks") or known.get("documents")
        if frame:
            last[next(iter(frame))] = cell.id
    ops = {cell.id: cell.op for cell in workspace.model.cells}
    segmenters = [maker for maker in last if "chunks" in ops[maker].creates]
    return tuple(
        Cut(maker, last[maker], ops[maker].name, getattr(ops[maker], "size", None))
        for maker in (segmenters or last)
    )


def list_documents(book: Book, cut: Cut) -> pl.DataFrame:
    """doc_id, title, uri, bytes, chunks, failure of every document, by URI.

    Before the first run: of a few that are loaded now.
    """
    table = book.documents(cut.cell)
    if len(table):
        return table
    try:
        documents = _sampled(book, cut).frames["documents"]
    except ChunkbookError:
        return table
    shown = documents.select("doc_id", "title", "uri", "bytes").with_columns(
        chunks=pl.lit(None, pl.Int64), failure=pl.lit("")
    )
    return shown.sort("uri", "doc_id")


def read(book: Book, cut: Cut, doc_id: str) -> Reading:
    """A document with its chunks; cut on the spot where no run has cut it."""
    document = book.document(cut.cell, doc_id)
    if document.text and (document.failure or document.chunks is None or len(document.chunks)):
        return Reading(cut, Shown.of(document), True)
    items = document.frames["documents"]["item"].to_list() if document.text else []
    try:
        preview = _sampled(book, cut, tuple(items))
    except ChunkbookError:
        return Reading(cut, Shown.of(document), True)
    return Reading(cut, Shown.of(_document(preview, doc_id) or document), False)


def contrast(book: Book, first: Cut, second: Cut, doc_id: str) -> Contrast:
    """One document at two segmentations."""
    one, two = read(book, first, doc_id), read(book, second, doc_id)
    text = one.shown.document.text
    found = compare(text, one.shown.canvas.spans, two.shown.canvas.spans, (_side(one), _side(two)))
    return Contrast(_marked(one, found.only_first), _marked(two, found.only_second), found)


def _side(reading: Reading) -> Side:
    from ops.segment.sentences import sentences

    chunks = reading.shown.chunks
    tokens = chunks["tokens"].to_list() if chunks is not None else []
    text = reading.shown.document.text
    return side_of(reading.shown.canvas.spans, tokens, sentences(text), reading.cut.budget)


def _marked(reading: Reading, places: tuple[int, ...]) -> Reading:
    """The same with the first character after each cut that the other side lacks marked."""
    shown = reading.shown
    spans = [(place, place + 1) for place in places]
    canvas: Canvas = shown.canvas.with_layer("differences", spans)
    marked = Shown(shown.document, shown.chunks, canvas, shown.tables)
    return Reading(reading.cut, marked, reading.stored)


def _sampled(book: Book, cut: Cut, items: tuple[str, ...] = ()) -> Preview:
    from pipelines.looking.sample import Sampler

    return Sampler(book.workspace, count=SAMPLED, items=items).preview(cut.cell)


def _document(preview: Preview, doc_id: str) -> Document | None:
    frames = preview.frames.of_documents([doc_id])
    rows = frames["documents"].to_dicts()
    if not rows:
        return None
    told = rows[0]
    failure = preview.failures.get(doc_id, "")
    return Document(doc_id, told["title"] or "", told["uri"], told["text"], frames, failure)
