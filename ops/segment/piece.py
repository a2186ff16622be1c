"""Where a segmenter wants a chunk, before it has an id."""

from __future__ import annotations

__all__ = ["Document", "Piece", "Structure", "documents_of"]

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import polars as pl

from ops.captions import spoken
from ops.frames import STRUCTURE, in_order

UNCOUNTED = -1


class Piece(NamedTuple):
    """A span of one document that is to become a chunk.

    `boundary` says why it ends where it ends: heading, page, paragraph, item, line, sentence,
    separator, word, budget (inside a word) or end. `parent` is another piece of the same document.
    """

    start: int
    end: int
    boundary: str
    level: int = 0
    parent: Piece | None = None
    tokens: int = UNCOUNTED
    """Exactly what the tokenizer gives for the piece's own text; UNCOUNTED until that is known."""
    score: float | None = None
    """How strongly the text parts where the piece ends, for segmenters that measure that."""
    threshold: float | None = None
    """What the score was compared with."""
    lead: tuple[tuple[int, int], ...] = ()
    """Spans elsewhere that a reader needs first (a table's header); they go into derived text."""


class Structure(NamedTuple):
    """One span of a document's structure, as in `ops.frames.STRUCTURE`."""

    kind: str
    start: int
    end: int
    level: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """What a segmenter sees of a document. `structure` is in order of start, outer spans first."""

    doc_id: str
    text: str
    format: str = "text"
    structure: tuple[Structure, ...] = ()
    edges: tuple[int, ...] = ()
    """Where the documents end that it is put together of, if it is (`ops.segment.joined`)."""
    whole: str = ""
    """Of captions the text with its times, which are blank in `text`; else empty."""

    def spoken(self) -> Document:
        """The document as it is to be cut: of captions only what is said."""
        said = spoken(self.text)
        return self if said is self.text else replace(self, text=said, whole=self.text)


def documents_of(table: pl.DataFrame) -> Iterator[Document]:
    """The rows of a documents frame, in its order; spans that lie outside the text are left out."""
    columns = {"doc_id": pl.String(), "text": pl.String(), "format": pl.String()}
    wanted = [
        pl.col(name) if name in table.columns else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in {**columns, "structure": STRUCTURE}.items()
    ]
    if not table["doc_id"].is_sorted():
        table = in_order("documents", table)
    for doc_id, text, form, spans in table.select(wanted).iter_rows():
        length = len(text or "")
        found = [
            Structure(s["kind"], s["start"], s["end"], s["level"] or 0, s["label"] or "")
            for s in spans or ()
            if 0 <= s["start"] < s["end"] <= length
        ]
        found.sort(key=lambda span: (span.start, -span.end))
        yield Document(doc_id, text or "", form or "text", tuple(found))
