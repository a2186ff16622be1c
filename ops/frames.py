"""The frames that flow between ops: their columns, keys and order.

A frame is a Polars table. `Frames` bundles the frames of one batch of documents. Every frame has
one primary key and carries `doc_id`, so that rows can be owned by a document.
"""

from __future__ import annotations

__all__ = [
    "CHUNKS",
    "DOCUMENTS",
    "EDITED",
    "ENTITIES",
    "FRAME_NAMES",
    "KEYWORD",
    "MEASURES",
    "MENTIONS",
    "METADATA",
    "ORDER",
    "PRIMARY",
    "QUESTIONS",
    "RELATIONS",
    "SPANS",
    "STRUCTURE",
    "Frames",
    "Schema",
    "chunk_id",
    "chunk_ids",
    "conform",
    "digest",
    "doc_id",
    "in_order",
    "keys",
]

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

import polars as pl
from xxhash import xxh3_128_hexdigest

from ops.errors import UsageError

Schema: TypeAlias = Mapping[str, pl.DataType]
"""Column names and their types, in order."""

TEXT: Final = pl.String()
COUNT: Final = pl.Int64()
ID_DIGITS: Final = 20

STRUCTURE: Final = pl.List(
    pl.Struct({"kind": TEXT, "start": COUNT, "end": COUNT, "level": COUNT, "label": TEXT})
)
"""Spans of a document's text: kind is heading, page, table, row, code, list, paragraph or turn.

`level` is the depth of a heading (1 is the top), else 0. `label` is a heading's text, a page's
number, a code block's language, a turn's speaker, else "". A heading's span covers its own line
only.
"""

METADATA: Final = pl.List(pl.Struct({"key": TEXT, "value": TEXT}))
"""What the source itself declares, in its order; a key may repeat ("requires" of a package)."""

SPANS: Final = pl.List(pl.Struct({"start": COUNT, "end": COUNT}))

KEYWORD: Final = pl.List(pl.Struct({"phrase": TEXT, "score": pl.Float64(), "spans": SPANS}))
"""Ranked phrases, best first, with every occurrence in the document's text."""

DOCUMENTS: Final[Schema] = {
    "doc_id": TEXT,
    "item": TEXT,  # URI of the source item it came from (a file holds one or, for JSONL, many)
    "uri": TEXT,  # canonical URI of the document itself
    "title": TEXT,
    # text, markdown, html, pdf, docx, pptx, xlsx, epub, jsonl, csv, tsv, vtt, srt, email
    "format": TEXT,
    "text": TEXT,
    "structure": STRUCTURE,
    "metadata": METADATA,
    "bytes": COUNT,  # size of the source item
    "sha256": TEXT,  # of the bytes of the source item
}

CHUNKS: Final[Schema] = {
    "chunk_id": TEXT,
    "doc_id": TEXT,
    "level": COUNT,  # 0 for leaves; parents count up
    "ordinal": COUNT,  # place among the chunks of its document and level, from 0
    "parent_id": TEXT,  # null without one
    "start": COUNT,  # half-open character (code point) offsets into documents.text
    "end": COUNT,
    "text": TEXT,
    "tokens": COUNT,  # in the segmenter's tokenizer, special tokens not counted; of captions speech
    "boundary": TEXT,  # why the chunk ends where it ends: "paragraph", "sentence", "budget", "end"
    "boundary_score": pl.Float64(),  # how strongly the text parts there, as its segmenter measures
    "boundary_threshold": pl.Float64(),  # what that had to pass; null where nothing is measured
    "derived_text": TEXT,  # what stands for the chunk where that is not its text, else null
    "derived_spans": SPANS,  # the spans that `derived_text` is made from, in its order
}

EDITED: Final[Schema] = {
    "chunk_title": TEXT,  # given by a person, as all of these; null without
    "note": TEXT,
    "pinned": pl.Boolean(),  # its borders are to stay
    "edits": pl.List(pl.Int64()),  # numbers of the edits that shaped the chunk
}
"""Columns of the chunks that a cell makes which no op writes: they come from edits by hand."""

