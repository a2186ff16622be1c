"""Which pairs of texts a model reads together."""

from __future__ import annotations

__all__ = ["BATCH", "SEQUENCES", "Group", "Tokens", "grouped"]

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

BATCH: Final = 256
"""Tokens that are read together."""
SEQUENCES: Final = 64

Tokens: TypeAlias = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Texts that follow the same."""

    before: Tokens
    """At least one."""
    texts: list[Tokens]
    places: list[int]
    """Of the pairs."""


def grouped(
    pairs: Sequence[tuple[Tokens, Tokens]], batch: int = BATCH, most: int = SEQUENCES
) -> Iterator[list[Group]]:
    """Batches of groups: pairs in the order in which their first texts come first.

    None is over `batch` tokens or `most` texts, where one pair alone is not.
    """
    owners: dict[bytes, list[int]] = {}
    for place, (before, _) in enumerate(pairs):
        owners.setdefault(before.tobytes(), []).append(place)
    groups: list[Group] = []
    room, free = batch, most
    for places in owners.values():
        before, group = pairs[places[0]][0], None
        for place in places:
            text = pairs[place][1]
            need = len(text) + (0 if group else len(before))
            if groups and (need > room or not free):
                yield groups
                groups, room, free, group = [], batch, most, None
                need = len(text) + len(before)
            if group is None:
                group = Group(before, [], [])
                groups.append(group)
            group.texts.append(text)
            group.places.append(place)
            room -= need
            free -= 1
    if groups:
        yield groups
