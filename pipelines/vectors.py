"""Vectors and answers remembered for as long as a process lives, where there is no store."""

from __future__ import annotations

__all__ = ["Remembered", "RememberedAnswers"]

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Remembered:
    """`ops.context.VectorCache` in memory."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], NDArray[np.float32]] = {}

    def get(self, model: str, hashes: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        return {h: self._known[model, h] for h in hashes if (model, h) in self._known}

    def put(self, model: str, vectors: dict[str, NDArray[np.float32]]) -> None:
        self._known.update({(model, h): vector for h, vector in vectors.items()})


class RememberedAnswers:
    """`ops.generation.AnswerCache` in memory."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}

    def get(self, model: str, hashes: Sequence[str]) -> dict[str, str]:
        return {h: self._known[model, h] for h in hashes if (model, h) in self._known}

    def put(self, model: str, answers: dict[str, str]) -> None:
        self._known.update({(model, h): answer for h, answer in answers.items()})
