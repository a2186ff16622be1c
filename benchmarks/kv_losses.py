"""Shares of a text's information that are kept, from losses of answers.

Share kept = (loss without - loss reduced) / (loss without - loss full), each a sum of -ln p over
the tokens of all answers.
"""

from __future__ import annotations

__all__ = [
    "MAIN",
    "POLICIES",
    "UNKNOWN",
    "Losses",
    "best_unknown",
    "fewest_of_a_decile",
    "kept",
    "losses_of",
    "plain_losses",
    "share_kept",
    "worst_decile",
]

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.kv_contexts import DECILES

MAIN: Final = 0.8
UNKNOWN: Final = ("cluster", "cluster_plain", "snap", "surprise", "guarded")
"""Our policies that do not know the question."""
POLICIES: Final = ("window", *UNKNOWN, "squeezed")


@dataclass(frozen=True, slots=True)
class Losses:
    """Of every fact of one context, by policy and share of entries that went."""

    deciles: NDArray[np.int64]
    natural: NDArray[np.bool_]
    without: NDArray[np.float64]
    full: NDArray[np.float64]
    reduced: Mapping[tuple[str, float], NDArray[np.float64]]


def plain_losses(losses: Losses) -> dict[str, Any]:
    """As JSON can hold it."""
    return {
        "deciles": losses.deciles.tolist(),
        "natural": losses.natural.tolist(),
        "without": losses.without.tolist(),
        "full": losses.full.tolist(),
        "reduced": [
            [policy, share, own.tolist()] for (policy, share), own in losses.reduced.items()
        ],
    }


def losses_of(plain: Mapping[str, Any]) -> Losses:
    """The way back."""
    return Losses(
        np.array(plain["deciles"], dtype=np.int64),
        np.array(plain["natural"], dtype=np.bool_),
        np.array(plain["without"], dtype=np.float64),
        np.array(plain["full"], dtype=np.float64),
        {
            (policy, share): np.array(own, dtype=np.float64)
            for policy, share, own in plain["reduced"]
        },
    )


def kept(
    losses: Sequence[Losses],
    policy: str,
    share: float = MAIN,
    chosen: Callable[[Losses], NDArray[np.bool_]] = lambda one: np.ones(len(one.full), bool),
) -> float:
    """Share of the context's information kept, over the chosen facts."""
    rows = [one for one in losses if (policy, share) in one.reduced]

    def together(part: Callable[[Losses], NDArray[np.float64]]) -> NDArray[np.float64]:
        return np.concatenate([part(one)[chosen(one)] for one in rows])

    return share_kept(
        together(lambda one: one.without),
        together(lambda one: one.full),
        together(lambda one: one.reduced[policy, share]),
    )


def share_kept(
    without: NDArray[np.float64], full: NDArray[np.float64], reduced: NDArray[np.float64]
) -> float:
    """Of losses without the facts, with all entries, and with fewer."""
    return float((without.sum() - reduced.sum()) / (without.sum() - full.sum()))


def worst_decile(losses: Sequence[Losses], policy: str, share: float = MAIN) -> float:
    """The least share kept of any tenth of the depth."""
    return min(
        kept(losses, policy, share, lambda one, d=decile: one.deciles == d)  # type: ignore[misc]
        for decile in range(DECILES)
    )


def fewest_of_a_decile(losses: Sequence[Losses]) -> int:
    """Facts in that tenth of the depth which has the fewest."""
    deciles = np.concatenate([one.deciles for one in losses])
    return int(np.bincount(deciles, minlength=DECILES).min())


def best_unknown(losses: Sequence[Losses]) -> tuple[str, float]:
    """Our best policy that does not know the question."""
    return max(((name, kept(losses, name)) for name in UNKNOWN), key=lambda pair: pair[1])
