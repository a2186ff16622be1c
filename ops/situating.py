"""Saying of a part of a text where in the text it stands."""

from __future__ import annotations

__all__ = ["Situator"]

from collections.abc import Callable, Sequence
from typing import Protocol


class Situator(Protocol):
    """A language model that reads a text once and is asked about its parts."""

    @property
    def hash(self) -> str:
        """Names the model file."""

    def count(self, text: str) -> int:
        """Tokens of a text."""

    def situate(
        self,
        text: str,
        chunks: Sequence[str],
        *,
        fewer: float,
        answer: int,
        progress: Callable[[int], None] = lambda done: None,
    ) -> list[str]:
        """What the model says of each chunk, in their order.

        Args:
            fewer: share of the text's entries in the memory that go before the first question.
            answer: most tokens of an answer.
            progress: told how many more chunks are done; with 0, before each batch. It may raise
                to stop.

        Raises:
            DocumentError: text, chunk and answer together are longer than the model's window.
        """
