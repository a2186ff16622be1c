"""llama.cpp's own interfaces, used plainly, to embed the same texts."""

from __future__ import annotations

__all__ = ["HighLevel", "Peer", "PlainCalls"]

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ops.inference.llama import library

SEQUENCES = 64


class Peer(Protocol):
    """One interface with one setting."""

    name: str

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Unit vectors, in the order of the texts."""

    def close(self) -> None:
        """Give the memory back."""


class PlainCalls:
    """`llama_tokenize`, `llama_batch`, `llama_decode`, `llama_get_embeddings_seq`.

    As llama.cpp's own embedding example does it: texts in their order, as many in a batch as fit.
    """

    def __init__(self, path: Path, batch: int, flash: bool, threads: int) -> None:
        self.name = f"plain calls, batch {batch}, {_flash(flash)}, {threads} threads"
        api = self._api = library()
        model_params = api.llama_model_default_params()
        model_params.n_gpu_layers = 0
        self._model = api.llama_model_load_from_file(os.fsencode(path), model_params)
        params = api.llama_context_default_params()
        params.n_ctx = params.n_batch = params.n_ubatch = batch
        params.n_seq_max = SEQUENCES
        params.n_threads = params.n_threads_batch = threads
        params.embeddings = True
        params.kv_unified = True
        params.flash_attn_type = int(flash)
        self._context = api.llama_init_from_model(self._model, params)
        self._vocabulary = api.llama_model_get_vocab(self._model)
        self._size = batch
        self._width = api.llama_model_n_embd(self._model)
        self._batch = api.llama_batch_init(batch, 0, 1)

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        found: list[list[float]] = []
        waiting: list[list[int]] = []
        for text in texts:
            tokens = self._tokens(text)
            if sum(map(len, waiting)) + len(tokens) > self._size or len(waiting) == SEQUENCES:
                found += self._run(waiting)
                waiting = []
            waiting.append(tokens)
        return found + self._run(waiting)

    def close(self) -> None:
        self._api.llama_batch_free(self._batch)
        self._api.llama_free(self._context)
        self._api.llama_model_free(self._model)

    def _tokens(self, text: str) -> list[int]:
        raw = text.encode()
        room = (self._api.llama_token * (len(raw) + 8))()
        count = self._api.llama_tokenize(
            self._vocabulary, raw, len(raw), room, len(room), True, False
        )
        return list(room[:count])

    def _run(self, sequences: list[list[int]]) -> list[list[float]]:
        batch, at = self._batch, 0
        for number, tokens in enumerate(sequences):
            for position, token in enumerate(tokens):
                batch.token[at] = token
                batch.pos[at] = position
                batch.n_seq_id[at] = 1
                batch.seq_id[at][0] = number
                batch.logits[at] = 1
                at += 1
        batch.n_tokens = at
        if self._api.llama_decode(self._context, batch) != 0:
            raise RuntimeError(f"llama_decode failed ({self.name})")
        found = []
        for number in range(len(sequences)):
            vector = self._api.llama_get_embeddings_seq(self._context, number)[: self._width]
            norm = math.sqrt(sum(value * value for value in vector))
            found.append([value / norm for value in vector])
        return found


class HighLevel:
    """`Llama.embed` of llama-cpp-python."""

    def __init__(self, path: Path, batch: int, flash: bool, threads: int) -> None:
        self.name = f"Llama.embed, batch {batch}, {_flash(flash)}, {threads} threads"
        self._model = library().Llama(
            str(path),
            embedding=True,
            n_ctx=batch,
            n_batch=batch,
            n_ubatch=batch,
            n_threads=threads,
            n_threads_batch=threads,
            flash_attn=flash,
            verbose=False,
        )

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        found: list[list[float]] = self._model.embed(list(texts), normalize=True)
        return found

    def close(self) -> None:
        self._model.close()


def _flash(on: bool) -> str:
    return "flash attention" if on else "no flash attention"
