"""How much of an answer's character ranges the retrieved chunks hold, exactly as Chroma counts.

Smith and Troynikov, "Evaluating Chunking Strategies for Retrieval" (Chroma, 2024), as their code
(brandonstarxel/chunking_evaluation) has it: lengths are characters, a character retrieved twice
counts twice in what was retrieved, and an excerpt that a chunk only touches counts as touched.
"""

from __future__ import annotations

__all__ = ["Range", "Scores", "score"]

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Range(NamedTuple):
    """Half-open characters [start, end) of one document."""

    doc_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scores:
    """Of one question, each from 0 to 1."""

    recall: float
    """Share of the answer that was retrieved."""
    precision: float
    """Share of what was retrieved that is answer."""
    omega: float
    """Precision if exactly the chunks that hold some of the answer were retrieved."""
    iou: float
    """Answer retrieved, over answer and retrieved together."""


def score(answer: Sequence[Range], retrieved: Sequence[Range], chunks: Iterable[Range]) -> Scores:
    """The scores of one question.

    Args:
        answer: what should be found: one range or several, of any documents.
        retrieved: the chunks that were found, in any order.
        chunks: all chunks there are, for omega.
    """
    wanted = sum(end - start for _, start, end in answer)
    held, missed, _ = _against(answer, retrieved)
    got = sum(end - start for _, start, end in retrieved)
    best, unheld, touched = _against(answer, chunks)
    return Scores(
        recall=_share(held, wanted),
        precision=_share(held, got),
        omega=_share(best, touched + unheld),
        iou=_share(held, got + missed),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _against(answer: Sequence[Range], chunks: Iterable[Range]) -> tuple[int, int, int]:
    """Characters of the answer that the chunks hold, those they lack, and those of the chunks that
    hold or touch some of it, each counted once."""
    documents = {doc for doc, _, _ in answer}
    near = [chunk for chunk in chunks if chunk.doc_id in documents]
    common, touched = [], []
    for doc, start, end in near:
        for wanted, first, last in answer:
            low, high = max(start, first), min(end, last)
            if wanted == doc and low <= high:
                common.append(Range(doc, low, high))
                touched.append(Range(doc, start, end))
    held = _length(common)
    return held, _length([*answer]) - held, _length(touched)


def _length(ranges: list[Range]) -> int:
    """Characters in any of the ranges."""
    total = 0
    reached = Range("", 0, 0)
    for one in sorted(ranges):
        if one.doc_id != reached.doc_id or one.start >= reached.end:
            total += one.end - one.start
            reached = one
        elif one.end > reached.end:
            total += one.end - reached.end
            reached = one
    return total
