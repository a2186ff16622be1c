"""Models in processes of their own: the same answers, and no harm when a process ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from pydantic import BaseModel

from ops.context import Embedder
from ops.errors import Cancelled, DocumentError, ModelError
from ops.generation import Generator, ModelDied, Prompt
from ops.inference.embedder import embedder_of
from ops.inference.models import resolve
from ops.inference.owned import OwnedEmbedder, OwnedGenerator, OwnedSituator
from ops.inference.process import ModelProcess
from ops.situating import Situator


class Choice(BaseModel):
    colour: Literal["red", "blue"]


ASKED = [Prompt(("Red or blue?",)), Prompt(("Blue or red?",))]


@pytest.fixture(scope="module")
def owned(model_files: None) -> Iterator[OwnedGenerator]:
    made = OwnedGenerator(resolve("smollm2", Path()))
    yield made
    made.close()


@pytest.fixture(scope="module")
def embedder(model_files: None) -> Iterator[OwnedEmbedder]:
    made = OwnedEmbedder(resolve("minilm", Path()))
    yield made
    made.close()


def _pid(process: ModelProcess) -> int:
    assert process.pid is not None
    return process.pid


def _ruin(process: ModelProcess) -> Callable[..., None]:
    """A callback that ends the process as llama.cpp does."""
    return lambda *values: os.kill(_pid(process), signal.SIGABRT)


def _stop(*values: object) -> None:
    raise Cancelled("enough")


@pytest.mark.slow
def test_it_answers_and_outlives_the_end_of_its_process(owned: OwnedGenerator) -> None:
    generator: Generator = owned
    assert generator.hash == resolve("smollm2", Path()).sha256
    done: list[int] = []
    answers = generator.generate_many(ASKED, Choice, max_tokens=12, progress=done.append)
    assert all(isinstance(one.value, Choice) for one in answers)
    assert sum(done) == 2
    assert all(count > 4 for count in generator.count(ASKED))
    heard: list[str] = []
    said = generator.generate_many(
        ASKED[:1], max_tokens=4, on_text=lambda place, text: heard.append(text)
    )
    assert "".join(heard) == said[0].text
    assert generator.logprobs("one two one two one two").perplexity > 1
    first = _pid(owned.process)
    with pytest.raises(ModelDied, match=r"smollm2 ended with SIGABRT"):
        generator.generate_many(
            ASKED,
            grammar="root ::= [a-z ]{300}",
            max_tokens=400,
            on_text=_ruin(owned.process),
        )
    with pytest.raises(Cancelled, match="enough"):
        generator.generate_many(ASKED, max_tokens=2, progress=_stop)
    assert len(generator.generate_many(ASKED, max_tokens=2)) == 2
    assert _pid(owned.process) != first


def test_vectors_are_the_same_as_without_a_process(embedder: OwnedEmbedder) -> None:
    there: Embedder = embedder
    here = embedder_of(resolve("minilm", Path()))
    assert (there.hash, there.dimensions, there.window) == (here.hash, here.dimensions, here.window)
    texts = ["A man is eating food.", "", "Snow fell all night. " * 30]
    done: list[int] = []
    found = there.embed(texts, done.append)
    assert sum(done) == 3
    assert np.allclose(found, here.embed(texts), atol=1e-6)
    assert there.embed([]).shape == (0, 384)
    asked = ["A man eats.", "Two men eat.", "Nobody eats."]
    for own, wanted in zip(embedder.embed_tokens(asked), here.embed_tokens(asked), strict=True):
        assert np.array_equal(own[0], wanted[0])
        assert own[1].tolist() == wanted[1].tolist()
    with pytest.raises(DocumentError, match="longer than the 510"):
        there.embed(["word " * 600])


def test_an_embedder_outlives_the_end_of_its_process(embedder: OwnedEmbedder) -> None:
    texts = [f"Text {number} of many. " * 20 for number in range(12)]
    wanted = embedder.embed(texts[:1])
    first = _pid(embedder.process)
    with pytest.raises(ModelDied, match="minilm ended with SIGABRT"):
        embedder.embed(texts, _ruin(embedder.process))
    assert np.allclose(embedder.embed(texts[:1]), wanted)
    assert _pid(embedder.process) != first


def test_a_call_that_is_stopped_leaves_nothing_behind(embedder: OwnedEmbedder) -> None:
    texts = [f"Text {number} of many. " * 20 for number in range(12)]
    for _ in range(2):
        with pytest.raises(Cancelled, match="enough"):
            embedder.embed(texts, _stop)
    done: list[int] = []
    assert embedder.embed(texts[:2], done.append).shape == (2, 384)
    assert sum(done) == 2


@pytest.mark.slow
def test_a_situator_in_a_process(model_files: None) -> None:
    owned = OwnedSituator(resolve("smollm2", Path()))
    situator: Situator = owned
    text = "The lighthouse of Korsund was built in 1843. Its lamp burned whale oil until 1901. "
    done: list[int] = []
    said = situator.situate(
        text, ["Its lamp burned whale oil."], fewer=0.0, answer=8, progress=done.append
    )
    assert len(said) == 1
    assert sum(done) == 1
    assert situator.count("one two") == 2
    with pytest.raises(DocumentError, match="longer than the 8,192"):
        situator.situate(text * 600, ["one"], fewer=0.0, answer=8)
    with pytest.raises(ModelDied):
        situator.situate(text, ["one"], fewer=0.0, answer=64, progress=_ruin(owned.process))
    assert situator.count("one two") == 2
    owned.close()


def test_a_file_that_is_no_model_is_said_to_be_so(tmp_path: Path, model_files: None) -> None:
    file = resolve("minilm", Path())
    broken = replace(file, name="gone.gguf", path=tmp_path / "gone.gguf")
    embedder = OwnedEmbedder(broken)
    with pytest.raises(ModelError, match=r"gone\.gguf"):
        embedder.embed(["one"])
    embedder.close()


def test_a_model_that_embeds_is_refused(model_files: None) -> None:
    with pytest.raises(ModelError, match="does not write text"):
        OwnedGenerator(resolve("minilm", Path()))
