"""How much of llama.cpp's speed is left inside `embed.llama`.

Ours is the whole of the op: composing, counting, packing, tokenizing, running, pooling, writing the
frame; no vector is known from before. Against it stands the best of many settings of llama.cpp's
own interfaces on the same texts: the plain calls (`llama_tokenize`, `llama_decode`, sequences in
their order) and the high-level `Llama.embed`. Settings are first tried on a part of the texts; the
best few then alternate with ours, and so do onnxruntime and sentence-transformers, where they are
installed (`pip install -e .[bench]`).
"""

from __future__ import annotations

__all__ = ["run"]

import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Final

import polars as pl

from benchmarks.corpus import corpora
from benchmarks.embed_onnx import installed
from benchmarks.embed_peers import HighLevel, Peer, PlainCalls
from benchmarks.result import BenchResult, Figure, Progress
from ops.context import Context
from ops.frames import Frames
from ops.inference.cores import physical_cores
from ops.inference.models import resolve
from ops.inference.resources import LocalResources
from ops.registry import op_class
from pipelines.vectors import Remembered

GOAL: Final = 0.95
SIZE: Final = 200
"""Tokens of a chunk."""
TOKENS: Final = 24_000
"""About so many are embedded in a round."""
TRIED: Final = 5_000
"""About so many to try a setting on."""
FINALISTS: Final = 3
ROUNDS: Final = 5


def run(data: Path | None, progress: Progress) -> BenchResult:
    """Measure; see the module."""
    source, texts = corpora(data)
    resources = LocalResources(Path())
    frames, tokens = _chunks(texts, resources)
    chunks = frames["chunks"]["text"].to_list()
    file = resolve("minilm", Path())
    progress(f"{len(chunks)} chunks, {tokens:,} tokens ({source})")
    few = chunks[: max(1, len(chunks) * TRIED // tokens)]
    finalists = _finalists(_peers(file.path), few, progress)
    others = [make() for make in installed(file, physical_cores())]
    every = [*finalists, *others]
    speeds: dict[str, list[float]] = {"ours": [], **{peer.name: [] for peer in every}}
    _ours(frames)  # loads the model
    for peer in others:
        peer.embed(few)
    for number in range(ROUNDS):
        speeds["ours"].append(tokens / _timed(partial(_ours, frames)))
        for peer in every:
            speeds[peer.name].append(tokens / _timed(partial(peer.embed, chunks)))
        progress(
            f"round {number + 1} of {ROUNDS}: "
            + ", ".join(f"{name} {found[-1]:,.0f}" for name, found in speeds.items())
            + " tokens/s"
        )
    for peer in every:
        peer.close()
    medians = {name: statistics.median(found) for name, found in speeds.items()}
    ours = medians.pop("ours")
    best = max((peer.name for peer in finalists), key=lambda name: medians[name])
    ratio = ours / medians[best]
    against = f"llama.cpp, {best}"
    return BenchResult(
        "embed",
        {
            "model": file.name,
            "texts": source,
            "chunks": len(chunks),
            "tokens": tokens,
            "rounds": ROUNDS,
            "cores": physical_cores(),
            "peers": {name: round(speed) for name, speed in medians.items()},
        },
        (
            Figure("embed_share", min(ratio, 1.0), "share", against, ratio, GOAL, ratio >= GOAL),
            Figure("embed_speed", ours, "tokens/s", against, ratio),
            *(
                Figure(
                    f"embed_against.{peer.name.split(',')[0]}", ours / medians[peer.name], "times"
                )
                for peer in others
            ),
        ),
    )


def _against(peer: str, ratio: float) -> Figure:
    return Figure(f"embed_against.{peer.split(',')[0]}", ratio, "times", peer, ratio)


def _chunks(texts: dict[str, str], resources: LocalResources) -> tuple[Frames, int]:
    """Documents cut by segment.recursive, down to about TOKENS; and their tokens."""
    documents = pl.DataFrame(
        {
            "doc_id": list(texts),
            "title": list(texts),
            "text": list(texts.values()),
            "format": "text",
        }
    ).with_columns(structure=pl.lit([]))
    segmenter = op_class("segment.recursive").model_validate({"size": SIZE})
    made = segmenter.apply(Frames({"documents": documents}), Context(resources))
    chunks = made["chunks"].sort("ordinal", "doc_id")  # some of every document
    few = chunks.filter(pl.col("tokens").cum_sum() <= TOKENS)
    frames = Frames({"documents": documents, "chunks": few})
    return frames, int(few["tokens"].sum()) + 2 * few.height


def _ours(frames: Frames) -> None:
    op = op_class("embed.llama").model_validate({"recipe": ["text"]})
    op.apply(frames, Context(LocalResources(Path(), vectors=Remembered())))


def _peers(path: Path) -> list[Callable[[], Peer]]:
    """Makers of peers, each of its settings."""
    batches, flashes = (256, 512, 1024), (True, False)
    threads = range(1, physical_cores() + 1)
    plain = [partial(PlainCalls, path, *chosen) for chosen in product(batches, flashes, threads)]
    high = [partial(HighLevel, path, *chosen, max(threads)) for chosen in product(batches, flashes)]
    return [*plain, *high]


def _finalists(
    makers: Sequence[Callable[[], Peer]], texts: Sequence[str], progress: Progress
) -> list[Peer]:
    tried: list[tuple[float, int]] = []
    for number, make in enumerate(makers):
        peer = make()
        peer.embed(texts[:4])
        seconds = _timed(partial(peer.embed, texts))
        progress(f"setting {number + 1} of {len(makers)}: {peer.name} {seconds:.1f} s")
        peer.close()
        tried.append((seconds, number))
    return [makers[number]() for _, number in sorted(tried)[:FINALISTS]]


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