ENTITIES: Final[Schema] = {
    "entity_id": TEXT,  # digest(doc_id, canonical)
    "doc_id": TEXT,
    "canonical": TEXT,  # the same string for the same thing in every document
    "name": TEXT,  # the form to show
    "label": TEXT,  # PERSON, ORG, …, KEYWORD, PACKAGE
    "aliases": pl.List(TEXT),  # every surface form seen in this document, sorted
    "mentions": COUNT,
}

MENTIONS: Final[Schema] = {
    "mention_id": TEXT,  # digest(doc_id, canonical, start, end)
    "doc_id": TEXT,
    "entity_id": TEXT,
    "chunk_id": TEXT,  # the first chunk that holds the whole span; null when none does
    "start": COUNT,
    "end": COUNT,
    "text": TEXT,
    "source": TEXT,  # ner, keyword, declared
}

RELATIONS: Final[Schema] = {
    "relation_id": TEXT,  # digest(doc_id, subject, predicate, object)
    "doc_id": TEXT,
    "subject": TEXT,  # canonical of an entity of the same document
    "predicate": TEXT,  # co_occurs, or what the source declares: requires, …
    "object": TEXT,
    "weight": COUNT,  # sentences (or declarations) that support it
    "evidence": SPANS,  # at most ten sentences, in order; empty for declared links
}

QUESTIONS: Final[Schema] = {
    "question_id": TEXT,  # digest(doc_id, place of its passage, question)
    "doc_id": TEXT,
    "uri": TEXT,  # of the document
    "question": TEXT,
    "answers": pl.List(TEXT),  # exactly as they stand in the document
    "spans": SPANS,  # of the answers, in their order
    "refused": TEXT,  # why it is not used; null for one that is
}
"""Questions that a document answers, the refused ones with their reason."""

MEASURES: Final[Schema] = {
    "measure_id": TEXT,  # digest(doc_id, subject and its place in its file, measure)
    "doc_id": TEXT,
    "measure": TEXT,  # recall, coverage, pk, …
    "subject": TEXT,  # the question that was asked, or "" for the document as a whole
    "value": pl.Float64(),
    "weight": pl.Float64(),  # of the value in a mean over rows of the same measure
}
"""What the evaluate ops found of a document."""

PRIMARY: Final[Mapping[str, str]] = {
    "documents": "doc_id",
    "chunks": "chunk_id",
    "entities": "entity_id",
    "mentions": "mention_id",
    "relations": "relation_id",
    "questions": "question_id",
    "measures": "measure_id",
    "collection": "chunk_id",
}
"""Primary key of each frame. `collection` is what an index op publishes for search."""

ORDER: Final[Mapping[str, tuple[str, ...]]] = {
    "documents": ("doc_id",),
    "chunks": ("doc_id", "level", "start", "end", "chunk_id"),
    "entities": ("doc_id", "canonical"),
    "mentions": ("doc_id", "start", "end", "mention_id"),
    "relations": ("doc_id", "subject", "predicate", "object"),
    "questions": ("doc_id", "question", "question_id"),
    "measures": ("doc_id", "subject", "measure", "measure_id"),
    "collection": ("doc_id", "level", "start", "end", "chunk_id"),
}
"""The order of rows wherever they are shown, hashed or stored; missing columns are passed over."""

FRAME_NAMES: Final = tuple(PRIMARY)


def keys(frame: str) -> tuple[str, ...]:
    """The key columns of a frame: its primary key and `doc_id`."""
    primary = PRIMARY[frame]
    return (primary,) if primary == "doc_id" else (primary, "doc_id")


