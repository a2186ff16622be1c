"""Asking a language model how well a text follows another."""

from __future__ import annotations

__all__ = ["Follower"]

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Follower(Protocol):
    """A language model that tells the surprisal of texts after others."""

    @property
    def hash(self) -> str:
        """Names the model file."""

    def follow(
        self,
        pairs: Sequence[tuple[str, str]],
        progress: Callable[[int], None] | None = None,
    ) -> NDArray[np.float64]:
        """-ln p (pairs) of each pair's second text after its first, in nats, all tokens together.

        An empty first text stands for the beginning of a document. Of the first text the last
        tokens count, of the second the first ones, so many of each as the model's way of reading
        them says. A second text without a token has 0.

        Args:
            progress: told, as pairs are done, how many more are; it may raise to stop.
        """
