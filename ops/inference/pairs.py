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

    @property
    def size(self) -> int:
        return len(self.before) + sum(map(len, self.texts))


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
        before = pairs[places[0]][0]
        open_ = False
        for place in places:
            text = pairs[place][1]
            need = len(text) + (0 if open_ else len(before))
            if groups and (need > room or not free):
                yield groups
                groups, room, free, open_ = [], batch, most, False
                need = len(text) + len(before)
            if not open_:
                groups.append(Group(before, [], []))
                open_ = True
            groups[-1].texts.append(text)
            groups[-1].places.append(place)
            room -= need
            free -= 1
    if groups:
        yield groups
