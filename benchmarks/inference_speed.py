"""What the engine gains: prompts together against one by one, shared beginnings, a busy machine."""

from __future__ import annotations

__all__ = ["batch_speedup", "busy_slowdown", "drift", "embed_share", "passages", "prefix_speedup"]

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.inference_peer import OneByOne
from benchmarks.result import Figure, Progress
from ops.enrich.llama_form import Field, prompt
from ops.inference.chat import Chat
from ops.inference.engines import Engines
from ops.inference.grammar import json_grammar
from ops.inference.jobs import Request
from ops.inference.llama import Model
from ops.inference.models import resolve
from ops.inference.shape import shape_for

Figures: TypeAlias = tuple[Figure, ...]

PROMPTS: Final = 16
SHORT: Final = 300
ANSWER: Final = 64
SHARED: Final = 1_024
OWN: Final = 32
AFTER: Final = 32
ROUNDS: Final = 3
DRIFT: Final = 5_000
FEW: Final = 8
WORD: Final = 'root ::= "yes" | "no"'
"""Tokens of each of those, and the grammar of its answer: what could leak does so by the prompt."""

SCHEMA: Final = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "minLength": 3, "maxLength": 60},
        "summary": {"type": "string", "minLength": 600, "maxLength": 1_000},
    },
    "required": ["title", "summary"],
}
"""An answer by it is longer than ANSWER tokens, so every answer has just so many."""

FIELDS: Final[tuple[Field, ...]] = ("title", "summary")


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


def batch_speedup(data: Path | None, progress: Progress) -> Figures:
    """16 prompts of 300 tokens, answers of 64 in a JSON grammar, together and one by one.

    The prompts are those of `enrich.llama`, its words about the form included. One by one, too,
    what a prompt has in common with the one before is not read again. One by one is our own engine,
    and llama-cpp-python's interface beside it.
    """
    with _model() as model:
        chat, grammar = Chat(model), json_grammar(SCHEMA)
        frame = len(chat.tokens(prompt(FIELDS, 1, 1, "", "")))
        asked = []
        for ids in passages(data, PROMPTS, SHORT - frame, model):
            text = b"".join(map(model.piece, ids.tolist())).decode("utf-8", "ignore")
            tokens = chat.tokens(prompt(FIELDS, 1, 1, "", text))
            asked.append(Request(tokens, ANSWER, grammar))
        peer = OneByOne(resolve("smollm2", Path()).path, SHORT + ANSWER, SCHEMA)
        plain: list[float] = []

        def also() -> float:
            start = time.perf_counter()
            for request in asked:
                peer.answer(request.tokens, ANSWER)
            plain.append(time.perf_counter() - start)
            return plain[-1]

        alone, together = _rounds("batch_speedup", model, asked, progress, also=also)
        peer.close()
    return (
        _speedup("batch_speedup", 2.5, alone, together, "one by one"),
        _speedup("batch_vs_llama_cpp_python", None, plain, together, "Llama.create_completion"),
    )


def prefix_speedup(data: Path | None, progress: Progress) -> Figures:
    """16 prompts with 1,024 tokens in common and 32 of their own, answers of 32.

    One by one each prompt is read whole: reading the common part once is what is measured.
    """
    with _model() as model:
        head = passages(data, 1, SHARED, model)[0]
        tails = passages(data, PROMPTS + SHARED // OWN, OWN, model)[-PROMPTS:]
        asked = [Request(np.concatenate([head, tail]), AFTER) for tail in tails]
        alone, together = _rounds("prefix_speedup", model, asked, progress, anew=True)
        return (_speedup("prefix_speedup", 5, alone, together, "one by one"),)


def busy_slowdown(data: Path | None, progress: Progress) -> Figures:
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
    return (Figure("busy_slowdown", ratio, "times", "nothing else running", ratio, 3, ratio <= 3),)


def embed_share(data: Path | None, progress: Progress) -> Figures:
    """The rate of `embed.llama` against the best of any setting of llama.cpp's own interfaces."""
    from benchmarks.embed import run

    return tuple(one for one in run(data, progress).figures if one.name == "embed_share")


def drift(data: Path | None, progress: Progress, prompts: int = DRIFT) -> Figures:
    """Growth of the resident memory over many short prompts, after the first tenth."""
    with _model() as model:
        texts = passages(data, prompts, FEW, model)
        engine = _engine(model, [Request(text, 2, WORD) for text in texts[:64]], PROMPTS)
        sizes = []
        for number in range(10):
            part = texts[number * len(texts) // 10 : (number + 1) * len(texts) // 10]
            engine.run([Request(text, 2, WORD) for text in part])
            sizes.append(_resident())
            progress(f"memory after {(number + 1) * len(texts) // 10:,}: {sizes[-1] / 1e6:.1f} MB")
        engine.close()
    share = sizes[-1] / sizes[0] - 1
    first = f"after {len(texts) // 10:,} prompts"
    return (Figure("rss_drift", share, "share", first, None, 0.02, share <= 0.02),)


def _rounds(
    name: str,
    model: Model,
    asked: Sequence[Request],
    progress: Progress,
    *,
    anew: bool = False,
    also: Callable[[], float] | None = None,
) -> tuple[list[float], list[float]]:
    """Seconds one by one and together, in turn; `anew`: one by one nothing is left of the prompt
    before; `also`: what else takes its turn."""
    one = _engine(model, asked[:1], 1)
    many = _engine(model, asked, PROMPTS)
    _timed(many, asked[:2])
    alone, together = [], []
    for number in range(ROUNDS):
        together.append(_timed(many, asked))
        one.forget()
        alone.append(sum(_timed(one, [request], anew=anew) for request in asked))
        beside = f", {also():.1f} s" if also else ""
        progress(
            f"{name} {number + 1} of {ROUNDS}: {together[-1]:.1f} s, {alone[-1]:.1f} s{beside}"
        )
    one.close()
    many.close()
    return alone, together


def _speedup(
    name: str, goal: float | None, peer: Sequence[float], ours: Sequence[float], against: str
) -> Figure:
    ratio = float(np.median(peer) / np.median(ours))
    met = None if goal is None else ratio >= goal
    return Figure(name, ratio, "times", against, ratio, goal, met)


def _engine(model: Model, asked: Sequence[Request], sequences: int) -> Engines:
    """As `generate_many` lays it out for these."""
    return Engines(model, shape_for(asked, 8_192, sequences), batch=512)


def _timed(engine: Engines, asked: Sequence[Request], *, anew: bool = True) -> float:
    """Seconds for these; `anew`: nothing of what was asked before is in the memory."""
    if anew:
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
