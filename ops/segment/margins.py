"""What a language model is asked about a gap between sentences, and what follows from it. Pure."""

from __future__ import annotations

__all__ = ["OPTIONS", "anchor", "question", "running_thresholds"]

from typing import Final

import numpy as np

from ops.generation import Prompt, Quoted
from ops.segment.marks import Floats

OPTIONS: Final = ("1", "2")
"""Split, and keep together."""

ASKED: Final = (
    "This is a text chunking task. You are a text analysis expert. Choose one of two options, by "
    "the logical structure and the meaning of the text and of the sentence that follows it:\n"
    "1. Split: the sentence begins a new part.\n"
    "2. Keep: the sentence belongs to the text before it.\n\n"
    "Text:\n"
)
THEN: Final = "\n\nSentence that follows:\n"
LAST: Final = "\n\nPlease answer 1 or 2."

LONGEST: Final = 2_000
"""Characters shown on each side."""


def anchor(gap: int, context: int) -> int:
    """The first sentence that is shown for a gap: `context` before it, or up to twice as many.

    It moves in steps, so that neighbouring questions begin with the same text, which the model then
    reads once.
    """
    return max(0, (gap + 1) // context - 1) * context


def question(before: str, after: str) -> Prompt:
    """What is asked of a gap; all that does not depend on it comes first."""
    shown = (Quoted(before[-LONGEST:]), THEN, Quoted(after[:LONGEST]), LAST)
    return Prompt((ASKED, *shown))


def running_thresholds(scores: Floats, decisions: int) -> Floats:
    """What each score has to pass: the mean of the last `decisions` before it, at first 0."""
    found = np.zeros(len(scores))
    if len(scores) > decisions:
        summed = np.concatenate([[0.0], np.cumsum(scores)])
        found[decisions:] = (summed[decisions:-1] - summed[: -decisions - 1]) / decisions
    return found
