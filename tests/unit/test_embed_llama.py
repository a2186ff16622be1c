"""embed.llama: what is embedded, what is not computed twice, and what is put aside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from ops.context import Context
from ops.embed.llama import Llama
from ops.errors import Cancelled, DocumentError
from ops.frames import Frames
from ops.inference.resources import LocalResources
from ops.segment.units import Words


@dataclass
class Memory:
    """A cache of vectors that counts what it is asked."""

    known: dict[tuple[str, str], NDArray[np.float32]] = field(default_factory=dict)

    def get(self, model: str, hashes: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        return {h: self.known[model, h] for h in hashes if (model, h) in self.known}

    def put(self, model: str, vectors: dict[str, NDArray[np.float32]]) -> None:
        self.known.update({(model, h): v for h, v in vectors.items()})


@dataclass
class Letters:
    """Embeds by how often each letter occurs; takes 20 words."""

    hash: str = "letters"
    dimensions: int = 26
    window: int = 20
    embedded: list[str] = field(default_factory=list)

    def embed(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        found = np.full((len(texts), 26), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            if Words().count([text])[0] > self.window:
                raise DocumentError("too long")
            self.embedded.append(text)
            for letter in text.lower():
                if "a" <= letter <= "z":
                    found[row, ord(letter) - ord("a")] += 1
            if progress:
                progress(1)
        unit: NDArray[np.float32] = found / np.linalg.norm(found, axis=1, keepdims=True)
        return unit


class Fake(LocalResources):
    """Letters for a model."""

    def __init__(self, cache: Memory | None = None) -> None:
        super().__init__(Path(), vectors=cache or Memory())
        self.letters = Letters()

    def embedder(self, name: str) -> Letters:
        return self.letters

    def tokenizer(self, name: str) -> Words:
        return Words()


def _frames(texts: dict[str, list[str]], **columns: list[Any]) -> Frames:
    rows = [(doc, text) for doc, own in texts.items() for text in own]
    chunks = pl.DataFrame(
        {
            "chunk_id": [f"c{n}" for n in range(len(rows))],
            "doc_id": [doc for doc, _ in rows],
            "text": [text for _, text in rows],
            **columns,
        },
        schema_overrides={"chunk_id": pl.String, "doc_id": pl.String, "text": pl.String},
    )
    documents = pl.DataFrame(
        {"doc_id": list(texts), "title": [f"Title of {doc}" for doc in texts]},
        schema={"doc_id": pl.String, "title": pl.String},
    )
    return Frames({"documents": documents, "chunks": chunks})


def test_each_chunk_gets_the_vector_of_its_text() -> None:
    resources = Fake()
    found = Llama().apply(_frames({"a": ["one two", "three"]}), Context(resources))["chunks"]
    assert found.columns == ["chunk_id", "doc_id", "vector", "embedded_text", "embedded_tokens"]
    assert found["embedded_text"].to_list() == ["one two", "three"]
    assert found["embedded_tokens"].to_list() == [2, 1]
    assert found.schema["vector"] == pl.List(pl.Float32)
    wanted = Letters().embed(["one two", "three"])
    assert np.allclose(np.array(found["vector"].to_list()), wanted)


@pytest.mark.parametrize(
    ("recipe", "wanted"),
    [
        (["text"], "body"),
        (["headings", "text"], "Top > Sub\nbody"),
        (["text", "headings"], "body\nTop > Sub"),
        (["title", "headings", "text"], "Title of a\nTop > Sub\nbody"),
        (["keywords", "text"], "first, second\nbody"),
        (["context", "text"], "From a report.\nbody"),
        (
            ["title", "headings", "keywords", "context", "text"],
            "Title of a\nTop > Sub\nfirst, second\nFrom a report.\nbody",
        ),
    ],
)
def test_the_recipe_says_what_is_embedded(recipe: list[str], wanted: str) -> None:
    frames = _frames(
        {"a": ["body"]},
        heading_path=[["Top", "Sub"]],
        keywords=[[{"phrase": "first"}, {"phrase": "second"}]],
        context=["From a report."],
    )
    op = Llama.model_validate({"recipe": recipe})
    found = op.apply(frames, Context(Fake()))["chunks"]
    assert found["embedded_text"].to_list() == [wanted]


def test_derived_text_is_embedded_where_there_is_one() -> None:
    frames = _frames({"a": ["row", "body"]}, derived_text=["head\nrow", None])
    found = Llama.model_validate({"recipe": ["text"]}).apply(frames, Context(Fake()))["chunks"]
    assert sorted(found["embedded_text"]) == ["body", "head\nrow"]


def test_neighbours_of_the_same_document_are_mixed_in() -> None:
    frames = _frames({"a": ["aa", "bb", "cc"], "b": ["dd"]})
    mixed = Llama.model_validate({"recipe": ["text"], "neighbours": 0.5})
    found = mixed.apply(frames, Context(Fake()))["chunks"]
    by_text = dict(zip(found["embedded_text"], found["vector"].to_list(), strict=True))
    alone = dict(
        zip(["aa", "bb", "cc", "dd"], Letters().embed(["aa", "bb", "cc", "dd"]), strict=True)
    )
    wanted = alone["bb"] + 0.5 * (alone["aa"] + alone["cc"])
    assert np.allclose(by_text["bb"], wanted / np.linalg.norm(wanted), atol=1e-6)
    assert np.allclose(by_text["dd"], alone["dd"], atol=1e-6)
    assert "start" not in Llama().inputs(_available())["chunks"]
    assert "start" in mixed.inputs(_available())["chunks"]


def _available() -> dict[str, tuple[str, ...]]:
    return {"documents": ("title",), "chunks": ("text", "level", "start")}


def test_a_part_that_is_missing_is_left_out() -> None:
    op = Llama.model_validate({"recipe": ["title", "headings", "keywords", "context", "text"]})
    frames = _frames({"a": ["body"]}, heading_path=[None], keywords=[None])
    assert op.apply(frames, Context(Fake()))["chunks"]["embedded_text"].to_list() == [
        "Title of a\nbody"
    ]
    frames = _frames({"a": ["body"]}, heading_path=[["Title of a", "Sub"]])
    assert op.apply(frames, Context(Fake()))["chunks"]["embedded_text"].to_list() == [
        "Title of a > Sub\nbody"
    ]


def test_a_text_is_computed_once() -> None:
    cache = Memory()
    first = Fake(cache)
    frames = _frames({"a": ["same", "other", "same"], "b": ["same"]})
    before = Llama().apply(frames, Context(first))["chunks"]
    assert sorted(first.letters.embedded) == ["other", "same"]
    second = Fake(cache)
    after = Llama().apply(
        _frames({"a": ["same", "other", "same"], "b": ["same", "new"]}), Context(second)
    )["chunks"]
    assert second.letters.embedded == ["new"]
    assert after.head(4).equals(before)
    other = Fake(cache)
    other.letters.hash = "another model"
    Llama().apply(frames, Context(other))
    assert sorted(other.letters.embedded) == ["other", "same"]


def test_a_long_text_is_embedded_in_windows_and_nothing_of_it_is_lost() -> None:
    resources = Fake()
    words = [f"{'abcdefgh'[n % 8]}{n}" for n in range(75)]
    text = "  ".join(words)
    found = Llama().apply(_frames({"a": [text]}), Context(resources))["chunks"]
    parts = resources.letters.embedded
    assert "".join(parts) == text
    assert len(parts) == 4
    assert max(Words().count(parts)) <= 20
    assert found["embedded_tokens"].to_list() == [75]
    assert found["embedded_text"].to_list() == [text]
    weights = Words().count(parts)
    mean = np.average(Letters().embed(parts), axis=0, weights=weights)
    assert np.allclose(found["vector"].to_list()[0], mean / np.linalg.norm(mean), atol=1e-6)


def test_a_long_text_without_spaces_is_cut_all_the_same() -> None:
    resources = Fake()
    text = "a-" * 100
    Llama().apply(_frames({"a": [text]}), Context(resources))
    assert "".join(resources.letters.embedded) == text


def test_a_long_text_puts_its_document_aside_when_that_is_wanted() -> None:
    resources = Fake()
    ctx = Context(resources)
    op = Llama.model_validate({"too_long": "error"})
    found = op.apply(_frames({"a": ["short", "word " * 21], "b": ["short too"]}), ctx)["chunks"]
    assert found["doc_id"].to_list() == ["b"]
    assert ctx.failures == {"a": "a text to embed has 21 tokens; the model takes 20"}


def test_nothing_in_nothing_out() -> None:
    for frames in (_frames({}), _frames({"a": []}), _frames({"a": [""]})):
        found = Llama().apply(frames, Context(Fake()))["chunks"]
        assert found.schema["vector"] == pl.List(pl.Float32)
        assert found.height == frames["chunks"].height


def test_documents_are_counted_as_they_are_done() -> None:
    done: list[int] = []
    frames = _frames({"a": ["x"] * 3, "b": ["y", "z"], "c": []})
    Llama().apply(frames, Context(Fake(), advance=done.append))
    assert sum(done) == 3


def test_it_stops_when_told_to() -> None:
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 3

    with pytest.raises(Cancelled):
        Llama().apply(
            _frames({"a": [f"text {n}" for n in range(9)]}), Context(Fake(), cancelled=cancelled)
        )


def test_the_fingerprint_follows_the_model_and_the_recipe() -> None:
    def print_of(hashed: str = "h", **parameters: object) -> str:
        op = Llama.model_validate(parameters)
        return op.fingerprint({("embedder", op.model): hashed})

    assert print_of() == print_of(model="copy.gguf")
    assert len({print_of(), print_of("g"), print_of(recipe=["text"])}) == 3


def test_with_the_real_model(model_files: None) -> None:
    resources = LocalResources(Path(), vectors=Memory())
    texts = ["A man is eating food.", "A man is eating a piece of bread.", "word " * 1_200]
    found = Llama().apply(_frames({"a": texts}), Context(resources))["chunks"]
    vectors = np.array(found["vector"].to_list(), dtype=np.float32)
    assert vectors.shape == (3, 384)
    assert float(vectors[0] @ vectors[1]) == pytest.approx(0.755, abs=0.002)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert found["embedded_tokens"].to_list() == [6, 9, 1_200]
