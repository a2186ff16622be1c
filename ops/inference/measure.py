"""What a language model costs and knows with other weights and another cache, on this machine."""

from __future__ import annotations

__all__ = ["CACHES", "WEIGHTS", "Measured", "measure", "pick", "sample_text"]

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.errors import DocumentError
from ops.inference.llama import Cache, Context, Model
from ops.inference.models import ModelFile, demand
from ops.inference.owner import OWNER
from ops.inference.quantise import Quantisation, quantise
from ops.inference.surprisal import surprisal

WEIGHTS: Final[tuple[Quantisation, ...]] = ("Q4_0", "Q8_0", "F16")
CACHES: Final[tuple[Cache, ...]] = ("f16", "q8_0")

WINDOW: Final = 512
WINDOWS: Final = 2
DECODED: Final = 32
ALIKE: Final = 1.02
"""Perplexities within this factor of the best count as alike, and speed decides."""

BYTES: Final = {"f16": 2.0, "q8_0": 34 / 32, "f32": 4.0}
"""Of one number in a cache; Q8_0 adds a scale for each 32."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One kind of weights with one kind of cache."""

    weights: Quantisation
    cache: Cache
    size: int
    """Bytes of the file."""
    memory: int
    """Bytes of weights and a full cache; buffers of some ten megabytes come on top."""
    perplexity: float
    prefill: float
    """Tokens a second that are read."""
    decode: float
    """Tokens a second that are written."""
    fits: bool = True
    best: bool = False


def measure(
    file: ModelFile,
    text: str,
    *,
    length: int = 4_096,
    threads: int | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> list[Measured]:
    """Every kind of weights with every kind of cache.

    Perplexity is that of tokens with at least half a window of 512 before them. The weights are
    made from the file as it is: what it has lost already stays lost.

    Args:
        text: prose of at least a window; it decides what the perplexities mean.
        length: tokens that the cache is for.

    Raises:
        ModelError: the model does not write text.
        DocumentError: the text is too short.
    """
    demand(file, "text")
    found = []
    with tempfile.TemporaryDirectory(prefix="chunkbook-") as folder:
        for weights in WEIGHTS:
            progress(f"making {weights}")
            path = Path(folder) / f"{weights}.gguf"
            with OWNER:
                quantise(file.path, path, weights)
            with Model(path) as model:
                tokens = _tokens(model, text)
                for cache in CACHES:
                    progress(f"measuring {weights} with the cache in {cache.upper()}")
                    found.append(_measured(model, weights, cache, tokens, length, threads))
            path.unlink()
    return found


def pick(found: Sequence[Measured], memory: int | None) -> list[Measured]:
    """The same, with what fits into so many bytes marked, and the best of it.

    Best is the least perplexity; of those within 2 % of it, the one that reads and writes 512
    and 128 tokens soonest.
    """
    marked = [replace(one, fits=memory is None or one.memory <= memory) for one in found]
    fitting = [one for one in marked if one.fits]
    if not fitting:
        return marked
    least = min(one.perplexity for one in fitting)
    alike = [one for one in fitting if one.perplexity <= least * ALIKE]
    best = min(alike, key=lambda one: 512 / one.prefill + 128 / one.decode)
    return [replace(one, best=one is best) for one in marked]


def sample_text() -> str:
    """Prose to measure on where none is given: the longest descriptions of installed packages."""
    from importlib.metadata import distributions

    found = {
        str(package.metadata["Name"]): str(package.metadata.json.get("description") or "")
        for package in distributions()
    }
    longest = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return "\n\n".join(text for _, text in longest[:5])


def _tokens(model: Model, text: str) -> NDArray[np.int32]:
    tokens = model.tokenise(text[: WINDOW * WINDOWS * 16], special=True)[: WINDOW * WINDOWS]
    if len(tokens) < WINDOW:
        raise DocumentError(
            f"a text of {len(tokens)} tokens is too short to measure on",
            hint=f"name a longer one by --text; {WINDOW} tokens are the least",
        )
    return tokens


def _measured(
    model: Model,
    weights: Quantisation,
    cache: Cache,
    tokens: NDArray[np.int32],
    length: int,
    threads: int | None,
) -> Measured:
    size = model.path.stat().st_size
    width = model.dimensions // model.heads * model.kv_heads
    entries = round(2 * model.layers * width * length * BYTES[cache])
    with Context(
        model,
        embeddings=False,
        batch=256,
        length=WINDOW + DECODED,
        threads=threads,
        keys=cache,
        values=cache,
    ) as context:
        losses = np.concatenate(
            [surprisal(context, window)[len(window) // 2 :] for window in _windows(tokens)]
        )
        prefill, decode = _speed(context, tokens[:WINDOW])
    return Measured(
        weights, cache, size, size + entries, float(np.exp(losses.mean())), prefill, decode
    )


def _windows(tokens: NDArray[np.int32]) -> Iterator[NDArray[np.int32]]:
    for start in range(0, len(tokens) - WINDOW + 1, WINDOW):
        yield tokens[start : start + WINDOW]


def _speed(context: Context, tokens: NDArray[np.int32]) -> tuple[float, float]:
    """Tokens/s of reading and of writing after it."""
    with OWNER:
        context.clear()
        start = time.perf_counter()
        for at in range(0, len(tokens), context.batch):
            _feed(context, tokens[at : at + context.batch], at)
        read = time.perf_counter()
        for step in range(DECODED):
            token = context.logits(-1).argmax().astype(np.int32)
            _feed(context, token.reshape(1), len(tokens) + step)
        done = time.perf_counter()
    return len(tokens) / (read - start), DECODED / (done - read)


def _feed(context: Context, tokens: NDArray[np.int32], start: int) -> None:
    count = len(tokens)
    marks = np.zeros(count, dtype=np.int8)
    marks[-1] = 1
    owners = np.zeros(count, dtype=np.int32)
    context.run(tokens, np.arange(start, start + count, dtype=np.int32), owners, marks)
