"""Vectors of chunks from the tokens of the text around them."""

from __future__ import annotations

__all__ = ["MARKS", "Reading", "late_vectors", "mixed", "readings_of"]

import hashlib
import json
from collections.abc import Sequence
from itertools import islice
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ops.captions import spoken
from ops.context import Context
from ops.steps import Steps

MARKS: Final = ("read_start", "read_end")
"""Columns of `segment.late`: the span of the document that is read with a chunk."""
KEPT: Final = 256
"""Texts after which the vectors are kept, so that a run that is killed does not lose more."""


AT_ONCE: Final = 8
"""Texts that are read side by side; the vectors of all their tokens are in memory then."""


class Reading(NamedTuple):
    """A text that is read as a whole, and the span of it whose vector is wanted."""

    text: str
    start: int
    end: int


def readings_of(documents: pl.DataFrame, chunks: pl.DataFrame) -> list[Reading | None]:
    """What is read for each chunk, in their order; None where nothing is marked."""
    if not set(MARKS) <= set(chunks.columns):
        return [None] * chunks.height
    told = documents.select("doc_id", "text").iter_rows()
    texts = {name: spoken(text or "") for name, text in told}
    rows = chunks.select("doc_id", "start", "end", *MARKS).iter_rows()
    return [
        None
        if low is None or high is None
        else Reading(texts[doc_id][low:high], start - low, end - low)
        for doc_id, start, end, low, high in rows
    ]


def late_vectors(
    readings: Sequence[Reading], model: str, ctx: Context, documents: int
) -> dict[Reading | None, NDArray[np.float32]]:
    """The unit vector of the mean of the tokens in each span; each text is read once.

    A span without a token has the vector of all that it is read with. Vectors are kept for the next
    time.

    Args:
        documents: how many `ctx` is told of as done, in step with the texts.
    """
    ctx.check()
    embedder = ctx.resources.token_embedder(model)
    cache = ctx.resources.vectors()
    keys = {one: _key(one) for one in readings}
    known = cache.get(embedder.hash, list(dict.fromkeys(keys.values())))
    missing: dict[str, list[Reading]] = {}
    for one, key in keys.items():
        if key not in known:
            missing.setdefault(one.text, []).append(one)
    steps = Steps(ctx, len(missing), documents)
    waiting = iter(missing.items())
    while some := list(islice(waiting, KEPT)):
        fresh: dict[str, NDArray[np.float32]] = {}
        for at in range(0, len(some), AT_ONCE):
            part = some[at : at + AT_ONCE]
            read = embedder.embed_tokens([text for text, _ in part], too_long="window")
            for (text, own), (vectors, places) in zip(part, read, strict=True):
                found = {keys[one]: _mean(vectors, places, one) for one in own}
                if not all(map(np.any, found.values())):  # a text without tokens
                    found = dict.fromkeys(found, embedder.embed([text])[0])
                fresh |= found
            steps.done(len(part))
        cache.put(embedder.hash, fresh)
        known |= fresh
    steps.finish()
    return {one: known[key] for one, key in keys.items()}


def mixed(
    late: NDArray[np.float32] | None, own: NDArray[np.float32] | None, share: float
) -> NDArray[np.float32]:
    """The unit vector between that of a chunk in its context and its own, where there are both."""
    if late is None or own is None:
        (only,) = (one for one in (late, own) if one is not None)
        return only
    summed = share * late.astype(np.float64) + (1 - share) * own
    unit: NDArray[np.float32] = (summed / max(float(np.linalg.norm(summed)), 1e-12)).astype(
        np.float32
    )
    return unit


def _mean(
    vectors: NDArray[np.float32], places: NDArray[np.int64], one: Reading
) -> NDArray[np.float32]:
    inside = (places[:, 1] > one.start) & (places[:, 0] < one.end)
    summed = (vectors[inside] if inside.any() else vectors).sum(axis=0, dtype=np.float64)
    norm = float(np.linalg.norm(summed))
    unit: NDArray[np.float32] = (summed / norm if norm > 0 else summed).astype(np.float32)
    return unit


def _key(one: Reading) -> str:
    raw = json.dumps(["late:1", *one], ensure_ascii=False).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(raw, digest_size=16).hexdigest()
