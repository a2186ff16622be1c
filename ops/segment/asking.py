"""Asks a language model what it was not asked before."""

from __future__ import annotations

__all__ = ["Ask", "answers", "died", "key_of"]

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Final, TypeAlias

from ops.context import Context
from ops.generation import ModelDied, Prompt
from ops.steps import Steps

Ask: TypeAlias = Callable[[Sequence[Prompt], Callable[[int], None] | None], list[str]]
"""Answers prompts in their order and reports progress. An answer that begins with `!` says why
there is none; with `!!`, that the prompt's document cannot be done."""

KEPT: Final = 256
"""Prompts after which the answers are kept, so that a run that is killed does not lose more."""


def key_of(kind: str, prompt: Prompt) -> str:
    """Names all that an answer depends on, besides the model; `kind` is how it is asked."""
    raw = json.dumps([kind, asdict(prompt)], ensure_ascii=False)
    return hashlib.blake2b(raw.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def answers(
    wanted: Mapping[str, Prompt], ask: Ask, model: str, documents: int, ctx: Context
) -> dict[str, str]:
    """An answer to each prompt, by its key; those that were given once are not asked for again.

    Where one of the prompts ends the model's process, the others are asked one by one.

    Args:
        model: the hash of its file.
        documents: how many `ctx` is told of as done, in step with the prompts.
    """
    cache = ctx.resources.answers()
    said = dict(cache.get(model, list(wanted)))
    missing = [key for key in wanted if key not in said]
    steps = Steps(ctx, len(missing), documents)
    for start in range(0, len(missing), KEPT):
        part = missing[start : start + KEPT]
        fresh = dict(
            zip(part, _surely([wanted[key] for key in part], ask, steps, ctx), strict=True)
        )
        cache.put(model, {key: text for key, text in fresh.items() if not text.startswith("!")})
        said |= fresh
    steps.finish()
    return said


def died(answer: str) -> str | None:
    """Why the document of this answer cannot be done, if it cannot."""
    return answer[2:] if answer.startswith("!!") else None


def _surely(prompts: Sequence[Prompt], ask: Ask, steps: Steps, ctx: Context) -> list[str]:
    ctx.check()
    try:
        return ask(prompts, steps.done)
    except ModelDied:
        found = []
        for prompt in prompts:
            ctx.check()
            try:
                found += ask([prompt], None)
            except ModelDied as error:
                found.append(f"!!{error.message}")
        return found
