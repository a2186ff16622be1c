"""The tokenizer of a model file."""

from __future__ import annotations

__all__ = ["Framer", "tokenizer_of"]

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ops.context import Tokenizer
from ops.errors import ModelError
from ops.inference.models import MINILM, PULL, TOKENIZER, ModelFile, header_of


class Framer(Tokenizer, Protocol):
    """A tokenizer that also gives the model its input."""

    @property
    def frame(self) -> int:
        """Special tokens that frame a text."""

    def encode(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """For each text its token ids, framed as the model wants them."""


@lru_cache(maxsize=16)
def tokenizer_of(file: ModelFile) -> Framer:
    """The tokenizer of a model, made once a process. Its hash is that of the model's file.

    Raises:
        ModelError: the file has none that is known.
    """
    if file.name == MINILM.name:
        return _from_json(file.path.parent / TOKENIZER, file.sha256)
    from ops.inference.vocabulary import Vocabulary
    from ops.inference.wordpiece import WordPiece

    header = header_of(file)
    kind = header.metadata.get("tokenizer.ggml.model")
    if not header.metadata.get("tokenizer.ggml.tokens"):
        raise ModelError(f"{file.path} has no vocabulary")
    if kind == "bert":
        return WordPiece.from_gguf(header, file.sha256)
    from ops.inference.llama import Model

    return Vocabulary(Model(file.path, vocabulary_only=True), file.sha256)


def _from_json(path: Path, sha256: str) -> Framer:
    from ops.inference.wordpiece import WordPiece

    if not path.exists():
        raise ModelError(f"the tokenizer of minilm is not in {path.parent}", hint=PULL)
    return WordPiece.from_json(path, sha256)
