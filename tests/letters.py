"""An embedder without a model, and resources that have it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ops.context import Tokenizer
from ops.inference.resources import LocalResources
from pipelines.vectors import Remembered


@dataclass
class Letters:
    """Embeds by how often each letter occurs."""

    hash: str = "letters"
    dimensions: int = 26
    window: int = 100

    def embed(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        found = np.full((len(texts), 26), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            for letter in text.lower():
                if "a" <= letter <= "z":
                    found[row, ord(letter) - ord("a")] += 1
        if progress:
            progress(len(texts))
        unit: NDArray[np.float32] = found / np.linalg.norm(found, axis=1, keepdims=True)
        return unit


class LettersOnly(LocalResources):
    """This machine's tokenizers, and letters for a model."""

    def __init__(self) -> None:
        super().__init__(Path(), vectors=Remembered())

    def embedder(self, name: str) -> Letters:
        return Letters()

    def tokenizer(self, name: str) -> Tokenizer:
        return super().tokenizer("words" if name == "minilm" else name)
