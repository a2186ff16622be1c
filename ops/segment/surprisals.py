"""The surprisal of texts, from the cache where it is known."""

from __future__ import annotations

__all__ = ["surprisals"]

import base64
import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from ops.context import Context
from ops.generation import ModelDied, Surprisal

FORM: Final = "surprisal:1\n"


def surprisals(texts: Sequence[str], model: str, ctx: Context) -> Iterator[Surprisal | str]:
    """Of each text, or why the model cannot tell. A text goes through the model once, ever.

    What is kept is the surprisal of the tokens in 32 bits, so that it is the same from the cache.
    """
    generator = ctx.resources.generator(model)
    tokenizer = ctx.resources.tokenizer(model)
    cache = ctx.resources.answers()
    for text in texts:
        ctx.check()
        raw = (FORM + text).encode("utf-8", "surrogatepass")
        key = hashlib.blake2b(raw, digest_size=16).hexdigest()
        kept = cache.get(generator.hash, [key]).get(key)
        if kept is None:
            try:
                found = generator.logprobs(text, lambda done: ctx.check())
            except ModelDied as died:
                yield died.message
                continue
            kept = base64.b64encode(found.nats.astype("<f4").tobytes()).decode()
            cache.put(generator.hash, {key: kept})
        nats = np.frombuffer(base64.b64decode(kept), dtype="<f4").astype(np.float64)
        spans = tokenizer.offsets([text])[0]
        if len(spans) != len(nats):
            yield f"the model tells of {len(nats):,} tokens, its tokenizer of {len(spans):,}"
            continue
        yield Surprisal(spans, nats)
