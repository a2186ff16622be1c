"""What reduced caches save, a token and from text to answer, and what clustering costs.

Decoding is timed on made-up entries: how long it takes does not depend on what they are.
"""

from __future__ import annotations

__all__ = ["cluster_milliseconds", "decode_seconds", "end_to_end_seconds", "perplexity_ratios"]

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.kv_contexts import Context
from benchmarks.kv_questions import continuation_loss
from ops.inference.kv.budget import RECENT, entries_left
from ops.inference.kv.cluster import cluster
from ops.inference.kv.entries import Entries
from ops.inference.kv.layout import Layout
from ops.inference.kv.on_the_way import Reduce, read_reducing
from ops.inference.kv.reader import Reader, Reading
from ops.inference.kv.weighing import LISTENED
from ops.inference.kv.window import window

FEWER: Final = 0.8
STEPS: Final = 24
"""Tokens decoded each time."""
ROUNDS: Final = 4
CLUSTERED: Final = 3_072
ANSWER: Final = 256
FOLLOWING: Final = 256
"""Tokens whose perplexity is measured."""


def made_up(layout: Layout, count: int) -> Entries:
    """Entries of numbers as large as real ones."""
    rng = np.random.default_rng(1)
    shape = (layout.layers, count, layout.kv_heads, layout.width)
    keys, values = (rng.standard_normal(shape, dtype=np.float32).astype("<f2") for _ in range(2))
    return Entries(np.arange(count, dtype=np.int32), keys, values, "f16")


def decode_seconds(reader: Reader, count: int) -> tuple[float, float]:
    """Seconds a token after `count` entries, and after 80 % fewer; medians of several rounds."""
    entries = made_up(reader.layout, count)
    small = entries.part(count - entries_left(count, FEWER), count)
    found: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(ROUNDS):
        for whole, part in ((True, entries), (False, small)):
            reader.put(part)
            found[whole].append(_decode(reader, count, STEPS) / STEPS)
            reader.context.memory.clear()
    return statistics.median(found[True]), statistics.median(found[False])


def cluster_milliseconds(layout: Layout) -> tuple[float, float]:
    """Milliseconds for clustering 3,072 entries to a fifth; the best of several rounds.

    Returns:
        Without queries, and with those of the last tokens.
    """
    entries = made_up(layout, CLUSTERED)
    shape = (layout.layers, LISTENED, layout.heads, layout.width)
    queries = np.random.default_rng(2).standard_normal(shape, dtype=np.float32)
    found: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(7):
        for listened, times in found.items():
            start = time.perf_counter()
            cluster(
                entries,
                layout,
                entries_left(CLUSTERED, FEWER),
                queries=queries if listened else None,
            )
            times.append((time.perf_counter() - start) * 1_000)
    return min(found[False]), min(found[True])


def end_to_end_seconds(
    reader: Reader, tokens: NDArray[np.int32], progress: Callable[[str], None]
) -> tuple[float, float, float]:
    """Seconds for reading a text and answering with 256 tokens.

    Returns:
        As it is, clustered after reading, and clustered on the way.
    """
    start = time.perf_counter()
    entries = reader.read(tokens, surprise=False).entries
    read = time.perf_counter() - start
    whole = _decode(reader, len(tokens), ANSWER)
    start = time.perf_counter()
    reader.put(cluster(entries, reader.layout, entries_left(len(tokens), FEWER)))
    clustered = time.perf_counter() - start
    small = _decode(reader, len(tokens), ANSWER)
    start = time.perf_counter()
    read_reducing(reader, tokens, FEWER, _clustered(reader), surprise=False)
    on_the_way = time.perf_counter() - start
    after = _decode(reader, len(tokens), ANSWER)
    progress(
        f"{len(tokens)} tokens read in {read:.1f} s, clustered and put back in {clustered:.2f} s, "
        f"read and clustered on the way in {on_the_way:.1f} s; {ANSWER} more in {whole:.1f} s, "
        f"{small:.1f} s and {after:.1f} s after clustering"
    )
    return read + whole, read + clustered + small, on_the_way + after


def perplexity_ratios(
    reader: Reader, every: Sequence[Context], progress: Callable[[str], None]
) -> dict[str, float]:
    """Perplexity of what follows a text after each policy, over that after all entries.

    Args:
        reader: one that listens.
    """
    full = 0.0
    reduced: dict[str, float] = {}
    for number, context in enumerate(every, 1):
        count = len(context.bare) - FOLLOWING - 1
        tokens, following = context.bare[:count], context.bare[count:]
        reading = reader.read(tokens, surprise=False, listened=LISTENED)
        full += continuation_loss(reader, following, count)
        for name, entries in _continued(reader, reading):
            reader.put(entries)
            reduced[name] = reduced.get(name, 0.0) + continuation_loss(reader, following, count)
        read_reducing(reader, tokens, FEWER, _clustered(reader), surprise=False)
        name = "cluster_on_the_way"
        reduced[name] = reduced.get(name, 0.0) + continuation_loss(reader, following, count)
        said = ", ".join(
            f"{name} {np.exp((loss - full) / FOLLOWING / number):.4f}"
            for name, loss in reduced.items()
        )
        progress(f"perplexity, {number} texts: {said}")
    total = FOLLOWING * len(every)
    return {name: float(np.exp((loss - full) / total)) for name, loss in reduced.items()}


def _continued(reader: Reader, reading: Reading) -> Iterator[tuple[str, Entries]]:
    entries, layout = reading.entries, reader.layout
    size = entries_left(len(entries), FEWER)
    assert reading.queries is not None
    yield "cluster", cluster(entries, layout, size, queries=reading.queries)
    yield "cluster_plain", cluster(entries, layout, size)
    yield "window", window(entries, size)


def _clustered(reader: Reader) -> Reduce:
    def reduce(entries: Entries, losses: NDArray[np.float32], size: int, *, sinks: int) -> Entries:
        return cluster(entries, reader.layout, size, sinks=sinks, recent=RECENT)

    return reduce


def _decode(reader: Reader, start: int, count: int) -> float:
    """Seconds for so many tokens, each the likeliest, one after another."""
    token, one = 0, np.ones(1, dtype=np.int8)
    began = time.perf_counter()
    for step in range(count):
        reader.feed(np.array([token], dtype=np.int32), start + step, outputs=one)
        token = int(reader.context.logits(-1).argmax())
    return time.perf_counter() - began
