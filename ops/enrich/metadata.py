"""What can be said of documents and chunks without a language model."""

from __future__ import annotations

__all__ = ["Metadata"]

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final, NamedTuple

import polars as pl

from ops.context import Context
from ops.detection import Detected, detect_many
from ops.enrich.code import Span, Structure, code_spans, overlaps
from ops.enrich.dates import Found, find_dates
from ops.enrich.headings import heading_paths, pages
from ops.enrich.prose import WITHOUT_MARKUP, Prose, read_prose
from ops.enrich.reading import WORDS_PER_MINUTE, count_words, flesch
from ops.frames import COUNT, TEXT, Frames, Schema, conform
from ops.op import Columns, Op, parameter
from ops.segment.sentences import sentences

ON_DOCUMENTS: Final[Schema] = {
    "language": TEXT,
    "language_score": pl.Float64(),
    "words": COUNT,
    "sentences": COUNT,
    "reading_ease": pl.Float64(),
    "reading_minutes": pl.Float64(),
    "dates": pl.List(TEXT),
    "has_code": pl.Boolean(),
}

ON_CHUNKS: Final[Schema] = {
    "heading_path": pl.List(TEXT),
    "page": COUNT,
    "words": COUNT,
    "dates": pl.List(TEXT),
    "has_code": pl.Boolean(),
    "language": TEXT,
}

CHUNK_SAMPLE: Final = 1_000
"""Characters of a chunk's prose that its language is told by."""

SURE: Final = 0.9
"""Probability from which a chunk's language counts against that of its document."""


class Read(NamedTuple):
    """What is known of one document once it has been read."""

    text: str
    structure: Structure
    code: list[Span]
    prose: Prose
    dates: list[Found]

    @property
    def spoken(self) -> str:
        """What its language is told by.

        A document of nothing but code still has the language of its comments and names.
        """
        return " ".join(passage.text for passage in self.prose.passages) or self.text


class Metadata(Op):
    """Add language, reading statistics, heading path, page, dates and whether code is present.

    No language model is asked. The language is that of the prose, by its byte sequences
    (py3langid), or null where there is none. `words` and `reading_minutes` (238 words a minute,
    Brysbaert 2019) count the whole text, `sentences` the prose. `reading_ease` is Flesch's (1948)
    for English prose, 206.835 - 1.015 words/sentences - 84.6 syllables/words, and null for other
    languages. `dates` are the full dates that the text names, as ISO, sorted, each once. Code are
    blocks, not names in running text. A chunk's `heading_path` are the headings open where it
    starts, the outermost first; `page` is the page it starts on.
    """

    name: ClassVar[str] = "enrich.metadata"
    version: ClassVar[int] = 2  # scores of short documents are rounded otherwise
    reads: ClassVar[Columns] = {"documents": ("text", "structure")}
    uses: ClassVar[Columns] = {"documents": ("format",), "chunks": ("start", "end", "text")}
    writes: ClassVar[Mapping[str, Schema]] = {"documents": ON_DOCUMENTS, "chunks": ON_CHUNKS}
    # Chunks are optional: without them in the input only documents are described.

    min_letters: int = parameter(
        200,
        "shortest prose of a chunk whose own language is told; a shorter one has its document's",
        unit="letters",
        ge=20,
    )

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        """One row for each document that has text and for each of its chunks."""
        by_document: dict[tuple[object, ...], pl.DataFrame] = {}
        if "chunks" in frames:
            columns = ["chunk_id", "doc_id", "start", "end", "text"]
            by_document = frames["chunks"].select(columns).partition_by("doc_id", as_dict=True)
        on_documents: list[dict[str, Any]] = []
        on_chunks: list[dict[str, Any]] = []
        samples: dict[int, str] = {}
        reads: list[tuple[str, Read]] = []
        for row in frames["documents"].iter_rows(named=True):
            ctx.check()
            if row["text"] is None:
                ctx.fail(row["doc_id"], "it has no text")
            else:
                reads.append((row["doc_id"], read_document(row)))
            ctx.advance(1)
        told = detect_many([read.spoken for _, read in reads])
        for (name, read), detected in zip(reads, told, strict=True):
            ctx.check()
            on_documents.append({"doc_id": name, **describe(read, detected)})
            chunks = by_document.get((name,))
            if chunks is not None:
                for described, sample in self._describe_chunks(read, detected, chunks):
                    if sample:
                        samples[len(on_chunks)] = sample
                    on_chunks.append(described)
        for place, detected in zip(samples, detect_many(list(samples.values())), strict=True):
            if detected.score >= SURE:
                on_chunks[place]["language"] = detected.language
        schemas = self.outputs({name: table.schema for name, table in frames.items()})
        rows = {"documents": on_documents, "chunks": on_chunks}
        return Frames(
            {
                name: conform(name, pl.DataFrame(rows[name], schema=dict(schema)), schema)
                for name, schema in schemas.items()
            }
        )

    def _describe_chunks(
        self, read: Read, detected: Detected, chunks: pl.DataFrame
    ) -> Iterator[tuple[dict[str, Any], str]]:
        """Rows, with the document's language, and what may tell another; empty if too short."""
        starts = chunks["start"].to_list()
        ends = chunks["end"].to_list()
        paths = heading_paths(read.structure, starts)
        on_pages = pages(read.structure, starts)
        for index, (chunk_id, doc_id, start, end, text) in enumerate(chunks.iter_rows()):
            described = {
                "chunk_id": chunk_id,
                "doc_id": doc_id,
                "heading_path": paths[index],
                "page": on_pages[index],
                "words": count_words(text),
                "dates": _between(read.dates, start, ends[index]),
                "has_code": overlaps(read.code, start, end),
                "language": detected.language,
            }
            yield described, self._sample(read, start, end)

    def _sample(self, read: Read, start: int, end: int) -> str:
        sample = " ".join(read.prose.blanked[start:end].split())[:CHUNK_SAMPLE]
        return sample if sum(map(str.isalpha, sample)) >= self.min_letters else ""


def read_document(row: Mapping[str, Any]) -> Read:
    """Find a document's code, prose and dates. `row` has text, structure and format."""
    text, structure = row["text"], row.get("structure") or []
    code = code_spans(text, structure)
    headings = sorted((s["start"], s["end"]) for s in structure if s["kind"] == "heading")
    markup = row.get("format") not in WITHOUT_MARKUP
    prose = read_prose(text, code, headings, markup=markup)
    return Read(text, structure, code, prose, find_dates(text))


def describe(read: Read, detected: Detected) -> dict[str, Any]:
    """The columns of one document."""
    spoken = [
        passage.text[start:end]
        for passage in read.prose.passages
        for start, end in sentences(passage.text)
    ]
    words = count_words(read.text)
    return {
        "language": detected.language,
        "language_score": detected.score,
        "words": words,
        "sentences": len(spoken),
        "reading_ease": flesch(spoken) if detected.language == "en" else None,
        "reading_minutes": round(words / WORDS_PER_MINUTE, 2),
        "dates": sorted({found.iso for found in read.dates}),
        "has_code": bool(read.code),
    }


def _between(dates: Sequence[Found], start: int, end: int) -> list[str]:
    """The dates that lie wholly between two offsets, sorted, each once."""
    inside = set()
    for place in range(bisect_left(dates, start, key=lambda found: found.start), len(dates)):
        if dates[place].end > end:
            break
        inside.add(dates[place].iso)
    return sorted(inside)
