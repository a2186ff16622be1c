"""Embeds texts with a GGUF model through llama.cpp."""

from __future__ import annotations

__all__ = ["MICRO_BATCH", "LlamaEmbedder", "embedder_of"]

import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ops.context import TokenVectors
from ops.errors import DocumentError, ModelError
from ops.inference.calibration import Calibration
from ops.inference.cores import physical_cores
from ops.inference.lanes import Lane, Lanes
from ops.inference.llama import Context, Model
from ops.inference.models import ModelFile, demand
from ops.inference.owner import OWNER
from ops.inference.packing import pack
from ops.inference.token_windows import token_windows
from ops.inference.tokenizer import Framer, tokenizer_of

MICRO_BATCH: Final = 512
"""Tokens that a context takes at once; longer texts get one of their own."""

SEQUENCES: Final = 64
"""Most texts of one batch; it divides MICRO_BATCH, as llama.cpp demands."""


class _Piece(NamedTuple):
    """Tokens that are read together, and where the vectors of some of them go."""

    tokens: NDArray[np.int32]
    first: int
    """Of those whose vectors are wanted."""
    vectors: NDArray[np.float32]


class LlamaEmbedder:
    """Unit vectors of texts, by a model whose pooling is its own (MiniLM: the mean).

    Texts of like length share a micro-batch, without padding.
    """

    def __init__(self, file: ModelFile, tokenizer: Framer, *, threads: int | None = None) -> None:
        demand(file, "embedder")
        self._file = file
        self._tokenizer = tokenizer
        self._threads = threads
        self._model = Model(file.path)
        self._lanes: Lanes[list[int], tuple[list[int], float]] = Lanes(
            self._context, threads or physical_cores()
        )
        self._unpooled: Lanes[_Piece, None] = Lanes(
            self._unpooled_context, sum(self._lanes.threads)
        )
        self._dimensions = self._model.dimensions
        self._calibration = Calibration(file, self._lanes.count, sum(self._lanes.threads))

    @property
    def hash(self) -> str:
        """Names the model file."""
        return self._file.sha256

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._dimensions

    @property
    def window(self) -> int:
        """Most tokens of one text, special tokens not counted."""
        return self._file.context - self._tokenizer.frame

    def embed(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Unit vectors (texts, dimensions), in the order of the texts.

        Raises:
            DocumentError: a text is longer than the window.
        """
        tokens = self._tokenizer.encode(texts)
        lengths = [len(ids) for ids in tokens]
        longest = max(lengths, default=0)
        if longest > self._file.context:
            raise DocumentError(
                f"a text of {longest - self._tokenizer.frame:,} tokens is longer than the "
                f"{self.window:,} that {self._file.name} takes",
                hint="make chunks smaller, or let embed.llama cut windows (too_long: window)",
            )
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)

        def run(indexes: Sequence[int], size: int) -> float:
            # An encoder's attention runs over all tokens of a batch, whatever text they belong to,
            # so more are slower; fewer leave the matrix kernels short of work.
            packed = pack([lengths[index] for index in indexes], size, SEQUENCES)
            batches = [[indexes[place] for place in places] for places in packed]
            took = []

            def one(batch: list[int], lane: Lane) -> tuple[list[int], float]:
                start = time.perf_counter()
                vectors[batch] = self._run([tokens[index] for index in batch], lane)
                return batch, time.perf_counter() - start

            def done(found: tuple[list[int], float]) -> None:
                took.append(found[1])
                if progress:
                    progress(len(found[0]))

            with OWNER:
                self._lanes.each(batches, one, done)
            return sum(took)

        left = self._calibration.try_out(lengths, run)
        run(left, self._calibration.size)
        return vectors

    def embed_tokens(
        self,
        texts: Sequence[str],
        *,
        too_long: Literal["error", "window"] = "error",
    ) -> list[TokenVectors]:
        """The vector of each token, as the model gives it before pooling, and where it lies.

        For late chunking (Günther et al. 2024, arXiv:2409.04701): the mean of a chunk's tokens,
        each of which has seen the text around it.

        Args:
            too_long: a text longer than the window is refused, or read in windows that overlap by
                half, where each token counts where it has most text on both sides.

        Returns:
            For each text its vectors (tokens, dimensions), not normalised, and half-open character
            spans (tokens, 2); special tokens are left out.

        Raises:
            DocumentError: a text is longer than the window and that is to be refused.
        """
        places = self._tokenizer.offsets(texts)
        lead = min(1, self._tokenizer.frame)
        found: list[TokenVectors] = []
        pieces: list[_Piece] = []
        for ids, spans in zip(self._tokenizer.encode(texts), places, strict=True):
            count = len(spans)
            if count > self.window and too_long == "error":
                raise DocumentError(
                    f"a text of {count:,} tokens is longer than the {self.window:,} that "
                    f"{self._file.name} takes",
                    hint="make it smaller, or read it in windows",
                )
            before, own, after = ids[:lead], ids[lead : lead + count], ids[lead + count :]
            vectors = np.empty((count, self.dimensions), dtype=np.float32)
            found.append((vectors, spans))
            for window in token_windows(count, self.window):
                read = np.concatenate([before, own[window.start : window.end], after])
                if len(read):
                    first = lead + window.first - window.start
                    pieces.append(_Piece(read, first, vectors[window.first : window.last]))
        with OWNER:
            self._unpooled.each(pieces, _read, lambda _: None)
        return found

    def close(self) -> None:
        """Give the memory back."""
        with OWNER:
            self._lanes.close()
            self._unpooled.close()
            self._model.close()

    def _run(self, texts: list[NDArray[np.int32]], lane: Lane) -> NDArray[np.float32]:
        lengths = [len(ids) for ids in texts]
        context = lane.context(_size(sum(lengths)))
        context.clear()
        context.run(
            np.concatenate(texts),
            np.concatenate([np.arange(length, dtype=np.int32) for length in lengths]),
            np.repeat(np.arange(len(texts), dtype=np.int32), lengths),
        )
        raw = np.stack([context.pooled(index) for index in range(len(texts))])
        norms = np.linalg.norm(raw, axis=1, keepdims=True)
        if not np.isfinite(norms).all() or (norms == 0).any():
            raise ModelError(f"{self._file.path} gave a vector without a direction")
        units: NDArray[np.float32] = raw / norms
        return units

    def _unpooled_context(self, size: int, threads: int) -> Context:
        """One that gives a vector for each token; an encoder sees its whole batch at once."""
        return Context(self._model, embeddings=True, batch=size, threads=threads, pooling="none")

    def _context(self, size: int, threads: int) -> Context:
        context = Context(
            self._model, embeddings=True, batch=size, sequences=SEQUENCES, threads=threads
        )
        pooling = context.pooling
        if pooling in ("none", "rank"):
            context.close()
            raise ModelError(f"{self._file.path} pools by {pooling}: it cannot embed")
        return context


def _read(piece: _Piece, lane: Lane) -> None:
    """Fill in the vectors of a piece."""
    count = len(piece.tokens)
    context = lane.context(_size(count))
    context.clear()
    context.run(piece.tokens, np.arange(count, dtype=np.int32), np.zeros(count, dtype=np.int32))
    piece.vectors[:] = context.vectors(count)[piece.first : piece.first + len(piece.vectors)]


def _size(tokens: int) -> int:
    """Of a context that holds so many tokens; larger ones are made when first needed."""
    size = MICRO_BATCH
    while size < tokens:
        size *= 2
    return size


@lru_cache(maxsize=4)
def embedder_of(file: ModelFile) -> LlamaEmbedder:
    """The embedder of a model, made once a process."""
    return LlamaEmbedder(file, tokenizer_of(file))
