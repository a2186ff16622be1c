"""Measures chunks by what questions find in them."""

from __future__ import annotations

__all__ = ["Retrieval"]

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ops.context import Context
from ops.errors import UsageError
from ops.evaluate.finding import Found, Leaf, joined, part_of
from ops.evaluate.measured import MEASURED, Measure, measures_frame
from ops.evaluate.questions import read_questions
from ops.evaluate.search import vector_scores
from ops.frames import Frames, Schema
from ops.op import Columns, Fitted, parameter
from ops.segment.vectors import embedded


class Retrieval(Fitted):
    """Ask questions of all chunks together and measure how much of the answers they find.

    The questions are a CSV file: `question`, and `references` (spans), `answer` (exact text) or
    `keywords`; `document` where an answer is of one. Of each question, over the `k` chunks that are
    nearest to it by exact search: `recall`, `precision`, `omega` (precision if exactly the chunks
    that hold some of the answer were found) and `iou`, in characters, as Chroma defines them (Smith
    and Troynikov 2024); or, where a question has keywords and no spans, `keywords`, the share of
    its points whose words were all found (CoFE-RAG, arXiv:2410.12248). Rows belong to the document
    with the first answer. A question that cannot be used is a row `left_out`, with the reason in
    `subject`. Vectors that an embed cell above has made are used; else chunks are embedded here.
    """

    name: ClassVar[str] = "evaluate.retrieval"
    reads: ClassVar[Columns] = {
        "documents": ("text", "title", "uri"),
        "chunks": ("level", "start", "end", "text"),
    }
    uses: ClassVar[Columns] = {"chunks": ("derived_text", "vector")}
    writes: ClassVar[Mapping[str, Schema]] = MEASURED
    creates: ClassVar[tuple[str, ...]] = ("measures",)
    needs: ClassVar[tuple[str, ...]] = ("embedder", "tokenizer", "vectors")

    questions: str = parameter(..., "CSV file of questions", model="file", min_length=1)
    k: int = parameter(5, "chunks that are read for a question", unit="chunks", ge=1, le=100)
    mode: Literal["vector", "text"] = parameter(
        "vector", "how chunks are searched: by meaning, or by words (BM25)"
    )
    model: str = parameter(
        "minilm",
        'the model that embeds questions: "minilm", or the path of a GGUF file; the one that '
        "embedded the chunks",
        model="embedder",
    )
    refit: float = parameter(
        0.0,
        "share of the documents that may change before all are asked anew; 0: at every change",
        ge=0,
        le=1,
        speed_only=True,
    )

    def model_names(self) -> tuple[tuple[str, str], ...]:
        every = super().model_names()
        return every if self.mode == "vector" else tuple(p for p in every if p[0] != "embedder")

    def summarise(self, frames: Frames, ctx: Context) -> Mapping[str, bytes]:
        """Of each document its chunks' places, its best chunks for each question, its answers."""
        questions = read_questions(ctx.base / self.questions)
        leaves = frames["chunks"].filter(pl.col("level") == 0)
        parts = leaves.partition_by("doc_id", as_dict=True)
        asked = None
        if self.mode == "vector":
            asked = embedded([one.text for one in questions], self.model, ctx)
        found = {}
        for row in frames["documents"].iter_rows(named=True):
            ctx.check()
            own = parts.get((row["doc_id"],), leaves.clear())
            if "vector" in own.columns and own["vector"].null_count():
                ctx.fail(row["doc_id"], "some of its chunks have no vector")
                continue
            likeness = None
            if asked is not None:
                likeness = vector_scores(asked, self._vectors(own, asked.shape[1], ctx))
            found[row["doc_id"]] = part_of(
                row["doc_id"],
                row["title"] or "",
                row["uri"] or "",
                row["text"] or "",
                _leaves(own),
                questions,
                self.k,
                likeness,
            )
        return found

    def fit(self, parts: Iterable[bytes]) -> bytes:
        """The figures of each question over all documents, by the document it is counted with."""
        rows: dict[str, list[list[Any]]] = {}
        for number, found in enumerate(joined(parts, self.k)):
            for name, value, subject in _figures(found):
                rows.setdefault(found.doc_id, []).append([name, value, subject, number])
        return json.dumps(rows, sort_keys=True).encode()

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        rows = json.loads(ctx.state or b"{}")
        found = []
        for name in frames["documents"]["doc_id"]:
            ctx.check()
            found += [
                Measure(name, measure, value, subject=subject, place=place)
                for measure, value, subject, place in rows.get(name, ())
            ]
            ctx.advance(1)
        return measures_frame(found)

    def _vectors(self, leaves: pl.DataFrame, width: int, ctx: Context) -> NDArray[np.float32]:
        """Of the leaves (leaves, width)."""
        if "vector" not in leaves.columns:
            return embedded(_texts(leaves), self.model, ctx)
        found = leaves["vector"].to_list()
        if any(len(vector) != width for vector in found):
            raise UsageError(
                f"the chunks' vectors are not of length {width}, as those of {self.model} are",
                hint="set `model` to the one that embedded the chunks",
            )
        return np.array(found, dtype=np.float32).reshape(len(found), width)


def _texts(leaves: pl.DataFrame) -> list[str]:
    """What is searched of each leaf."""
    if "derived_text" not in leaves.columns:
        return leaves["text"].to_list()
    return leaves.select(pl.coalesce("derived_text", "text"))["derived_text"].to_list()


def _leaves(leaves: pl.DataFrame) -> list[Leaf]:
    return list(zip(leaves["start"], leaves["end"], _texts(leaves), strict=True))


def _figures(found: Found) -> Iterator[tuple[str, float, str]]:
    """Measure, value and subject."""
    if found.why_not:
        yield "left_out", 1.0, f"{found.question}: {found.why_not}"
    elif found.keywords is not None:
        yield "keywords", found.keywords, found.question
    elif found.scores is not None:
        for name in ("recall", "precision", "omega", "iou"):
            yield name, getattr(found.scores, name), found.question
