"""What the engine gains: prompts together against one by one, shared beginnings, a busy machine."""

from __future__ import annotations

__all__ = ["batch_speedup", "busy_slowdown", "drift", "embed_share", "passages", "prefix_speedup"]

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.result import Figure, Progress
from ops.inference.engine import Engine, shape_for
from ops.inference.grammar import json_grammar
from ops.inference.jobs import Request
from ops.inference.llama import Model
from ops.inference.models import resolve

PROMPTS: Final = 16
SHORT: Final = 300
ANSWER: Final = 64
SHARED: Final = 1_024
OWN: Final = 32
AFTER: Final = 32
ROUNDS: Final = 3
DRIFT: Final = 5_000
SHARE: Final = 0.95

SCHEMA: Final = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "minLength": 3, "maxLength": 60},
        "summary": {"type": "string", "minLength": 600, "maxLength": 1_000},
    },
}
"""An answer by it is longer than ANSWER tokens, so every answer has just so many."""

TASK: Final = "Describe the text as JSON with a title and a summary.\n\nText:\n"


def passages(data: Path | None, count: int, tokens: int, model: Model) -> list[NDArray[np.int32]]:
    """So many pieces of prose of so many tokens, none overlapping."""
    from benchmarks.corpus import descriptions

    texts = sorted(descriptions().values(), key=len, reverse=True)
    if data is not None and (files := sorted((data / "longctx_pg_essays/essays").glob("*.txt"))):
        texts = [file.read_text(encoding="utf-8") for file in files]
    found: list[NDArray[np.int32]] = []
    for text in texts:
        ids = model.tokenise(text, special=False)
        found += [ids[at : at + tokens] for at in range(0, len(ids) - tokens, tokens)]
        if len(found) >= count:
            break
    return found[:count]


def batch_speedup(data: Path | None, progress: Progress) -> Figure:
    """16 prompts of 300 tokens, answers of 64 in a JSON grammar, together and one by one."""
    with _model() as model:
        head = model.tokenise(TASK, special=True)
        texts = passages(data, PROMPTS, SHORT - len(head), model)
        grammar = json_grammar(SCHEMA)
        asked = [Request(np.concatenate([head, text]), ANSWER, grammar) for text in texts]
        return _speedup("batch_speedup", 2.5, model, asked, progress)


def prefix_speedup(data: Path | None, progress: Progress) -> Figure:
    """16 prompts with 1,024 tokens in common and 32 of their own, answers of 32."""
    with _model() as model:
        head = passages(data, 1, SHARED, model)[0]
        tails = passages(data, PROMPTS + SHARED // OWN, OWN, model)[-PROMPTS:]
        asked = [Request(np.concatenate([head, tail]), AFTER) for tail in tails]
        return _speedup("prefix_speedup", 5, model, asked, progress)


def busy_slowdown(data: Path | None, progress: Progress) -> Figure:
    """How much longer 4 prompts take while another process keeps one core busy."""
    with _model() as model:
        asked = [Request(text, 24) for text in passages(data, 4, 200, model)]
        engine = _engine(model, asked, PROMPTS)
        _timed(engine, asked)
        calm, busy = [], []
        for number in range(ROUNDS):
            calm.append(_timed(engine, asked))
            with _hog():
                busy.append(_timed(engine, asked))
            progress(f"busy {number + 1} of {ROUNDS}: {calm[-1]:.1f} s, {busy[-1]:.1f} s")
        engine.close()
    ratio = float(np.median(busy) / np.median(calm))
    return Figure("busy_slowdown", ratio, "times", "nothing else running", ratio, 3, ratio <= 3)


def embed_share(data: Path | None, progress: Progress) -> Figure:
    """The rate of `embed.llama` against the best of any setting of llama.cpp's own interfaces."""
    from benchmarks.embed import run

    found = next(one for one in run(data, progress).figures if one.name == "embed_share")
    return replace(found, goal=SHARE, met=found.value >= SHARE)


def drift(data: Path | None, progress: Progress, prompts: int = DRIFT) -> Figure:
    """Growth of the resident memory over many short prompts, after the first tenth."""
    with _model() as model:
        texts = passages(data, prompts, 12, model)
        grammar = json_grammar({"enum": ["yes", "no"]})
        engine = _engine(model, [Request(text, 4, grammar) for text in texts[:64]], PROMPTS)
        sizes = []
        for number in range(10):
            part = texts[number * len(texts) // 10 : (number + 1) * len(texts) // 10]
            engine.run([Request(text, 4, grammar) for text in part])
            sizes.append(_resident())
            progress(f"memory after {(number + 1) * len(texts) // 10:,}: {sizes[-1] / 1e6:.1f} MB")
        engine.close()
    share = sizes[-1] / sizes[0] - 1
    first = f"after {len(texts) // 10:,} prompts"
    return Figure("rss_drift", share, "share", first, None, 0.02, share <= 0.02)


def _speedup(
    name: str, goal: float, model: Model, asked: Sequence[Request], progress: Progress
) -> Figure:
    one = _engine(model, asked[:1], 1)
    many = _engine(model, asked, PROMPTS)
    _timed(many, asked[:2])
    alone, together = [], []
    for number in range(ROUNDS):
        together.append(_timed(many, asked))
        alone.append(sum(_timed(one, [request]) for request in asked))
        progress(f"{name} {number + 1} of {ROUNDS}: {together[-1]:.1f} s, {alone[-1]:.1f} s")
    one.close()
    many.close()
    ratio = float(np.median(alone) / np.median(together))
    return Figure(name, ratio, "times", "one by one", ratio, goal, ratio >= goal)


def _engine(model: Model, asked: Sequence[Request], sequences: int) -> Engine:
    """As `generate_many` lays it out for these."""
    shape = shape_for(asked, 8_192, sequences)
    return Engine(
        model,
        length=shape.length,
        sequences=shape.sequences,
        batch=512,
        flash_attention=shape.flash_attention,
        shared=shape.shared,
    )


def _timed(engine: Engine, asked: Sequence[Request]) -> float:
    """Seconds for these, nothing of them in the memory."""
    engine.forget()
    start = time.perf_counter()
    engine.run(asked)
    return time.perf_counter() - start


@contextmanager
def _model() -> Iterator[Model]:
    with Model(resolve("smollm2", Path()).path) as model:
        yield model


@contextmanager
def _hog() -> Iterator[None]:
    """Another process that keeps one core busy."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
