"""Counts tokens as a segmenter does."""

from __future__ import annotations

__all__ = ["counter"]

from collections.abc import Sequence

from ops.context import Context
from ops.op import Op
from pipelines.edits.rows import Count


def counter(op: Op, ctx: Context) -> Count:
    """Counts by the tokenizer that the op names, or by words where it names none."""
    named = [name for kind, name in op.model_names() if kind == "tokenizer"]

    def count(texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        return ctx.resources.tokenizer(named[0] if named else "words").count(texts)

    return count
