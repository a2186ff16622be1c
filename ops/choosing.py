"""Asking a language model which of a few answers is the likeliest, without writing one."""

from __future__ import annotations

__all__ = ["Chooser"]

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ops.generation import Prompt


class Chooser(Protocol):
    """A language model that is asked for the scores of answers of one token."""

    @property
    def hash(self) -> str:
        """Names the model file."""

    def choose(
        self,
        prompts: Sequence[Prompt],
        options: Sequence[str],
        progress: Callable[[int], None] | None = None,
    ) -> NDArray[np.float64]:
        """ln p (prompts, options) that an answer begins with each option.

        Prompts go through the model together, and what they begin with in common once; nothing is
        written. A prompt that is longer than the model takes has NaN.

        Args:
            options: texts of one token; of a longer one the last token counts.
            progress: told, as prompts are done, how many more are; it may raise to stop.
        """
