"""What a language model is asked when it makes questions, and the passages it is shown."""

from __future__ import annotations

__all__ = ["Form", "LIMIT", "passages", "prompt"]

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import BaseModel, Field, StringConstraints

from ops.generation import Prompt, Quoted
from ops.segment.sentences import sentences

QUOTE: Final = 240
QUESTION: Final = 160
QUOTES: Final = 2
"""Most characters of each, and most quotes."""
LIMIT: Final = round((QUOTES * (QUOTE + 3) + QUESTION + 40) / 2.5)
"""Tokens that an answer may have: those of the longest that fits, at 2.5 characters each."""
SHORTEST: Final = 80
"""Characters of a passage that is worth a question."""

SYSTEM: Final = "You write exam questions. You quote exactly, without changing a letter."
TASK: Final = (
    "Fill in a form about the passage, as JSON:\n"
    "- quotes: one sentence of the passage that states a fact, copied word for word\n"
    "- question: a question that this sentence answers, in your own words, which somebody who has "
    "not seen the passage understands; it names what it is about\n\n"
    "Passage:\n\n"
)


class Form(BaseModel):
    """A question with the words that answer it; the words come first, so that it fits them."""

    quotes: Annotated[
        list[
            Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=QUOTE)]
        ],
        Field(min_length=1, max_length=QUOTES),
    ]
    question: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=8, max_length=QUESTION)
    ]


def prompt(title: str, passage: str) -> Prompt:
    """What is asked of one passage; all that does not depend on it comes first."""
    of = (Quoted(f"{title}\n\n"),) if title.strip() else ()
    return Prompt((TASK, *of, Quoted(passage)), system=SYSTEM)


def passages(text: str, size: int, count: int) -> list[tuple[int, int]]:
    """At most `count` spans of whole sentences, of up to `size` characters, at even distances.

    They do not depend on any segmenter, so that none is favoured. A sentence that is longer than
    `size` makes no passage.
    """
    spans: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if end - start > size:
            continue
        if spans and end - spans[-1][0] <= size:
            spans[-1] = spans[-1][0], end
        else:
            spans.append((start, end))
    return _evenly([(a, b) for a, b in spans if b - a >= SHORTEST], count)


def _evenly(spans: Sequence[tuple[int, int]], count: int) -> list[tuple[int, int]]:
    step = max(len(spans) / count, 1.0)
    return [spans[int((n + 0.5) * step)] for n in range(min(count, len(spans)))]
