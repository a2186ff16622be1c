"""segment.late and what embed.llama makes of its marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from ops.context import Context, TokenVectors
from ops.embed.late import Reading, late_vectors, readings_of
from ops.embed.llama import Llama
from ops.errors import Cancelled, UsageError
from ops.frames import Frames
from ops.inference.resources import LocalResources
from ops.segment.late import Late
from ops.segment.units import Words
from pipelines.vectors import Remembered
from tests.letters import Letters

TEXT = "one two three. four five six. seven eight nine. ten eleven twelve."


@dataclass
class Spelling(Letters):
    """A token is a word; its vector has its own letters, and a little of those of its text."""

    read: list[str] = field(default_factory=list)

    def embed_tokens(
        self, texts: Sequence[str], *, too_long: Literal["error", "window"] = "error"
    ) -> list[TokenVectors]:
        self.read += texts
        return [
            (self._of(text, spans), spans)
            for text, spans in zip(texts, Words().offsets(texts), strict=True)
        ]

    def _of(self, text: str, spans: NDArray[np.int64]) -> NDArray[np.float32]:
        own = [text[start:end] for start, end in spans]
        if not own:
            return np.empty((0, 26), dtype=np.float32)
        return self.embed(own) * 2 + 0.1 * self.embed([text])


class Spelled(LocalResources):
    def __init__(self) -> None:
        super().__init__(Path(), vectors=Remembered())
        self.model = Spelling()

    def embedder(self, name: str) -> Spelling:
        return self.model

    def token_embedder(self, name: str) -> Spelling:
        return self.model

    def tokenizer(self, name: str) -> Words:
        return Words()


def _frames(text: str, spans: list[tuple[int, int]], levels: list[int] | None = None) -> Frames:
    documents = pl.DataFrame({"doc_id": ["d"], "title": ["T"], "text": [text]})
    chunks = pl.DataFrame(
        {
            "chunk_id": [f"c{number:02}" for number in range(len(spans))],
            "doc_id": ["d"] * len(spans),
            "level": levels or [0] * len(spans),
            "start": [start for start, _ in spans],
            "end": [end for _, end in spans],
            "text": [text[start:end] for start, end in spans],
        },
        schema_overrides={"chunk_id": pl.String, "doc_id": pl.String, "text": pl.String},
    )
    return Frames({"documents": documents, "chunks": chunks})


def _sentences(text: str) -> list[tuple[int, int]]:
    ends = [at + 1 for at, sign in enumerate(text) if sign == "."]
    return list(zip([0, *(end + 1 for end in ends[:-1])], ends, strict=True))


def _marked(frames: Frames, read: int) -> Frames:
    op = Late.model_validate({"read": read, "tokenizer": "words"})
    marks = op.apply(frames, Context(LocalResources(Path())))["chunks"]
    return frames.replace("chunks", frames["chunks"].join(marks, on=["chunk_id", "doc_id"]))


def test_marks_hold_the_chunk_and_what_stands_around_it() -> None:
    marked = _marked(_frames(TEXT, _sentences(TEXT)), 100)["chunks"]
    assert set(marked.select("read_start", "read_end").iter_rows()) == {(0, len(TEXT))}
    long = " ".join(TEXT for _ in range(5))
    marked = _marked(_frames(long, _sentences(long)), 16)["chunks"]
    for start, end, low, high in marked.select(
        "start", "end", "read_start", "read_end"
    ).iter_rows():
        assert low <= start < end <= high
        assert Words().count([long[low:high]])[0] <= 16
    assert marked.select("read_start").n_unique() < marked.height


def test_parents_are_read_with_parents() -> None:
    spans = [(0, len(TEXT)), *_sentences(TEXT)]
    marked = _marked(_frames(TEXT, spans, [1, 0, 0, 0, 0]), 16)["chunks"]
    parent = marked.filter(level=1)
    assert parent.select("read_start", "read_end").row(0) == (0, len(TEXT))
    assert marked.filter(level=0)["read_end"].max() == len(TEXT)


def test_an_empty_batch_has_no_marks() -> None:
    op, ctx = Late(tokenizer="words"), Context(LocalResources(Path()))
    marks = op.apply(_frames("", []), ctx)["chunks"]
    assert marks.columns == ["chunk_id", "doc_id", "read_start", "read_end"]
    assert marks.is_empty()
    with pytest.raises(Cancelled):
        op.apply(_frames("a", [(0, 1)]), Context(LocalResources(Path()), cancelled=lambda: True))


def test_the_vector_of_a_marked_chunk_is_of_its_tokens_in_their_context() -> None:
    resources = Spelled()
    marked = _marked(_frames(TEXT, _sentences(TEXT)), 100)
    done: list[int] = []
    found = Llama(around=1).apply(marked, Context(resources, advance=done.append))["chunks"]
    assert resources.model.read == [TEXT]
    assert sum(done) == 1
    assert found["embedded_text"].to_list() == marked["chunks"]["text"].to_list()
    assert found["embedded_tokens"].to_list() == [4, 4, 4, 4]
    ((vectors, spans),) = Spelling().embed_tokens([TEXT])
    for (start, end), vector in zip(_sentences(TEXT), found["vector"], strict=True):
        own = vectors[(spans[:, 0] >= start) & (spans[:, 1] <= end)].sum(axis=0)
        assert np.allclose(vector, own / np.linalg.norm(own), atol=1e-6)
    # What is known is not read again, and neighbours are mixed into it as into any other.
    again = Llama(around=1, neighbours=0.2).apply(marked, Context(resources))["chunks"]
    assert resources.model.read == [TEXT]
    assert again.height == found.height
    assert again["vector"].to_list() != found["vector"].to_list()


def test_the_vector_in_context_is_mixed_with_the_chunk_s_own() -> None:
    frames = _frames(TEXT, _sentences(TEXT))
    marked = _marked(frames, 100)
    resources = Spelled()
    late, own, half = (
        np.array(
            Llama(around=around).apply(given, Context(resources))["chunks"]["vector"].to_list()
        )
        for around, given in ((1, marked), (1, frames), (0.5, marked))
    )
    summed = late + own
    assert np.allclose(half, summed / np.linalg.norm(summed, axis=1, keepdims=True), atol=1e-6)
    found = Llama(recipe=("title", "text")).apply(marked, Context(resources))["chunks"]
    assert found["embedded_text"][0] == "T\none two three."


def test_chunks_without_marks_are_embedded_as_ever() -> None:
    frames = _marked(_frames(TEXT, _sentences(TEXT)), 100)
    first = pl.col("start") == 0
    some = frames["chunks"].with_columns(
        read_start=pl.when(first).then(None).otherwise("read_start"),
        read_end=pl.when(first).then(None).otherwise("read_end"),
    )
    resources = Spelled()
    found = Llama().apply(frames.replace("chunks", some), Context(resources))["chunks"]
    plain = Llama().apply(_frames(TEXT, _sentences(TEXT)), Context(resources))["chunks"]
    assert found["vector"][0].to_list() == plain["vector"][0].to_list()
    assert found["vector"][1].to_list() != plain["vector"][1].to_list()


def test_a_span_without_a_token_still_has_a_vector() -> None:
    resources = Spelled()
    ctx = Context(resources)
    found = late_vectors([Reading("a b", 1, 2), Reading("  ", 0, 1)], "minilm", ctx, 1)
    assert all(np.linalg.norm(vector) == pytest.approx(1) for vector in found.values())
    assert readings_of(*map(_frames("a", [(0, 1)]).__getitem__, ("documents", "chunks"))) == [None]


def test_marks_want_the_text_and_the_places() -> None:
    chunks = ("text", "start", "end", "read_start", "read_end")
    inputs = Llama().inputs({"documents": ("title", "text"), "chunks": chunks})
    assert inputs["documents"] == ("title", "text")
    assert set(inputs["chunks"]) == set(chunks)
    plain = Llama().inputs({"documents": ("title", "text"), "chunks": ("text", "start", "end")})
    assert plain == {"documents": ("title",), "chunks": ("text",)}
    with pytest.raises(UsageError, match=r"documents\.text"):
        Llama().inputs({"documents": ("title",), "chunks": chunks})


def test_the_real_model_reads_a_chunk_in_its_context(model_files: None) -> None:
    text = "Berlin is the capital of Germany. It has three million people."
    frames = _frames(text, _sentences(text))
    op = Late()
    resources = LocalResources(Path(), vectors=Remembered())
    marks = op.apply(frames, Context(resources))["chunks"]
    marked = frames.replace("chunks", frames["chunks"].join(marks, on=["chunk_id", "doc_id"]))
    late = Llama(around=1).apply(marked, Context(resources))["chunks"]["vector"].to_list()
    alone = Llama().apply(frames, Context(resources))["chunks"]["vector"].to_list()
    asked = resources.embedder("minilm").embed(["Berlin"])[0]
    assert np.dot(asked, late[1]) > np.dot(asked, alone[1])
