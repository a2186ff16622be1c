"""chunkbook models measure: what fits, what is best, and that it measures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ops.errors import ModelError
from ops.inference import measure as module
from ops.inference.embedder import LlamaEmbedder
from ops.inference.measure import Measured, measure, pick, sample_text
from ops.inference.models import resolve
from ops.inference.tokenizer import tokenizer_of
from tui.commands.models import Bytes, models


def _one(weights: str, memory: int, perplexity: float, speed: float) -> Measured:
    return Measured(weights, "f16", 1, memory, perplexity, speed, speed)  # type: ignore[arg-type]


def test_of_what_fits_the_least_perplexity_is_best_and_speed_decides_between_equals() -> None:
    found = [_one("Q4_0", 100, 26, 9), _one("Q8_0", 200, 21.1, 8), _one("F16", 300, 21.0, 4)]
    assert [one.best for one in pick(found, None)] == [False, True, False]
    assert [one.best for one in pick(found, 150)] == [True, False, False]
    assert [one.fits for one in pick(found, 250)] == [True, True, False]
    nothing = pick(found, 10)
    assert not any(one.best or one.fits for one in nothing)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("512MB", 512_000_000),
        ("1.5 GiB", 1_610_612_736),
        ("400mib", 419_430_400),
        ("1000", 1_000),
        ("2k", 2_000),
    ],
)
def test_sizes_are_read_as_people_write_them(text: str, size: int) -> None:
    assert Bytes().convert(text, None, None) == size


def test_a_size_that_is_none_is_refused() -> None:
    result = CliRunner().invoke(models, ["measure", "smollm2", "--memory", "much"])
    assert result.exit_code == 2
    assert "'much' is not a size" in result.output


def test_there_is_prose_to_measure_on() -> None:
    assert len(sample_text()) > 10_000
    assert sample_text() == sample_text()


@pytest.mark.slow
def test_it_measures(model_files: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {"WEIGHTS": ("Q8_0",), "WINDOW": 96, "WINDOWS": 1, "DECODED": 2}.items():
        monkeypatch.setattr(module, name, value)
    text = "The quick brown fox jumps over the lazy dog. " * 30
    path = tmp_path / "prose.txt"
    path.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(
        models, ["measure", "smollm2", "--json", "--text", str(path), "--memory", "200MB"]
    )
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)
    assert [(row["weights"], row["cache"]) for row in rows] == [("Q8_0", "f16"), ("Q8_0", "q8_0")]
    full, half = (row["memory"] - row["size"] for row in rows)
    assert full == 2 * 30 * 3 * 64 * 4_096 * 2
    assert half == full * 34 // 64
    assert [row["fits"] for row in rows] == [False, True]
    assert all(1 < row["perplexity"] < 20 for row in rows)
    assert all(row["prefill"] > 0 and row["decode"] > 0 for row in rows)


def test_a_model_with_smaller_weights_says_nearly_the_same(
    model_files: None, tmp_path: Path
) -> None:
    target = tmp_path / "small.gguf"
    result = CliRunner().invoke(models, ["quantise", "minilm", str(target)])
    assert result.exit_code == 0, result.output
    assert [path.name for path in tmp_path.iterdir()] == ["small.gguf"]
    file, small = resolve("minilm", Path()), resolve("small.gguf", tmp_path)
    assert small.path.stat().st_size < 0.7 * file.path.stat().st_size
    texts = ["A man is eating food.", "Snow fell all night. " * 10]
    found = []
    for one in (file, small):
        embedder = LlamaEmbedder(one, tokenizer_of(one), threads=1)
        found.append(embedder.embed(texts))
        embedder.close()
    assert (found[0] * found[1]).sum(axis=1).min() > 0.998
    again = CliRunner().invoke(models, ["quantise", str(target), str(target)])
    assert isinstance(again.exception, ModelError)
    assert "is the model itself" in again.exception.message


def test_what_cannot_be_measured_is_refused(model_files: None) -> None:
    with pytest.raises(ModelError, match="does not write text"):
        measure(resolve("minilm", Path()), "text")
