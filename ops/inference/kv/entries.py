"""Keys and values of a sequence as arrays."""

from __future__ import annotations

__all__ = ["Entries", "Kind", "Positions", "Stored", "gather", "interleaved", "joined"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Kind = Literal["f16", "q8_0"]
Positions: TypeAlias = NDArray[np.int32]
Stored: TypeAlias = NDArray[Any]
"""(layers, entries, heads, width) of float16, or of bytes where the kind is Q8_0."""


@dataclass(frozen=True, slots=True)
class Entries:
    """What a sequence remembers. Keys are rotated by the position of the token they come from.

    `positions` (entries,), strictly ascending, only say which later tokens may look at an entry. A
    head may hold keys of other tokens than its neighbour under one position: a head's keys meet
    only that head's queries, and carry their own rotation.
    """

    positions: Positions
    keys: Stored
    values: Stored
    kind: Kind

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def nbytes(self) -> int:
        """Bytes of keys and values."""
        return int(self.keys.nbytes + self.values.nbytes)

    def part(self, start: int, end: int) -> Entries:
        """The entries from `start` to `end`, by index; a view."""
        return Entries(
            self.positions[start:end],
            self.keys[:, start:end],
            self.values[:, start:end],
            self.kind,
        )

    def where(self, chosen: NDArray[np.bool_]) -> Entries:
        """The entries for which `chosen` (entries,) is true."""
        return Entries(
            self.positions[chosen],
            self.keys[:, chosen],
            self.values[:, chosen],
            self.kind,
        )


def gather(entries: Entries, chosen: NDArray[np.intp], positions: Positions) -> Entries:
    """The chosen entries, exactly as they are, each head its own.

    Args:
        chosen: (layers, heads, m), (layers, 1, m) or (1, 1, m) indices, ascending along the last.
        positions: (m,) what the new entries are placed at.
    """
    layers, _, heads, width = entries.keys.shape
    shape = (layers, chosen.shape[2], heads, width)
    keys, values = np.empty(shape, entries.keys.dtype), np.empty(shape, entries.values.dtype)
    for layer in range(layers):
        own = chosen[layer % len(chosen)]
        for source, target in ((entries.keys, keys), (entries.values, values)):
            if len(own) == 1:
                np.take(source[layer], own[0], axis=0, out=target[layer])
                continue
            for head in range(heads):
                target[layer, :, head] = source[layer, own[head], head]
    return Entries(positions, keys, values, entries.kind)


def joined(parts: Sequence[Entries]) -> Entries:
    """Parts of a sequence, one after another."""
    return Entries(
        np.concatenate([part.positions for part in parts]),
        np.concatenate([part.keys for part in parts], axis=1),
        np.concatenate([part.values for part in parts], axis=1),
        parts[0].kind,
    )


def interleaved(first: Entries, second: Entries) -> Entries:
    """Both, in the order of their positions, of which they share none."""
    both = joined([first, second])
    order = np.argsort(both.positions)
    return Entries(both.positions[order], both.keys[:, order], both.values[:, order], both.kind)
