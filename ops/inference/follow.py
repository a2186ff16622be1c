"""How unexpected texts are after others: many pairs in one batch.

What several texts follow is read once for all of them: its tokens belong to all their sequences.
"""

from __future__ import annotations

__all__ = ["BATCH", "LONGEST", "SEQUENCES", "Group", "grouped", "surprisals_after"]

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ops.inference.llama import Context
from ops.inference.surprisal import losses

BATCH: Final = 512
"""Tokens that are read together."""
SEQUENCES: Final = 64
LONGEST: Final = 96
"""Tokens of a text that count, and of what it follows."""

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


def surprisals_after(context: Context, groups: Sequence[Group]) -> list[float]:
    """-ln p of each text, in the order of the groups and their texts; the caller owns llama.cpp."""
    tokens: list[Tokens] = []
    positions: list[NDArray[np.int64]] = []
    owners: list[list[int]] = []
    outputs: list[int] = []
    rows: list[list[int]] = []
    sequence = wanted = 0
    for group in groups:
        own = list(range(sequence, sequence + len(group.texts)))
        sequence += len(own)
        count = len(group.before)
        tokens.append(group.before)
        positions.append(np.arange(count))
        owners += [own] * count
        # The last token before a text tells of the first of it, for all that follow.
        outputs += [0] * (count - 1) + [1]
        last = wanted
        wanted += 1
        for number, text in zip(own, group.texts, strict=True):
            more = max(len(text) - 1, 0)
            rows.append([last, *range(wanted, wanted + more)][: len(text)])
            tokens.append(text)
            positions.append(np.arange(count, count + len(text)))
            owners += [[number]] * len(text)
            outputs += ([1] * more + [0])[: len(text)]
            wanted += more
    context.clear()
    flat = np.concatenate(positions).astype(np.int32)
    context.run(np.concatenate(tokens), flat, owners, np.array(outputs, dtype=np.int8))
    logits = context.all_logits(wanted)
    texts = [text for group in groups for text in group.texts]
    return [float(losses(logits[row], text).sum()) for row, text in zip(rows, texts, strict=True)]
