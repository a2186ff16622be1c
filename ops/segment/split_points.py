"""What a language model is asked for who names the places to split at, and its answer. Pure."""

from __future__ import annotations

__all__ = ["answer_limit", "numbered", "split_form"]

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, Field, create_model

from ops.generation import Prompt, Quoted

SYSTEM: Final = "You divide texts into passages. Each passage is about one subject."
ASKED: Final = (
    "Below are the {count} numbered sentences of a text. Which of them end a passage, so that the "
    "next sentence begins another subject? Answer as JSON with their numbers in ascending order, "
    'for example {{"after": [3, 7]}}. An empty list keeps all together.\n'
)
SHOWN: Final = 400
"""Characters of a sentence that are shown; of a longer one the beginning."""


def numbered(sentences: Sequence[str]) -> Prompt:
    """What is asked of some sentences, which count from 1."""
    parts: list[str | Quoted] = [ASKED.format(count=len(sentences))]
    for number, sentence in enumerate(sentences, start=1):
        parts += [f"\n[{number}] ", Quoted(" ".join(sentence[:SHOWN].split()))]
    return Prompt(tuple(parts), system=SYSTEM)


@lru_cache(maxsize=128)
def split_form(sentences: int) -> type[BaseModel]:
    """A pydantic model of the answer about so many sentences, at least two.

    `after` has numbers from 1 to the last but one, each once, ascending.
    """
    numbers: Any = Literal[tuple(range(1, sentences))]
    ordered = Annotated[list[numbers], Field(max_length=sentences - 1), AfterValidator(_ascending)]
    made: type[BaseModel] = create_model("Split", after=(ordered, ...))
    return made


def answer_limit(sentences: int) -> int:
    """Tokens that an answer about so many sentences may have, a digit or sign a token."""
    return 12 + sum(len(str(number)) + 1 for number in range(1, sentences))


def _ascending(numbers: list[int]) -> list[int]:
    if any(one >= other for one, other in pairwise(numbers)):
        raise ValueError("the numbers do not ascend")
    return numbers
