"""Measures chunks by what questions find in them."""

from __future__ import annotations

__all__ = ["Retrieval"]

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Any, ClassVar, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ops.context import Context
from ops.errors import UsageError
from ops.evaluate.finding import Found, Leaf, joined, part_of, part_of_own
from ops.evaluate.measured import MEASURED, Measure, measures_frame
from ops.evaluate.own import asked_of
from ops.evaluate.questions import read_questions
from ops.evaluate.search import vector_scores
from ops.frames import Frames, Schema
from ops.op import Columns, Fitted, parameter
from ops.segment.vectors import embedded


class Retrieval(Fitted):
    """Ask questions of all chunks together and measure how much of the answers they find.

    The questions are a CSV file: `question`, and `references` (spans), `answer` (exact text) or
    `keywords`; `document` where an answer is of one. Or they are those that an
    `evaluate.questions` cell among the inputs has made and not refused. Of each question, over the
    `k` chunks that are found best by exact search: `recall`, `precision`, `omega` (precision if
    exactly the chunks that hold some of the answer were found) and `iou`, in characters, as Chroma
    defines them (Smith and Troynikov 2024); or, where a question has keywords and no spans,
    `keywords`, the share of its points whose words were all found (CoFE-RAG, arXiv:2410.12248).
    Rows belong to the document with the first answer. A question that cannot be used is a row
    `left_out`, with the reason in `subject`. Vectors that an embed cell above has made are used;
    else chunks are embedded here.

    Search by both, `hybrid`, adds up the scores of the two as a published collection does
    (`ops.fusion`, after Bruch, Gai and Ingber, TOIS 2023).
    """

    name: ClassVar[str] = "evaluate.retrieval"
    reads: ClassVar[Columns] = {
        "documents": ("text", "title", "uri"),
        "chunks": ("level", "start", "end", "text"),
    }
    uses: ClassVar[Columns] = {
        "chunks": ("derived_text", "vector"),
        "questions": ("question", "spans", "refused"),
    }
    writes: ClassVar[Mapping[str, Schema]] = MEASURED
    creates: ClassVar[tuple[str, ...]] = ("measures",)
    needs: ClassVar[tuple[str, ...]] = ("embedder", "tokenizer", "vectors")

    questions: str = parameter(
        "",
        "CSV file of questions; without one those of an evaluate.questions cell among the inputs",
        model="file",
    )
    k: int = parameter(5, "chunks that are read for a question", unit="chunks", ge=1, le=100)
    mode: Literal["vector", "text", "hybrid"] = parameter(
        "vector",
        "how chunks are searched: by meaning, by words (BM25), or by both as a collection with "
        "vectors is",
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
        return tuple(pair for pair in every if self.mode != "text" or pair[0] != "embedder")

    def inputs(self, available: Columns) -> Columns:
        chosen = dict(super().inputs(available))
        if self.questions:
            chosen.pop("questions", None)
        elif "questions" not in chosen:
            raise UsageError(
                f"{self.name} has no questions to ask",
                hint="name a CSV file in `questions`, or add an evaluate.questions cell to `input`",
            )
        return chosen

    def summarise(self, frames: Frames, ctx: Context) -> Mapping[str, bytes]:
        """Of each document its chunks' places, its best chunks for each question, its answers; or,
        with questions of its own, what it takes to find the best for any."""
        if self.questions:
            read = read_questions(ctx.base / self.questions)
            vectors = self._embedded([one.text for one in read], ctx)
            own, rows = None, {}
        else:
            read, own = [], asked_of(frames["questions"])
            vectors = self._embedded([one.text for some in own.values() for one in some], ctx)
            ends = list(accumulate(map(len, own.values())))
            rows = {
                name: slice(end - len(own[name]), end) for name, end in zip(own, ends, strict=True)
            }
        leaves = frames["chunks"].filter(pl.col("level") == 0)
        parts = leaves.partition_by("doc_id", as_dict=True)
        found = {}
        for row in frames["documents"].iter_rows(named=True):
            ctx.check()
            name = row["doc_id"]
            mine = parts.get((name,), leaves.clear())
            if "vector" in mine.columns and mine["vector"].null_count():
                ctx.fail(name, "some of its chunks have no vector")
                continue
            both = None
            if vectors is not None:
                asked = vectors if own is None else vectors[rows.get(name, slice(0))]
                both = asked, self._vectors(mine, vectors.shape[1], ctx)
            if own is not None:
                told = own.get(name, [])
                found[name] = part_of_own(name, _leaves(mine), told, self.mode, both)
                continue
            title, uri, text = (row[key] or "" for key in ("title", "uri", "text"))
            likeness = None if both is None else vector_scores(*both)
            found[name] = part_of(
                name, title, uri, text, _leaves(mine), read, self.k, self.mode, likeness
            )
        return found

    def _embedded(self, texts: list[str], ctx: Context) -> NDArray[np.float32] | None:
        return None if self.mode == "text" else embedded(texts, self.model, ctx)

    def fit(self, parts: Iterable[bytes]) -> bytes:
        """The figures of each question over all documents, by the document it is counted with."""
        rows: dict[str, list[list[Any]]] = {}
        asked: Counter[str] = Counter()
        for number, found in enumerate(joined(parts, self.k, self.mode)):
            # Of a document's own questions only its own count.
            place = number if self.questions else asked[found.doc_id]
            asked[found.doc_id] += 1
            for name, value, subject in _figures(found):
                rows.setdefault(found.doc_id, []).append([name, value, subject, place])
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