def digest(*parts: object) -> str:
    """A 20-digit hexadecimal name for the parts, in their order (80 bits of BLAKE2b)."""
    framed = b"".join(map(_framed, parts))
    return hashlib.blake2b(framed, digest_size=10).hexdigest()


def _framed(part: object) -> bytes:
    raw = str(part).encode("utf-8", "surrogatepass")
    return len(raw).to_bytes(8, "little") + raw


def doc_id(uri: str) -> str:
    """The id of the document with this canonical URI."""
    return digest("document", uri)


def chunk_id(document: str, level: int, text: str, occurrence: int) -> str:
    """The id of a chunk: by its text and how many times that text came before in its document.

    A paragraph added above it renames nothing.
    """
    raw = text.encode("utf-8", "surrogatepass")
    name = xxh3_128_hexdigest(raw, _seed(document, level))[:ID_DIGITS]
    return digest(name, occurrence) if occurrence else name


def chunk_ids(document: str, level: int, texts: Sequence[bytes]) -> list[str]:
    """The ids of all chunks of one document and level, by their texts in order, as UTF-8.

    XXH3 is several times faster than BLAKE2b, but texts can be made that it gives one name. They
    are told apart as equal texts are, by how many came before.
    """
    seed = _seed(document, level)
    names = [xxh3_128_hexdigest(text, seed)[:ID_DIGITS] for text in texts]
    if len(set(names)) == len(names):
        return names
    seen: dict[str, int] = {}
    for at, name in enumerate(names):
        before = seen[name] = seen.get(name, -1) + 1
        if before:
            names[at] = digest(name, before)
    return names


@lru_cache(maxsize=256)
def _seed(document: str, level: int) -> int:
    return int(digest("chunk", document, level)[:16], 16)


def conform(frame: str, table: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """The table with exactly these columns and types, in the frame's order.

    Raises:
        UsageError: a column is missing, or a value does not fit its type.
    """
    missing = [name for name in schema if name not in table.columns]
    if missing:
        raise UsageError(f"{frame} lacks the column {', '.join(missing)}")
    try:
        table = table.select(pl.col(name).cast(dtype) for name, dtype in schema.items())
    except pl.exceptions.PolarsError as error:
        raise UsageError(f"{frame} has a value of the wrong type: {error}") from error
    return in_order(frame, table)


def in_order(frame: str, table: pl.DataFrame) -> pl.DataFrame:
    """The table's rows in the frame's defined order."""
    by = [name for name in ORDER[frame] if name in table.columns]
    return table.sort(by, maintain_order=True, nulls_last=True)


class Frames(Mapping[str, pl.DataFrame]):
    """Named frames of one batch of documents; immutable.

    `frames["chunks"]` raises UsageError when the batch has none; `"chunks" in frames` asks.
    """

    def __init__(self, frames: Mapping[str, pl.DataFrame] | None = None) -> None:
        frames = frames or {}
        unknown = [name for name in frames if name not in PRIMARY]
        if unknown:
            raise UsageError(f"no such frame: {', '.join(unknown)}")
        self._frames = {name: frames[name] for name in FRAME_NAMES if name in frames}

    def __getitem__(self, name: str) -> pl.DataFrame:
        try:
            return self._frames[name]
        except KeyError:
            raise UsageError(f"these frames have no {name}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._frames

    def __iter__(self) -> Iterator[str]:
        return iter(self._frames)

    def __len__(self) -> int:
        return len(self._frames)

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name}: {len(table)}" for name, table in self._frames.items())
        return f"Frames({sizes})"

    def replace(self, name: str, table: pl.DataFrame) -> Frames:
        """These frames with one of them set."""
        return Frames({**self._frames, name: table})

    def of_documents(self, ids: list[str]) -> Frames:
        """Only the rows of these documents."""
        wanted = pl.Series("doc_id", ids, dtype=pl.String)
        return Frames(
            {name: t.filter(pl.col("doc_id").is_in(wanted.implode())) for name, t in self.items()}
        )
