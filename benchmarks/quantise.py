"""Which kind of weights SmolLM2 should have: speed and perplexity of each.

The published file is Q4_1, for which llama.cpp has no fast kernel. Perplexity is that of the second
half of each window given the first, so that every token counted has at least half a window before
it (as llama.cpp's own `perplexity` does). Speeds alternate between the kinds; the median counts.
"""

from __future__ import annotations

__all__ = ["run"]

import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.corpus import descriptions
from benchmarks.result import BenchResult, Figure, Progress
from ops.inference.cores import physical_cores
from ops.inference.llama import Context, Model
from ops.inference.pull import smollm2_as_published
from ops.inference.quantise import Quantisation, quantise

WINDOWS: Final = 4
TOKENS: Final = 1_024
DECODED: Final = 64
ROUNDS: Final = 3
KINDS: Final[tuple[Quantisation, ...]] = ("Q4_0", "Q8_0")
PUBLISHED: Final = "Q4_1"


def run(data: Path | None, progress: Progress) -> BenchResult:
    """Measure; see the module."""
    source, texts = _texts(data)
    with tempfile.TemporaryDirectory() as name:
        files = _files(Path(name), progress)
        windows = _windows(files[PUBLISHED], texts)
        found = {kind: _perplexity(path, windows) for kind, path in files.items()}
        progress("perplexity: " + ", ".join(f"{kind} {p:.2f}" for kind, p in found.items()))
        speeds: dict[str, list[tuple[float, float]]] = {kind: [] for kind in files}
        for number in range(ROUNDS):
            for kind, path in files.items():
                speeds[kind].append(_speed(path, windows[number % len(windows)]))
            progress(f"speed: round {number + 1} of {ROUNDS}")
        sizes = {kind: path.stat().st_size for kind, path in files.items()}
    figures = []
    for kind in files:
        prefill = statistics.median(pair[0] for pair in speeds[kind])
        decode = statistics.median(pair[1] for pair in speeds[kind])
        figures += [
            Figure(f"{kind.lower()}_prefill", prefill, "tokens/s"),
            Figure(f"{kind.lower()}_decode", decode, "tokens/s"),
            Figure(
                f"{kind.lower()}_perplexity",
                found[kind],
                "perplexity",
                peer=PUBLISHED,
                ratio=found[kind] / found[PUBLISHED],
            ),
            Figure(f"{kind.lower()}_size", sizes[kind] / 1e6, "MB"),
        ]
    settings = {
        "texts": source,
        "windows": f"{WINDOWS} of {TOKENS} tokens",
        "decoded": f"{DECODED} tokens after each",
        "rounds": ROUNDS,
        "threads": physical_cores(),
        "flash attention": "on",
        "cache": "F16",
    }
    return BenchResult("quantise", settings, tuple(figures))


def _texts(data: Path | None) -> tuple[str, list[str]]:
    """Long texts: essays, else the longest descriptions of packages."""
    if data is not None:
        files = sorted((data / "longctx_pg_essays" / "essays").glob("*.txt"))
        if files:
            return "longctx_pg_essays", [file.read_text(encoding="utf-8") for file in files]
    return "descriptions of installed packages", sorted(descriptions().values(), key=len)[::-1]


def _files(folder: Path, progress: Progress) -> dict[str, Path]:
    files = {PUBLISHED: smollm2_as_published(folder, progress)}
    for kind in KINDS:
        progress(f"re-quantising to {kind}")
        files[kind] = folder / f"{kind}.gguf"
        quantise(files[PUBLISHED], files[kind], kind)
    return files


def _windows(path: Path, texts: Sequence[str]) -> list[NDArray[np.int32]]:
    """The first TOKENS tokens of the first texts that have so many."""
    with Model(path, vocabulary_only=True) as model:
        tokens = (model.tokenise(text[: TOKENS * 8], special=True) for text in texts)
        found = [ids[:TOKENS] for ids in tokens if len(ids) >= TOKENS]
    return found[:WINDOWS]


def _perplexity(path: Path, windows: Sequence[NDArray[np.int32]]) -> float:
    losses = []
    with Model(path) as model, Context(model, embeddings=False, batch=TOKENS) as context:
        for window in windows:
            context.clear()
            outputs = np.ones(len(window), dtype=np.int8)
            _feed(context, window, 0, outputs)
            for place in range(len(window) // 2, len(window) - 1):
                logits = context.logits(place).astype(np.float64)
                top = logits.max()
                total = top + np.log(np.exp(logits - top).sum())
                losses.append(total - logits[window[place + 1]])
    return float(np.exp(np.mean(losses)))


def _speed(path: Path, window: NDArray[np.int32]) -> tuple[float, float]:
    """Tokens/s of prefill and of decoding."""
    with (
        Model(path) as model,
        Context(model, embeddings=False, batch=512, length=TOKENS + DECODED) as context,
    ):
        last = np.zeros(512, dtype=np.int8)
        last[-1] = 1
        _feed(context, window[:512], 0, last)  # warms up
        context.clear()
        start = time.perf_counter()
        for at in range(0, len(window), 512):
            _feed(context, window[at : at + 512], at, last)
        token = int(context.logits(-1).argmax())
        prefilled = time.perf_counter()
        for step in range(DECODED):
            one = np.array([token], dtype=np.int32)
            _feed(context, one, len(window) + step, np.ones(1, dtype=np.int8))
            token = int(context.logits(-1).argmax())
        done = time.perf_counter()
    return len(window) / (prefilled - start), DECODED / (done - prefilled)


def _feed(
    context: Context, tokens: NDArray[np.int32], start: int, outputs: NDArray[np.int8]
) -> None:
    positions = np.arange(start, start + len(tokens), dtype=np.int32)
    context.run(tokens, positions, np.zeros(len(tokens), dtype=np.int32), outputs[: len(tokens)])
