"""A long text that is read once, kept, and asked about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.errors import DocumentError
from ops.inference.chunk_cache import ChunkCache, Chunks
from ops.inference.kv.layout import layout_of
from ops.inference.kv.long_text import LongText
from ops.inference.kv.reader import Reader
from ops.inference.llama import Model
from ops.inference.models import header_of, resolve

FILLER = "The weather stayed mild and the walkers went on along the river until evening. " * 10
FACT = "The pass phrase of the northern archive is velvet hammer ocean thirteen. "
QUESTION = "What is the pass phrase of the northern archive?"


@pytest.fixture(scope="module")
def reader(model_files: None) -> Iterator[Reader]:
    file = resolve("smollm2", Path())
    with Model(file.path) as model:
        found = Reader(model, layout_of(header_of(file), file.name), 1_024, threads=1, listens=True)
        yield found
        found.close()


@pytest.mark.slow
def test_answers_come_from_few_entries_and_stay_the_same(reader: Reader, tmp_path: Path) -> None:
    # How much is kept of what a text tells is measured by `chunkbook bench kv`; a model of this
    # size seldom answers in so many words.
    cache = ChunkCache(tmp_path, Chunks("model", "build", "f16", ""), reader.layout)
    text = FILLER + FACT + FILLER
    first = LongText(reader, text, cache).ask(QUESTION, answer=12)
    assert first
    asked = len(reader.entries())
    (file,) = tmp_path.iterdir()
    assert file.stat().st_size > 1_000_000
    again = LongText(reader, text, cache)
    assert [again.ask(QUESTION, answer=12) for _ in range(2)] == [first, first]
    again.ask(QUESTION, fewer=0, answer=12)
    assert len(reader.entries()) > 2 * asked


def test_a_text_that_does_not_fit_is_refused(reader: Reader) -> None:
    with pytest.raises(DocumentError, match="longer than the"):
        LongText(reader, FILLER * 10)
