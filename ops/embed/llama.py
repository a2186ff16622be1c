"""Embeds chunks with a model that llama.cpp runs."""

from __future__ import annotations

__all__ = ["Llama"]

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import ClassVar, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ops.context import Context, Embedder
from ops.embed.late import MARKS, Reading, late_vectors, mixed, readings_of
from ops.embed.neighbours import with_neighbours
from ops.embed.recipe import Part, compose
from ops.embed.windows import mean, windows
from ops.errors import UsageError
from ops.frames import Frames, Schema, conform, in_order, keys
from ops.op import Columns, Op, parameter
from ops.steps import Steps

Vectors = dict[str, NDArray[np.float32]]


class Llama(Op):
    """Embed each chunk with a sentence model that runs in llama.cpp on this machine.

    What is embedded is composed by the recipe and kept beside the vector. A text that is longer
    than the model's window is never cut off: it is embedded in windows, whose vectors' mean,
    weighted by length, stands for it; or its document is put aside. Texts that the store has seen
    with the same model are not computed again.

    For a chunk that `segment.late` has marked the text around it is read as a whole, and the mean
    of its own tokens makes the share `around` of its vector (late chunking, Günther et al. 2024,
    arXiv:2409.04701). What is longer than the model's window is then read in windows that overlap
    by half.

    The default model is all-MiniLM-L6-v2 (Reimers and Gurevych 2019, Sentence-BERT,
    arXiv:1908.10084; Wang et al. 2020, MiniLM, arXiv:2002.10957): 384 dimensions, 510 tokens.
    """

    name: ClassVar = "embed.llama"
    version: ClassVar = 1
    reads: ClassVar[Columns] = {"documents": ("title",), "chunks": ("text",)}
    uses: ClassVar[Columns] = {
        "chunks": ("derived_text", "heading_path", "keywords", "context", *MARKS)
    }
    writes: ClassVar[Mapping[str, Schema]] = {
        "chunks": {
            "vector": pl.List(pl.Float32()),
            "embedded_text": pl.String(),
            "embedded_tokens": pl.Int64(),
        }
    }
    needs: ClassVar = ("embedder", "tokenizer", "vectors")

    model: str = parameter(
        "minilm",
        'The embedding model: "minilm", or the path of a GGUF file.',
        model="embedder",
    )
    recipe: tuple[Part, ...] = parameter(
        ("headings", "text"),
        "What is embedded, in this order; a part that a chunk lacks is left out.",
        min_length=1,
    )
    too_long: Literal["window", "error"] = parameter(
        "window",
        "A text longer than the model takes: embed it in windows, or put its document aside.",
    )

    neighbours: float = parameter(
        0.0,
        "Share of the vectors of the chunks before and after that is mixed into each; 0.2 helps "
        "small chunks, whose subject is named next door.",
        ge=0,
        le=1,
    )

    around: float = parameter(
        0.5,
        "For chunks that segment.late has marked: share of the vector that was read with the text "
        "around them; the rest is that of the recipe. 1 is late chunking as published.",
        gt=0,
        le=1,
    )

    def inputs(self, available: Columns) -> Columns:
        chosen = dict(super().inputs(available))
        where: list[str] = []
        if set(MARKS) <= set(chosen["chunks"]):
            # What is read around a chunk is cut out of its document.
            where += ["start", "end"]
            if "text" not in available.get("documents", ()):
                raise UsageError(f"{self.name} reads documents.text, which no input writes")
            chosen["documents"] = (*chosen["documents"], "text")
        if self.neighbours:  # only then does it matter where a chunk lies
            where += ["level", "start"]
        there = available.get("chunks", ())
        more = [name for name in dict.fromkeys(where) if name in there]
        chosen["chunks"] = (*chosen["chunks"], *more)
        return chosen

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        documents, chunks = frames["documents"], in_order("chunks", frames["chunks"])
        embedder = ctx.resources.embedder(self.model)
        readings = readings_of(documents, chunks)
        texts = self._texts(documents, chunks, readings)
        plan = self._plan(chunks["doc_id"].to_list(), texts, embedder, ctx)
        late: Mapping[Reading | None, NDArray[np.float32]] = {}
        left = documents.height
        if any(readings):
            late = late_vectors(list(filter(None, readings)), self.model, ctx, left)
            left = 0
        alone = {
            text
            for text, reading in zip(texts, readings, strict=True)
            if reading is None or self.around < 1
        }
        vectors = self._vectors(
            {text: one for text, one in plan.items() if text in alone}, embedder, ctx, left
        )
        kept = [doc not in ctx.failures for doc in chunks["doc_id"]]
        own = [
            mixed(late.get(reading), vectors.get(plan[text].key), self.around)
            for text, reading in compress(zip(texts, readings, strict=True), kept)
        ]
        table = (
            chunks.select("chunk_id", "doc_id")
            .with_columns(
                embedded_text=pl.Series(texts, dtype=pl.String),
                embedded_tokens=pl.Series([plan[text].tokens for text in texts], dtype=pl.Int64),
            )
            .filter(pl.Series(kept, dtype=pl.Boolean))
        )
        if self.neighbours and own:
            owners = table.select("chunk_id", "doc_id").join(
                chunks, on="chunk_id", how="left", maintain_order="left"
            )
            levels = owners["level"].to_list() if "level" in owners.columns else [0] * len(own)
            pairs = list(zip(table["doc_id"], levels, strict=True))
            own = list(with_neighbours(np.stack(own), pairs, self.neighbours))
        table = table.with_columns(_column(own, embedder.dimensions))
        schema = {**dict.fromkeys(keys("chunks"), pl.String()), **self.writes["chunks"]}
        return Frames({"chunks": conform("chunks", table, schema)})

    def _texts(
        self, documents: pl.DataFrame, chunks: pl.DataFrame, readings: Sequence[Reading | None]
    ) -> list[str]:
        titles = dict(documents.select("doc_id", "title").iter_rows())
        return [
            chunk["text"]
            if reading and self.around == 1
            else compose(self.recipe, titles.get(chunk["doc_id"]) or "", chunk)
            for chunk, reading in zip(chunks.iter_rows(named=True), readings, strict=True)
        ]

    def _plan(
        self, owners: list[str], texts: list[str], embedder: Embedder, ctx: Context
    ) -> dict[str, _Planned]:
        """How each different text is embedded; documents with one that cannot be are failed."""
        ctx.check()
        tokenizer = ctx.resources.tokenizer(self.model)
        different = list(dict.fromkeys(texts))
        counts = dict(zip(different, tokenizer.count(different), strict=True))
        plan = {}
        for text, count in counts.items():
            parts = [(text, count)]
            if count > embedder.window and self.too_long == "window":
                ctx.check()
                spans = tokenizer.offsets([text])[0]
                parts = windows(text, spans, embedder.window, tokenizer.count)
            plan[text] = _Planned(_key(text), count, tuple(parts))
        if self.too_long == "error":
            for owner, text in zip(owners, texts, strict=True):
                if plan[text].tokens > embedder.window:
                    ctx.fail(owner, _too_long(plan[text].tokens, embedder.window))
        return plan

    def _vectors(
        self, plan: dict[str, _Planned], embedder: Embedder, ctx: Context, documents: int
    ) -> Vectors:
        """By key; those not known from before are computed, and kept for the next time."""
        wanted = {one.key: one for one in plan.values() if one.fits(embedder.window)}
        cache = ctx.resources.vectors()
        known = cache.get(embedder.hash, list(wanted))
        missing = [one for key, one in wanted.items() if key not in known]
        parts = [part for one in missing for part in one.parts]
        steps = Steps(ctx, len(parts), documents)
        computed = embedder.embed([text for text, _ in parts], steps.done)
        steps.finish()
        fresh: Vectors = {}
        at = 0
        for one in missing:
            own = computed[at : at + len(one.parts)]
            fresh[one.key] = own[0] if len(own) == 1 else mean(own, [n for _, n in one.parts])
            at += len(one.parts)
        if fresh:
            cache.put(embedder.hash, fresh)
        return {**known, **fresh}


@dataclass(frozen=True, slots=True)
class _Planned:
    """A text to embed: the name of its vector, its tokens, and the parts that fit the window."""

    key: str
    tokens: int
    parts: tuple[tuple[str, int], ...]

    def fits(self, window: int) -> bool:
        return all(tokens <= window for _, tokens in self.parts)


def _key(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _too_long(tokens: int, window: int) -> str:
    return f"a text to embed has {tokens:,} tokens; the model takes {window:,}"


def _column(vectors: list[NDArray[np.float32]], dimensions: int) -> pl.Series:
    stacked = np.stack(vectors) if vectors else np.empty((0, dimensions), dtype=np.float32)
    series = pl.Series("vector", stacked, dtype=pl.Array(pl.Float32, dimensions))
    return series.cast(pl.List(pl.Float32))
