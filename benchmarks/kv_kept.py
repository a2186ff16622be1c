"""What reduced caches still know of planted facts, policy by policy.

Share kept = (loss without - loss reduced) / (loss without - loss full), each a sum of -ln p over
the tokens of all answers. "Without" asks the same questions after essays without any fact. "80 %
fewer" counts every entry, sinks and recent ones too.
"""

from __future__ import annotations

__all__ = [
    "CURVE",
    "MAIN",
    "POLICIES",
    "Losses",
    "best_unknown",
    "kept",
    "measure",
    "worst_decile",
    "without",
]

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.kv_contexts import DECILES, Context
from benchmarks.kv_questions import answer_losses
from ops.inference.kv.budget import entries_left
from ops.inference.kv.cluster import cluster
from ops.inference.kv.entries import Entries
from ops.inference.kv.guarded import guarded
from ops.inference.kv.reader import Reader, Reading
from ops.inference.kv.snap import snap
from ops.inference.kv.squeezed import restore, squeeze
from ops.inference.kv.surprise import surprise
from ops.inference.kv.window import window

MAIN: Final = 0.8
CURVE: Final = (0.5, 0.8, 0.9, 0.95)
"""Shares of entries that go."""
UNKNOWN: Final = ("cluster", "snap", "surprise", "guarded")
"""Our policies that do not know the question."""
STRONG: Final = 0.95
"""At this share, too, the question is known everywhere."""
POLICIES: Final = ("window", *UNKNOWN, "squeezed")
OBSERVING: Final = "\n\nWhat are the most important facts in this text?"
BARE: Final = 2_048
"""Tokens of essay before a question whose fact nobody told."""


@dataclass(frozen=True, slots=True)
class Losses:
    """Of every fact of one context, by policy and share of entries that went."""

    deciles: NDArray[np.int64]
    natural: NDArray[np.bool_]
    without: NDArray[np.float64]
    full: NDArray[np.float64]
    reduced: Mapping[tuple[str, float], NDArray[np.float64]]


def without(reader: Reader, every: Sequence[Context]) -> list[NDArray[np.float64]]:
    """Losses of each context's answers where no fact was read."""
    reader.read(every[0].bare[:BARE], surprise=False)
    return [answer_losses(reader, _pairs(context), BARE) for context in every]


def measure(
    reader: Reader,
    context: Context,
    unknown: NDArray[np.float64],
    shares: Sequence[float],
    progress: Callable[[str], None],
) -> Losses:
    """Read a context once, then ask for its facts after every policy.

    Args:
        unknown: losses without the facts.
        shares: of entries that go, for policies that do not know the question.
    """
    count = len(context.tokens)
    reading = reader.read(context.tokens)
    pairs = _pairs(context)
    full = answer_losses(reader, pairs, count)
    observed = reader.queries(reader.model.tokenise(OBSERVING, special=False), count)
    asked = [reader.queries(planted.question, count) for planted in context.planted]
    found: dict[tuple[str, float], NDArray[np.float64]] = {}
    for share in shares:
        size = entries_left(count, share)
        for name, entries in _unknown(reader, reading, observed, size):
            reader.put(entries)
            found[name, share] = answer_losses(reader, pairs, count)
            if share == MAIN:
                progress(
                    f"{count} entries, {name}: {_share(unknown, full, found[name, share]):.3f}"
                )
    for share, losses in _squeezed(reader, reading.entries, context, asked, shares).items():
        found["squeezed", share] = losses
        progress(f"{count} entries, squeezed by {share:.0%}: {_share(unknown, full, losses):.3f}")
    deciles = np.array([planted.decile for planted in context.planted])
    natural = np.array([planted.fact.natural for planted in context.planted])
    return Losses(deciles, natural, unknown, full, found)


def kept(
    losses: Sequence[Losses],
    policy: str,
    share: float = MAIN,
    chosen: Callable[[Losses], NDArray[np.bool_]] = lambda one: np.ones(len(one.full), bool),
) -> float:
    """Share of the context's information kept, over the chosen facts."""
    rows = [one for one in losses if (policy, share) in one.reduced]
    sums = np.sum(
        [
            [
                part[chosen(one)].sum()
                for part in (one.without, one.full, one.reduced[policy, share])
            ]
            for one in rows
        ],
        axis=0,
    )
    return float((sums[0] - sums[2]) / (sums[0] - sums[1]))


def worst_decile(losses: Sequence[Losses], policy: str, share: float = MAIN) -> float:
    """The least share kept of any tenth of the depth."""
    return min(
        kept(losses, policy, share, lambda one, d=decile: one.deciles == d)  # type: ignore[misc]
        for decile in range(DECILES)
    )


def best_unknown(losses: Sequence[Losses]) -> tuple[str, float]:
    """Our best policy that does not know the question."""
    return max(((name, kept(losses, name)) for name in UNKNOWN), key=lambda pair: pair[1])


def _pairs(context: Context) -> list[tuple[NDArray[np.int32], NDArray[np.int32]]]:
    return [(planted.question, planted.answer) for planted in context.planted]


def _unknown(
    reader: Reader, reading: Reading, observed: NDArray[np.float32], size: int
) -> list[tuple[str, Entries]]:
    entries, layout = reading.entries, reader.layout
    return [
        ("window", window(entries, size)),
        ("cluster", cluster(entries, layout, size)),
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
            reader.put(restore(entries, index, queries, reader.layout, size))
            losses += list(answer_losses(reader, [(planted.question, planted.answer)], count))
        found[share] = np.array(losses)
    return found


def _share(
    unknown: NDArray[np.float64], full: NDArray[np.float64], reduced: NDArray[np.float64]
) -> float:
    return float((unknown.sum() - reduced.sum()) / (unknown.sum() - full.sum()))
