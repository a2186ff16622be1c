"""Vectors of many short texts, from the cache where they are known."""

from __future__ import annotations

__all__ = ["embedded"]

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ops.context import Context
from ops.embed.windows import mean, windows


def embedded(texts: Sequence[str], model: str, ctx: Context) -> NDArray[np.float32]:
    """Unit vectors (texts, dimensions). Each different text goes through the model once, ever.

    A text longer than the model's window is embedded in windows, whose mean stands for it. The
    cache is the one that `embed.llama` fills and reads.
    """
    embedder = ctx.resources.embedder(model)
    keys = {text: _key(text) for text in texts}
    cache = ctx.resources.vectors()
    known = cache.get(embedder.hash, list(dict.fromkeys(keys.values())))
    missing = [text for text, key in keys.items() if key not in known]
    if missing:
        ctx.check()
        tokenizer = ctx.resources.tokenizer(model)
        parts = []
        for text, count in zip(missing, tokenizer.count(missing), strict=True):
            if count > embedder.window:
                spans = tokenizer.offsets([text])[0]
                parts.append(windows(text, spans, embedder.window, tokenizer.count))
            else:
                parts.append([(text, count)])
        flat = [part for some in parts for part, _ in some]
        computed = embedder.embed(flat, lambda _: ctx.check())
        fresh = {}
        at = 0
        for text, some in zip(missing, parts, strict=True):
            own = computed[at : at + len(some)]
            fresh[keys[text]] = own[0] if len(own) == 1 else mean(own, [n for _, n in some])
            at += len(some)
        cache.put(embedder.hash, fresh)
        known = {**known, **fresh}
    if not texts:
        return np.empty((0, embedder.dimensions), dtype=np.float32)
    return np.stack([known[keys[text]] for text in texts])


def _key(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
