"""How well a model answers after what its memory holds."""

from __future__ import annotations

__all__ = ["answer_losses", "continuation_loss"]

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.inference.kv.reader import BATCH, Reader

Pair = tuple[NDArray[np.int32], NDArray[np.int32]]
FIRST: Final = 2
"""The first of the sequences that questions may take."""


def answer_losses(reader: Reader, pairs: Sequence[Pair], start: int) -> NDArray[np.float64]:
    """-ln p of each answer given its question, asked at position `start` after sequence 0."""
    found: list[float] = []
    group: list[Pair] = []
    for pair in [*pairs, None]:
        asked = [*group, pair] if pair else group
        size = sum(len(question) + len(answer) for question, answer in asked)
        if pair and size <= BATCH and len(asked) <= reader.context.sequences - FIRST:
            group.append(pair)
            continue
        if group:
            found += _group(reader, group, start)
        group = [pair] if pair else []
    return np.array(found)


def continuation_loss(reader: Reader, tokens: NDArray[np.int32], start: int) -> float:
    """-ln p of all tokens but the first, said at `start` after sequence 0; a sum."""
    return float(answer_losses(reader, [(tokens[:1], tokens[1:])], start)[0])


def _group(reader: Reader, group: list[Pair], start: int) -> list[float]:
    memory = reader.context.memory
    tokens, positions, owners, outputs = [], [], [], []
    for sequence, (question, answer) in enumerate(group, FIRST):
        memory.copy(0, sequence)
        said = np.concatenate([question, answer])[:-1]
        tokens.append(said)
        positions.append(start + np.arange(len(said), dtype=np.int32))
        owners.append(np.full(len(said), sequence, dtype=np.int32))
        outputs.append((np.arange(len(said)) >= len(question) - 1).astype(np.int8))
    reader.context.run(*(np.concatenate(part) for part in (tokens, positions, owners, outputs)))
    logits = reader.context.all_logits(sum(len(answer) for _, answer in group))
    found, at = [], 0
    for sequence, (_, answer) in enumerate(group, FIRST):
        own = logits[at : at + len(answer)].astype(np.float64)
        at += len(answer)
        top = own.max(axis=1)
        sums = top + np.log(np.exp(own - top[:, None]).sum(axis=1))
        found.append(float((sums - own[np.arange(len(answer)), answer]).sum()))
        memory.remove(sequence)
    return found
