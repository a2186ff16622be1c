"""How much easier sentences are to expect after the one before them, under a language model."""

from __future__ import annotations

__all__ = ["gains", "holds"]

import hashlib
import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ops.context import Context
from ops.following import Follower
from ops.generation import ModelDied
from ops.steps import Steps

KIND: Final = "follow:1"
KEPT: Final = 1_024
"""Pairs after which what was read is kept, so that a run that is killed does not lose more."""

NAT: Final = 0.02  # how much each nat of a gain speaks against a cut
NEITHER: Final = 10  # nats below the median at which a gain speaks neither way
MOST: Final = 40  # nats from the median that count

Pair: TypeAlias = tuple[str, str]


def gains(
    documents: Sequence[Sequence[str]], model: str, ctx: Context
) -> list[NDArray[np.float64] | str]:
    """For each document (sentences - 1), or why the model cannot tell.

    A gain is ln p of a sentence after the one before it less that at the beginning of a text, in
    nats, all of its tokens together. Each pair of neighbours goes through the model once, ever, and
    so does each sentence alone. `ctx` is told of documents in step with the pairs.
    """
    follower = ctx.resources.follower(model)
    pairs = [_pairs(sentences) for sentences in documents]
    keys = {pair: _key(pair) for own in pairs for pair in own}
    cache = ctx.resources.answers()
    said = dict(cache.get(follower.hash, list(keys.values())))
    # Pairs of one first sentence lie side by side: it is read once for all of them.
    order = {first: place for place, (first, _) in reversed(list(enumerate(keys)))}
    missing = sorted((p for p in keys if keys[p] not in said), key=lambda p: order[p[0]])
    steps = Steps(ctx, len(missing), len(documents))
    died: dict[str, str] = {}
    for at in range(0, len(missing), KEPT):
        part = missing[at : at + KEPT]
        fresh = {keys[pair]: text for pair, text in _read(part, follower, steps, ctx, died).items()}
        cache.put(follower.hash, fresh)
        said |= fresh
    steps.finish()
    found: list[NDArray[np.float64] | str] = []
    for own in pairs:
        names = [keys[pair] for pair in own]
        wrong = next((died[name] for name in names if name in died), None)
        if wrong is not None:
            found.append(wrong)
            continue
        nats = np.array([float(said[name]) for name in names]).reshape(-1, 2)
        found.append(nats[:, 0] - nats[:, 1])
    return found


def holds(gains: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much speaks against a cut at each gap; below 0 for one."""
    found: NDArray[np.float64] = np.clip(gains - np.median(gains), -MOST, MOST) + NEITHER
    return NAT * found


def _pairs(sentences: Sequence[str]) -> list[Pair]:
    """Each sentence but the first, at the beginning of a text and after the one before it."""
    # As in running text, whatever white space lay between them.
    spaced = [f" {sentence}" for sentence in sentences]
    alone = [("", sentence) for sentence in spaced[1:]]
    after = list(pairwise(spaced))
    return [pair for both in zip(alone, after, strict=True) for pair in both]


def _read(
    pairs: Sequence[Pair], follower: Follower, steps: Steps, ctx: Context, died: dict[str, str]
) -> dict[Pair, str]:
    """What the model says of each; where one of them ends its process, they go one by one."""
    ctx.check()
    try:
        nats = follower.follow(pairs, steps.done)
    except ModelDied:
        found = {}
        for pair in pairs:
            ctx.check()
            try:
                found[pair] = _kept(float(follower.follow([pair])[0]))
            except ModelDied as error:
                died[_key(pair)] = error.message
        return found
    return {pair: _kept(one) for pair, one in zip(pairs, nats.tolist(), strict=True)}


def _kept(nats: float) -> str:
    # The last digits depend on what shared a batch.
    return f"{nats:.2f}"


def _key(pair: Pair) -> str:
    raw = json.dumps([KIND, *pair], ensure_ascii=False)
    return hashlib.blake2b(raw.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
