"""What reduced caches still know of planted facts, policy by policy.

"Without" asks the same questions after essays without any fact. "80 % fewer" counts every entry,
sinks and recent ones too.
"""

from __future__ import annotations

__all__ = ["CURVE", "measure"]

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.kv_contexts import Context
from benchmarks.kv_losses import MAIN, Losses, share_kept
from benchmarks.kv_questions import answer_losses
from ops.inference.kv.budget import entries_left
from ops.inference.kv.cluster import cluster
from ops.inference.kv.entries import Entries
from ops.inference.kv.guarded import guarded
from ops.inference.kv.reader import Reader, Reading
from ops.inference.kv.snap import snap
from ops.inference.kv.squeezed import restore, squeeze
from ops.inference.kv.surprise import surprise
from ops.inference.kv.weighing import LISTENED
from ops.inference.kv.window import window

CURVE: Final = (0.5, 0.8, 0.9, 0.95)
"""Shares of entries that go."""
STRONG: Final = 0.95
"""At this share, too, the question is known everywhere."""
OBSERVING: Final = "\n\nWhat are the most important facts in this text?"
BARE: Final = 2_048
"""Tokens of essay before a question whose fact nobody told."""


def without(reader: Reader, context: Context) -> NDArray[np.float64]:
    """Losses of a context's answers after its essays alone."""
    reader.read(context.bare[:BARE], surprise=False)
    return answer_losses(reader, _pairs(context), BARE)


def measure(
    reader: Reader,
    context: Context,
    shares: Sequence[float],
    progress: Callable[[str], None],
) -> Losses:
    """Read a context once, then ask for its facts after every policy.

    Args:
        shares: of entries that go, for policies that do not know the question.
    """
    count = len(context.tokens)
    unknown = without(reader, context)
    reading = reader.read(context.tokens, listened=LISTENED)
    pairs = _pairs(context)
    full = answer_losses(reader, pairs, count)
    observed = reader.queries(reader.model.tokenise(OBSERVING, special=False), count)
    asked = reader.queries_of([planted.question for planted in context.planted], count)
    found: dict[tuple[str, float], NDArray[np.float64]] = {}
    for share in shares:
        size = entries_left(count, share)
        for name, entries in _unknown(reader, reading, observed, size):
            assert len(entries) <= size, f"{name} left {len(entries)} instead of {size} entries"
            reader.put(entries)
            found[name, share] = answer_losses(reader, pairs, count)
            if share == MAIN:
                progress(
                    f"{count} entries, {name}: {share_kept(unknown, full, found[name, share]):.3f}"
                )
    for share, losses in _squeezed(reader, reading.entries, context, asked, shares).items():
        found["squeezed", share] = losses
        progress(
            f"{count} entries, squeezed by {share:.0%}: {share_kept(unknown, full, losses):.3f}"
        )
    deciles = np.array([planted.decile for planted in context.planted])
    natural = np.array([planted.fact.natural for planted in context.planted])
    return Losses(deciles, natural, unknown, full, found)


def _pairs(context: Context) -> list[tuple[NDArray[np.int32], NDArray[np.int32]]]:
    return [(planted.question, planted.answer) for planted in context.planted]


def _unknown(
    reader: Reader, reading: Reading, observed: NDArray[np.float32], size: int
) -> list[tuple[str, Entries]]:
    entries, layout = reading.entries, reader.layout
    return [
        ("window", window(entries, size)),
        ("cluster", cluster(entries, layout, size, queries=reading.queries)),
        ("cluster_plain", cluster(entries, layout, size)),
        ("snap", snap(entries, layout, observed, size)),
        ("surprise", surprise(entries, reading.surprise, size)),
        ("guarded", guarded(entries, layout, reading.surprise, size)),
    ]


def _squeezed(
    reader: Reader,
    entries: Entries,
    context: Context,
    asked: Sequence[NDArray[np.float32]],
    shares: Sequence[float],
) -> dict[float, NDArray[np.float64]]:
    """Each question is answered after what its own queries asked for."""
    count = len(entries)
    index = squeeze(entries, reader.layout)
    found: dict[float, NDArray[np.float64]] = {}
    for share in sorted({*shares, STRONG}):
        size = entries_left(count, share)
        losses = []
        for planted, queries in zip(context.planted, asked, strict=True):
            restored = restore(entries, index, queries, reader.layout, size)
            assert len(restored) <= size, f"{len(restored)} instead of {size} entries restored"
            reader.put(restored)
            losses += list(answer_losses(reader, [(planted.question, planted.answer)], count))
        found[share] = np.array(losses)
    return found
