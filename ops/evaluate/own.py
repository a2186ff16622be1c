"""Questions that come from the documents themselves, as an `evaluate.questions` cell made them.

No document knows the questions of the others, so what is kept of each is enough to answer any: the
vectors of its chunks and of its own questions, and how often each word stands in each chunk.
"""

from __future__ import annotations

__all__ = ["Own", "asked_of", "numbered", "own_part"]

import base64
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

HALF: Final = np.dtype("<f2")


class Own(NamedTuple):
    """A question of a document, and where it is answered there."""

    text: str
    spans: tuple[tuple[int, int], ...]


def asked_of(questions: pl.DataFrame) -> dict[str, list[Own]]:
    """doc_id → its questions in the frame's order, without those that were refused."""
    found: dict[str, list[Own]] = {}
    kept = questions.filter(pl.col("refused").is_null() & (pl.col("spans").list.len() > 0))
    for doc, text, spans in kept.select("doc_id", "question", "spans").iter_rows():
        places = tuple((span["start"], span["end"]) for span in spans)
        found.setdefault(doc, []).append(Own(text, places))
    return found


def own_part(
    asked: Sequence[Own],
    vectors: tuple[NDArray[np.float32], NDArray[np.float32]] | None,
) -> dict[str, Any]:
    """What a document's own questions add to its part.

    Args:
        vectors: of its questions and of its leaves; None to search by words alone.
    """
    part: dict[str, Any] = {
        "own": [[one.text, len(one.spans), []] for one in asked],
        "answers": {
            str(n): {str(which): list(span) for which, span in enumerate(one.spans)}
            for n, one in enumerate(asked)
        },
    }
    if vectors is not None:
        part["vectors"] = [_packed(one) for one in vectors]
    return part


def numbered(opened: Sequence[dict[str, Any]], deep: int) -> list[dict[str, Any]]:
    """The parts as if all their questions had been asked of each document, numbered through.

    Args:
        deep: how many of a document's best chunks by meaning are kept for a question.
    """
    asked = [question for part in opened for question in part["own"]]
    raw = [part.get("vectors") for part in opened]
    every = np.concatenate([_unpacked(one[0]) for one in raw if one]) if any(raw) else None
    found = []
    first = 0
    for part, vectors in zip(opened, raw, strict=True):
        own = range(first, first + len(part["own"]))
        first = own.stop
        answers = {str(own.start + int(n)): places for n, places in part["answers"].items()}
        told = {**part, "asked": asked, "answers": answers, "named": list(own)}
        if every is not None and vectors:
            likeness = every @ _unpacked(vectors[1]).T
            order = np.argsort(-likeness, axis=1, kind="stable")[:, :deep]
            told["best"] = [
                [(int(chunk), float(likeness[n, chunk])) for chunk in row]
                for n, row in enumerate(order)
            ]
        found.append(told)
    return found


def _packed(vectors: NDArray[np.float32]) -> list[Any]:
    """Half precision is enough to rank by."""
    return [vectors.shape[1], base64.b64encode(vectors.astype(HALF).tobytes()).decode()]


def _unpacked(packed: Sequence[Any]) -> NDArray[np.float32]:
    width, body = packed
    flat = np.frombuffer(base64.b64decode(body), dtype=HALF)
    return flat.astype(np.float32).reshape(-1, width)
