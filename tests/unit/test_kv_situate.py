"""Situating chunks with a real model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ops.errors import Cancelled, DocumentError, ModelError
from ops.inference.kv.reader import Reader, Reading
from ops.inference.kv.situate import LlamaSituator
from ops.inference.models import resolve
from ops.inference.owned import OwnedSituator
from ops.inference.resources import LocalResources

TEXT = (
    "The lighthouse of Korsund was built in 1843 by the harbour guild. Its lamp burned whale oil "
    "until 1901. A storm broke the gallery in 1922, and it was repaired within a year. "
)
LONG = TEXT * 12
"""Long enough to be reduced."""
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


@pytest.mark.slow
def test_a_text_that_was_read_before_is_not_read_again(
    situator: LlamaSituator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = situator.situate(LONG, CHUNKS, fewer=0.8, answer=12, folder=tmp_path)
    assert said == situator.situate(LONG, CHUNKS, fewer=0.8, answer=12)
    (file,) = tmp_path.iterdir()
    reads: list[int] = []
    read = Reader.read

    def counted(self: Reader, tokens: NDArray[np.int32], **more: Any) -> Reading:
        reads.append(len(tokens))
        return read(self, tokens, **more)

    monkeypatch.setattr(Reader, "read", counted)
    assert situator.situate(LONG, CHUNKS, fewer=0.8, answer=12, folder=tmp_path) == said
    assert not reads
    raw = bytearray(file.read_bytes())
    raw[-5] ^= 1
    file.write_bytes(raw)
    assert situator.situate(LONG, CHUNKS, fewer=0.8, answer=12, folder=tmp_path) == said
    assert len(reads) == 1
    # Another share is another reading; short texts are not worth a file.
    situator.situate(LONG, CHUNKS[:1], fewer=0.5, answer=8, folder=tmp_path)
    situator.situate(TEXT, CHUNKS[:1], fewer=0.8, answer=8, folder=tmp_path)
    assert len(reads) == 3
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.slow
def test_the_process_of_a_notebook_keeps_what_it_read(model_files: None, tmp_path: Path) -> None:
    situator = LocalResources(Path(), kv=tmp_path / "kv").situator("smollm2")
    assert isinstance(situator, OwnedSituator)
    try:
        assert situator.situate(LONG, CHUNKS[:1], fewer=0.8, answer=8)
    finally:
        situator.close()
    (file,) = (tmp_path / "kv").iterdir()
    assert file.stat().st_size > 1_000_000


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
