"""The size of an embedding batch: tried on real texts, remembered, never guessed from too few."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ops.inference.calibration import SLICE, TRIED, Calibration
from ops.inference.embedder import LlamaEmbedder
from ops.inference.models import ModelFile, resolve
from ops.inference.tokenizer import tokenizer_of
from tests.gguf_files import tiny_bert

MANY = [100] * (2 * 2 * len(TRIED) * SLICE // 100)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelFile:
    monkeypatch.setenv("CHUNKBOOK_MODELS", str(tmp_path / "models"))
    return resolve(str(tiny_bert(tmp_path / "tiny.gguf", context=64)), Path())


def _clock(best: int, done: list[int]) -> object:
    def run(indexes: Sequence[int], size: int) -> float:
        done.extend(indexes)
        return len(indexes) * (1.0 if size == best else 2.0)

    return run


@pytest.mark.parametrize("best", TRIED)
def test_the_fastest_size_is_taken_and_remembered(file: ModelFile, best: int) -> None:
    done: list[int] = []
    first = Calibration(file, 1, 2)
    assert (first.size, first.known) == (384, False)
    left = first.try_out(MANY, _clock(best, done))  # type: ignore[arg-type]
    assert [*done, *left] == list(range(len(MANY)))
    assert first.size == best
    again = Calibration(file, 1, 2)
    assert (again.size, again.known) == (best, True)
    assert again.try_out(MANY, _clock(256, done)) == list(range(len(MANY)))  # type: ignore[arg-type]
    assert not Calibration(file, 1, 1).known


def test_few_texts_tell_nothing(file: ModelFile) -> None:
    done: list[int] = []
    one = Calibration(file, 1, 2)
    assert one.try_out([100] * 20, _clock(256, done)) == list(range(20))  # type: ignore[arg-type]
    assert one.try_out([], _clock(256, done)) == []  # type: ignore[arg-type]
    assert not done
    assert not one.known


def test_what_is_tried_is_used(file: ModelFile) -> None:
    embedder = LlamaEmbedder(file, tokenizer_of(file), threads=1)
    texts = [" ".join(["red", "blue", "green"][n % 3] for n in range(k % 40)) for k in range(1_200)]
    before = embedder.embed(texts[:50])
    after = embedder.embed(texts)
    assert embedder._calibration.known
    assert float((before * after[:50]).sum(axis=1).min()) > 1 - 1e-5
    embedder.close()
