"""Situating chunks with a real model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.errors import Cancelled, DocumentError, ModelError
from ops.inference.kv.situate import LlamaSituator
from ops.inference.models import resolve

TEXT = (
    "The lighthouse of Korsund was built in 1843 by the harbour guild. Its lamp burned whale oil "
    "until 1901. A storm broke the gallery in 1922, and it was repaired within a year. "
)
CHUNKS = ("Its lamp burned whale oil until 1901.", "A storm broke the gallery in 1922.")


@pytest.fixture(scope="module")
def situator(model_files: None) -> Iterator[LlamaSituator]:
    found = LlamaSituator(resolve("smollm2", Path()), threads=1)
    yield found
    found.close()


@pytest.mark.slow
def test_it_says_something_of_each_chunk(situator: LlamaSituator) -> None:
    told: list[int] = []
    said = situator.situate(TEXT * 10, CHUNKS, fewer=0.8, answer=24, progress=told.append)
    assert len(said) == 2
    assert all(said)
    assert sum(told) == 2
    assert all("\n" not in one for one in said)
    # Nothing of another document stays.
    situator.situate("A recipe for onion soup. " * 20, CHUNKS[:1], fewer=0.8, answer=8)
    assert situator.situate(TEXT * 10, CHUNKS, fewer=0.8, answer=24) == said


def test_nothing_is_said_of_nothing(situator: LlamaSituator) -> None:
    assert situator.situate(TEXT, (), fewer=0.8, answer=8) == []
    assert situator.count("") == 0


def test_a_text_that_is_too_long_is_refused(situator: LlamaSituator) -> None:
    with pytest.raises(DocumentError, match="longer than the 8,192"):
        situator.situate(TEXT * 200, CHUNKS, fewer=0.8, answer=8)


def test_it_stops_when_told_to(situator: LlamaSituator) -> None:
    def stop(done: int) -> None:
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        situator.situate(TEXT, CHUNKS, fewer=0.8, answer=8, progress=stop)
    assert situator.situate(TEXT, CHUNKS[:1], fewer=0.0, answer=8)


def test_encoders_are_refused(model_files: None) -> None:
    with pytest.raises(ModelError, match="embeds"):
        LlamaSituator(resolve("minilm", Path()))
