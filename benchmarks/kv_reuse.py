"""Chunk caches against reading everything again: time to the first token, and what is kept."""

from __future__ import annotations

__all__ = ["Reuse", "reuse"]

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.kv_contexts import Context
from benchmarks.kv_questions import answer_losses, continuation_loss
from ops.inference.chunk_cache import ChunkCache, Chunks
from ops.inference.kv.entries import Entries
from ops.inference.kv.passages import RECOMPUTED, assemble, read_alone
from ops.inference.kv.reader import Reader

CHUNKS: Final = 6
LENGTH: Final = 512
FOLLOWING: Final = 96
SYSTEM: Final = "Answer the question from these passages.\n\n"
TRIED: Final = (0, 4, 8, 16, 32, 64)


@dataclass(frozen=True, slots=True)
class Reuse:
    """Losses without passages, with all read, and reused with the first k tokens computed anew."""

    without: float
    full: float
    reused: dict[int, float]
    following_without: float
    following_full: float
    following_reused: dict[int, float]
    read_seconds: float
    first_token_seconds: float
    bytes_factor: float

    def kept(self, recomputed: int) -> float:
        """Share of what the passages tell about the answers."""
        return (self.without - self.reused[recomputed]) / (self.without - self.full)

    def kept_following(self, recomputed: int) -> float:
        """The same for the text that follows the passages."""
        lost = self.following_without - self.following_reused[recomputed]
        return lost / (self.following_without - self.following_full)


def reuse(
    reader: Reader,
    context: Context,
    progress: Callable[[str], None],
    tried: tuple[int, ...] = TRIED,
) -> Reuse:
    """Six neighbouring chunks with the facts that lie in them, read as one and put together."""
    prefix = reader.model.tokenise(SYSTEM, special=False)
    whole = context.tokens[: CHUNKS * LENGTH]
    chunks = [whole[at : at + LENGTH] for at in range(0, len(whole), LENGTH)]
    said = [(planted.question, planted.answer) for planted in context.planted]
    pairs = [pair for pair in said if _within(pair[1], chunks)]
    following = context.tokens[len(whole) : len(whole) + FOLLOWING]
    end = len(prefix) + len(whole)

    def ask(start: int) -> tuple[float, float]:
        return (
            float(answer_losses(reader, pairs, start).sum()),
            continuation_loss(reader, following, start),
        )

    reader.read(prefix, surprise=False)
    without, following_without = ask(len(prefix))
    reads = []
    for _ in range(2):
        start = time.perf_counter()
        reader.context.memory.clear()
        everything = np.concatenate([prefix, whole])
        for at in range(0, end, LENGTH):
            reader.feed(everything[at : at + LENGTH], at)
        _first_token(reader, pairs[0][0], end)
        reads.append(time.perf_counter() - start)
        reader.context.memory.remove(0, end)
    full, following_full = ask(end)
    progress(f"read in {reads[-1]:.1f} s; {len(pairs)} facts")
    losses, following_losses = {}, {}
    with tempfile.TemporaryDirectory() as name:
        who = Chunks("bench", reader.model.build, "f16", SYSTEM)
        cache = ChunkCache(Path(name), who, reader.layout)
        raw = 0

        def make(tokens: NDArray[np.int32]) -> Entries:
            nonlocal raw
            found = read_alone(reader, tokens, prefix)
            raw += found.nbytes
            return found

        for tokens in chunks:
            cache.get(tokens, make)
        for recomputed in tried:
            assemble(reader, prefix, chunks, lambda t: cache.get(t, make), recomputed=recomputed)
            losses[recomputed], following_losses[recomputed] = ask(end)
        seconds = []
        for _ in range(5):
            start = time.perf_counter()
            assemble(reader, prefix, chunks, lambda t: cache.get(t, make), recomputed=RECOMPUTED)
            _first_token(reader, pairs[0][0], end)
            seconds.append(time.perf_counter() - start)
        factor = cache.size / raw
    found = Reuse(
        without,
        full,
        losses,
        following_without,
        following_full,
        following_losses,
        statistics.median(reads),
        statistics.median(seconds),
        factor,
    )
    for recomputed in tried:
        progress(
            f"first {recomputed} anew: {found.kept(recomputed):.3f} of the answers, "
            f"{found.kept_following(recomputed):.3f} of what follows"
        )
    return found


def _first_token(reader: Reader, question: NDArray[np.int32], start: int) -> None:
    outputs = np.zeros(len(question), dtype=np.int8)
    outputs[-1] = 1
    reader.feed(question, start, outputs=outputs)
    reader.context.logits(-1).argmax()


def _within(answer: NDArray[np.int32], chunks: list[NDArray[np.int32]]) -> bool:
    """Whether some chunk has the whole answer."""
    wanted = answer.tobytes()
    return any(wanted in chunk.tobytes() for chunk in chunks)
