"""Embeds chunks with a model that llama.cpp runs."""

from __future__ import annotations

__all__ = ["Llama"]

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ops.context import Context, Embedder
from ops.embed.neighbours import with_neighbours
from ops.embed.recipe import Part, compose
from ops.embed.windows import mean, windows
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

    The default model is all-MiniLM-L6-v2 (Reimers and Gurevych 2019, Sentence-BERT,
    arXiv:1908.10084; Wang et al. 2020, MiniLM, arXiv:2002.10957): 384 dimensions, 510 tokens.
    """

    name: ClassVar = "embed.llama"
    version: ClassVar = 1
    reads: ClassVar[Columns] = {"documents": ("title",), "chunks": ("text",)}
    uses: ClassVar[Columns] = {"chunks": ("derived_text", "heading_path", "keywords", "context")}
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

    def inputs(self, available: Columns) -> Columns:
        chosen = dict(super().inputs(available))
        if self.neighbours:  # only then does it matter where a chunk lies
            where = [name for name in ("level", "start") if name in available.get("chunks", ())]
            chosen["chunks"] = (*chosen["chunks"], *where)
        return chosen

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        documents, chunks = frames["documents"], in_order("chunks", frames["chunks"])
        embedder = ctx.resources.embedder(self.model)
        texts = self._texts(documents, chunks)
        plan = self._plan(chunks["doc_id"].to_list(), texts, embedder, ctx)
        vectors = self._vectors(plan, embedder, ctx, documents.height)
        table = chunks.select("chunk_id", "doc_id").with_columns(
            embedded_text=pl.Series(texts, dtype=pl.String)
        )
        table = table.filter(~pl.col("doc_id").is_in(list(ctx.failures)))
        found = [plan[text] for text in table["embedded_text"]]
        own = [vectors[one.key] for one in found]
        if self.neighbours and own:
            owners = table.select("chunk_id", "doc_id").join(
                chunks, on="chunk_id", how="left", maintain_order="left"
            )
            levels = owners["level"].to_list() if "level" in owners.columns else [0] * len(own)
            pairs = list(zip(table["doc_id"], levels, strict=True))
            own = list(with_neighbours(np.stack(own), pairs, self.neighbours))
        table = table.with_columns(
            _column(own, embedder.dimensions),
            pl.Series("embedded_tokens", [one.tokens for one in found], dtype=pl.Int64),
        )
        schema = {**dict.fromkeys(keys("chunks"), pl.String()), **self.writes["chunks"]}
        return Frames({"chunks": conform("chunks", table, schema)})

    def _texts(self, documents: pl.DataFrame, chunks: pl.DataFrame) -> list[str]:
        titles = dict(documents.select("doc_id", "title").iter_rows())
        return [
            compose(self.recipe, titles.get(chunk["doc_id"]) or "", chunk)
            for chunk in chunks.iter_rows(named=True)
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
