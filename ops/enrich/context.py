"""Situates each chunk in its document with a language model."""

from __future__ import annotations

__all__ = ["Context"]

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl

from ops.captions import Captions
from ops.context import Context as OpContext
from ops.enrich.context_windows import Reading, readings
from ops.errors import DocumentError
from ops.frames import Frames, Schema, conform, keys
from ops.op import Columns, Op, parameter
from ops.situating import Situator


class Context(Op):
    """Let a language model say, for each chunk, what it is about and where it belongs.

    Contextual retrieval (Anthropic 2024): the sentences are kept beside the chunk, and `embed` and
    `index` can put them before its text. The document is read once, its key-value entries are
    reduced once (the surprising ones kept exactly, the others clustered), and every chunk is asked
    about against the small cache. A document that is longer than `read` is read in parts along its
    chunks. Answers are kept: what was asked before is not asked again.

    A small model's sentences are sometimes wrong; look at a few before a whole collection.
    """

    name: ClassVar = "enrich.context"
    version: ClassVar = 1
    reads: ClassVar[Columns] = {
        "documents": ("title", "text"),
        "chunks": ("start", "end", "text"),
    }
    writes: ClassVar[Mapping[str, Schema]] = {"chunks": {"context": pl.String()}}
    needs: ClassVar = ("situator", "answers")

    model: str = parameter(
        "smollm2",
        'The language model: "smollm2", or the path of a GGUF file of the llama architecture.',
        model="text",
    )
    read: int = parameter(
        4096, "Most of a document that is read at once.", unit="tokens", ge=256, le=131_072
    )
    fewer: float = parameter(
        0.8,
        "Share of the document's key-value entries that are dropped before chunks are asked about.",
        ge=0,
        le=0.95,
    )
    answer: int = parameter(64, "Most that is said of a chunk.", unit="tokens", ge=8, le=512)
    chunks: int = parameter(
        1_000,
        "Most chunks of a document that are situated, from its start; the others get no context.",
        ge=1,
    )

    def apply(self, frames: Frames, ctx: OpContext) -> Frames:
        documents, chunks = frames["documents"], frames["chunks"]
        situator = ctx.resources.situator(self.model)
        found: dict[str, str] = {}
        for document in documents.iter_rows(named=True):
            ctx.check()
            own = chunks.filter(pl.col("doc_id") == document["doc_id"]).sort("start", "chunk_id")
            try:
                found |= self._document(document, own.head(self.chunks), situator, ctx)
            except DocumentError as error:
                ctx.fail(document["doc_id"], error.message)
            ctx.advance(1)
        table = chunks.select("chunk_id", "doc_id").filter(
            ~pl.col("doc_id").is_in(list(ctx.failures))
        )
        said = [found.get(chunk) for chunk in table["chunk_id"]]
        table = table.with_columns(pl.Series("context", said, dtype=pl.String))
        schema = {**dict.fromkeys(keys("chunks"), pl.String()), **self.writes["chunks"]}
        return Frames({"chunks": conform("chunks", table, schema)})

    def _document(
        self, document: Mapping[str, Any], chunks: pl.DataFrame, situator: Situator, ctx: OpContext
    ) -> dict[str, str]:
        """By chunk id."""
        spans = list(chunks.select("start", "end").iter_rows())
        ids, texts = chunks["chunk_id"].to_list(), chunks["text"].to_list()
        captions = Captions.of(document["text"] or "")
        if captions:
            document = {**document, "text": captions.speech}
            texts = [
                captions.told(*span)[0] or text for span, text in zip(spans, texts, strict=True)
            ]
        found: dict[str, str] = {}
        for part in readings(document["text"], spans, self.read, situator.count):
            questions = [
                _Question(ids[index], texts[index], self._key(document, part, texts[index]))
                for index in range(part.first, part.last)
            ]
            found |= self._part(document, part, questions, situator, ctx)
        return found

    def _part(
        self,
        document: Mapping[str, Any],
        part: Reading,
        questions: Sequence[_Question],
        situator: Situator,
        ctx: OpContext,
    ) -> dict[str, str]:
        cache = ctx.resources.answers()
        known = dict(cache.get(situator.hash, [one.key for one in questions]))
        missing = {one.key: one.text for one in questions if one.key not in known}
        if missing:
            text = _text(document, part)
            said = situator.situate(
                text,
                list(missing.values()),
                fewer=self.fewer,
                answer=self.answer,
                progress=lambda done: ctx.check(),
            )
            fresh = dict(zip(missing, said, strict=True))
            cache.put(situator.hash, fresh)
            known |= fresh
        return {one.chunk_id: known[one.key] for one in questions}

    def _key(self, document: Mapping[str, Any], part: Reading, chunk: str) -> str:
        """Names everything that an answer depends on, besides the model."""
        asked = [self.name, self.version, self.fewer, self.answer, _text(document, part), chunk]
        raw = json.dumps(asked, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(raw, digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class _Question:
    chunk_id: str
    text: str
    key: str


def _text(document: Mapping[str, Any], part: Reading) -> str:
    """What is read: the title, and a part of the text."""
    title = (document["title"] or "").strip()
    body = document["text"][part.start : part.end]
    return f"{title}\n\n{body}" if title and not body.lstrip().startswith(title) else body
