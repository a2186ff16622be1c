"""Tokenizers that llama.cpp itself runs: byte pairs, SentencePiece, unigrams."""

from __future__ import annotations

__all__ = ["Vocabulary"]

import threading
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.errors import ModelError
from ops.inference.llama import Model

GAP: Final = 16
"""Most bytes between two tokens that a vocabulary leaves out."""


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
        raw = text.encode("utf-8", "replace")
        places = _places([self._piece(int(token)) for token in tokens], raw)
        if places is None:
            raise ModelError(
                f"the vocabulary of {self._model.path} rewrites text, so its tokens have no place",
                hint='measure in "minilm", "words" or "characters" instead',
            )
        first, last = _characters(raw)
        return np.stack([first[places[:, 0]], last[places[:, 1]]], axis=1)

    def _piece(self, token: int) -> bytes:
        if token not in self._pieces:
            self._pieces[token] = self._model.piece(token)
        return self._pieces[token]


def _places(pieces: Sequence[bytes], raw: bytes) -> NDArray[np.int64] | None:
    """Where each piece lies in the bytes of a text; None when they are not its bytes.

    SentencePiece may put a space before the text; byte pairs leave out bytes they do not know.
    """
    places = np.empty((len(pieces), 2), dtype=np.int64)
    at = 0
    for index, piece in enumerate(pieces):
        if index == 0 and piece.startswith(b" ") and not raw.startswith(b" "):
            piece = piece[1:]
        start = raw.find(piece, at, at + len(piece) + GAP)
        if start < 0:
            return None
        at = start + len(piece)
        places[index] = start, at
    return places if len(raw) - at <= GAP else None


def _characters(raw: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each byte offset: characters that begin before it, and those that end at or before it.

    As a start an offset inside a character means that character; as an end, the one after it.
    """
    begins = (np.frombuffer(raw, dtype=np.uint8) & 0xC0) != 0x80
    before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(begins)])
    inside = np.concatenate([~begins, np.zeros(1, dtype=bool)])
    return before - inside, before
