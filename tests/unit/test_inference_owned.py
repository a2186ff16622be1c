"""A model in a process of its own: the same answers, and no harm when the process ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel

from ops.errors import Cancelled, ModelError
from ops.generation import Generator, ModelDied, Prompt
from ops.inference.models import resolve
from ops.inference.owned import OwnedGenerator


class Choice(BaseModel):
    colour: Literal["red", "blue"]


ASKED = [Prompt(("Red or blue?",)), Prompt(("Blue or red?",))]


@pytest.fixture(scope="module")
def owned(model_files: None) -> Iterator[OwnedGenerator]:
    made = OwnedGenerator(resolve("smollm2", Path()))
    yield made
    made.close()


def _pid(owned: OwnedGenerator) -> int:
    assert owned._process is not None
    return owned._process.pid


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
    first = _pid(owned)

    def ruin(place: int, text: str) -> None:
        os.kill(first, signal.SIGABRT)

    with pytest.raises(ModelDied, match=r"smollm2 ended with SIGABRT"):
        generator.generate_many(ASKED, grammar="root ::= [a-z ]{300}", max_tokens=400, on_text=ruin)

    def stop(done: int) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        generator.generate_many(ASKED, max_tokens=2, progress=stop)
    assert len(generator.generate_many(ASKED, max_tokens=2)) == 2
    assert _pid(owned) != first


def test_a_model_that_embeds_is_refused(model_files: None) -> None:
    with pytest.raises(ModelError, match="does not write text"):
        OwnedGenerator(resolve("minilm", Path()))
