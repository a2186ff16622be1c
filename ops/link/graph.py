"""Entities, their mentions and the relations between them: an index from text to graph and back."""

from __future__ import annotations

__all__ = ["Graph"]

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, Final

import polars as pl

from ops.context import Context
from ops.frames import ENTITIES, MENTIONS, RELATIONS, Frames, Schema, conform, digest, keys
from ops.link.analysis import Analysis, Document, Limits, analyse
from ops.link.declared import LABELS as DECLARED
from ops.link.places import Chunk, first_holders
from ops.link.recognise import LABELS, Label
from ops.op import Columns, Op, parameter

SCHEMAS: Final[Mapping[str, Schema]] = {
    "entities": ENTITIES,
    "mentions": MENTIONS,
    "relations": RELATIONS,
}


class Graph(Op):
    """Find entities and relations in documents, and where in which chunk each entity is named.

    Mutual indexing after KAG (arXiv 2409.13731), without a language model. Entities are names that
    spaCy's small model recognises in English prose, keywords that an earlier cell found, and what
    the source declares (requirements, authors, keywords). Code, links and markup are not read.
    Forms of one thing are merged within a document: case, plural, abbreviations defined in the
    text (Schwartz and Hearst 2003), last names; `canonical` is the same in every document.
    Relations are `co_occurs` between entities that share a sentence, and the declared ones, named
    by their key. A mention belongs to the first chunk that holds it whole.
    """

    name: ClassVar[str] = "link.graph"
    reads: ClassVar[Columns] = {"documents": ("text",)}
    uses: ClassVar[Columns] = {
        "documents": ("structure", "metadata", "title", "format", "keywords", "language"),
        "chunks": ("level", "start", "end"),
    }
    creates: ClassVar[tuple[str, ...]] = ("entities", "mentions", "relations")
    writes: ClassVar[Mapping[str, Schema]] = {
        frame: {column: dtype for column, dtype in schema.items() if column not in keys(frame)}
        for frame, schema in SCHEMAS.items()
    }
    needs: ClassVar[tuple[str, ...]] = ("nlp",)

    labels: tuple[Label, ...] = parameter(
        LABELS, "kinds of names that are taken from the recogniser (OntoNotes labels)"
    )
    declared: tuple[str, ...] = parameter(
        tuple(DECLARED), "keys of the source's metadata that link the document to what they name"
    )
    min_mentions: int = parameter(
        1, "fewest mentions of an entity that the source does not declare", unit="mentions", ge=1
    )
    co_occurrence: bool = parameter(True, "relate entities that stand in the same sentence")
    max_in_sentence: int = parameter(
        12, "most entities of one sentence that are paired, the most mentioned first", ge=2
    )
    max_pairs: int = parameter(
        1_000, "most co-occurring pairs of one document, the most frequent first", ge=0
    )

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        """The rows of each document that has text."""
        limits = Limits(
            self.labels,
            self.declared,
            self.min_mentions,
            self.co_occurrence,
            self.max_in_sentence,
            self.max_pairs,
        )
        chunks = _chunks(frames)
        rows: dict[str, list[dict[str, Any]]] = {frame: [] for frame in SCHEMAS}
        for row in frames["documents"].iter_rows(named=True):
            ctx.check()
            doc_id = row["doc_id"]
            if row["text"] is None:
                ctx.fail(doc_id, "it has no text")
            else:
                nlp = partial(ctx.resources.nlp, "en")
                analysis = analyse(_document(row), limits, nlp, ctx.check)
                for frame, made in _rows(doc_id, analysis, chunks.get(doc_id, [])).items():
                    rows[frame] += made
            ctx.advance(1)
        return Frames(
            {
                frame: conform(frame, pl.DataFrame(rows[frame], schema=dict(schema)), schema)
                for frame, schema in SCHEMAS.items()
            }
        )


def _document(row: Mapping[str, Any]) -> Document:
    return Document(
        text=row["text"],
        structure=row.get("structure") or (),
        metadata=row.get("metadata") or (),
        title=row.get("title") or "",
        format=row.get("format") or "",
        language=row.get("language"),
        keywords=row.get("keywords") or (),
    )


def _chunks(frames: Frames) -> dict[str, list[Chunk]]:
    found: dict[str, list[Chunk]] = {}
    if "chunks" in frames:
        table = frames["chunks"]
        level = pl.col("level") if "level" in table.columns else pl.lit(0).alias("level")
        columns = table.select("doc_id", level, "start", "end", "chunk_id")
        for doc_id, *where in columns.iter_rows():
            found.setdefault(doc_id, []).append(Chunk(*where))
    return found


def _rows(doc_id: str, analysis: Analysis, chunks: list[Chunk]) -> dict[str, list[dict[str, Any]]]:
    ids = {entity.canonical: digest(doc_id, entity.canonical) for entity in analysis.entities}
    entities = [
        {
            "entity_id": ids[entity.canonical],
            "doc_id": doc_id,
            "canonical": entity.canonical,
            "name": entity.name,
            "label": entity.label,
            "aliases": entity.aliases,
            "mentions": len(entity.mentions),
        }
        for entity in analysis.entities
    ]
    named = [(entity, mention) for entity in analysis.entities for mention in entity.mentions]
    holders = first_holders(chunks, [(mention.start, mention.end) for _, mention in named])
    mentions = [
        {
            "mention_id": digest(doc_id, entity.canonical, mention.start, mention.end),
            "doc_id": doc_id,
            "entity_id": ids[entity.canonical],
            "chunk_id": holder,
            "start": mention.start,
            "end": mention.end,
            "text": mention.text,
            "source": mention.source,
        }
        for (entity, mention), holder in zip(named, holders, strict=True)
    ]
    relations = [
        {
            "relation_id": digest(doc_id, each.subject, each.predicate, each.object),
            "doc_id": doc_id,
            "subject": each.subject,
            "predicate": each.predicate,
            "object": each.object,
            "weight": each.weight,
            "evidence": [{"start": start, "end": end} for start, end in each.evidence],
        }
        for each in analysis.relations
    ]
    return {"entities": entities, "mentions": mentions, "relations": relations}
