"""Tokenizers that llama.cpp itself runs: byte pairs, SentencePiece, unigrams."""

from __future__ import annotations

__all__ = ["Vocabulary"]

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ops.errors import ModelError
from ops.inference.llama import Model


class Vocabulary:
    """The vocabulary of a GGUF file, loaded without its weights.

    A character whose bytes fall to several tokens is in the span of each of them.
    """

    additive = False

    def __init__(self, model: Model, sha256: str) -> None:
        self._model = model
        self._hash = sha256
        self._pieces: dict[int, bytes] = {}
        self._lock = threading.Lock()
        self.frame = len(model.tokenise("", special=True))

    @property
    def hash(self) -> str:
        """Names the vocabulary and its rules."""
        return self._hash

    def offsets(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """For each text the half-open character spans (tokens, 2).

        Raises:
            ModelError: the vocabulary rewrites the text, so that tokens have no place in it.
        """
        return [self._spans(text) for text in texts]

    def count(self, texts: Sequence[str]) -> list[int]:
        """For each text its number of tokens, special tokens not counted."""
        return [len(tokens) for tokens in self._tokens(texts, special=False)]

    def encode(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """For each text its token ids, framed as the model wants them."""
        return self._tokens(texts, special=True)

    def _tokens(self, texts: Sequence[str], *, special: bool) -> list[NDArray[np.int32]]:
        with self._lock:
            return [self._model.tokenise(text, special=special) for text in texts]

    def _spans(self, text: str) -> NDArray[np.int64]:
        tokens = self._tokens([text], special=False)[0]
        pieces = [self._piece(int(token)) for token in tokens]
        raw = text.encode("utf-8", "replace")
        whole = b"".join(pieces)
        lead = len(whole) - len(raw)  # SentencePiece puts a space before the text
        if whole != b" " * max(lead, 0) + raw or lead > 1:
            raise ModelError(
                f"the vocabulary of {self._model.path} rewrites text, so its tokens have no place",
                hint='measure in "minilm", "words" or "characters" instead',
            )
        ends = np.cumsum([len(piece) for piece in pieces], dtype=np.int64) - max(lead, 0)
        starts = np.concatenate([np.zeros(1, dtype=np.int64), ends[:-1]])
        first, last = _characters(raw)
        spans = np.empty((len(tokens), 2), dtype=np.int64)
        spans[:, 0] = first[np.clip(starts, 0, len(raw))]
        spans[:, 1] = last[np.clip(ends, 0, len(raw))]
        return spans

    def _piece(self, token: int) -> bytes:
        if token not in self._pieces:
            self._pieces[token] = self._model.piece(token)
        return self._pieces[token]


def _characters(raw: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each byte offset: characters that begin before it, and those that end at or before it.

    As a start an offset inside a character means that character; as an end, the one after it.
    """
    begins = (np.frombuffer(raw, dtype=np.uint8) & 0xC0) != 0x80
    before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(begins)])
    inside = np.concatenate([~begins, np.zeros(1, dtype=bool)])
    return before - inside, before
