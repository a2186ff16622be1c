"""How unexpected texts are after others: many pairs in one batch, and batches side by side.

What several texts follow is read once for all of them: its tokens belong to all their sequences.
"""

from __future__ import annotations

__all__ = ["LONGEST", "Follow"]

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.inference.cores import physical_cores
from ops.inference.lanes import Lane, Lanes
from ops.inference.llama import Context, Model
from ops.inference.owner import OWNER
from ops.inference.pairs import BATCH, SEQUENCES, Group, Tokens, grouped
from ops.inference.surprisal import losses

LONGEST: Final = 96
"""Tokens of a text that count, and of what it follows."""


class Follow:
    """Reads pairs of texts with a model that writes text.

    Args:
        threads: of all its contexts together; as many as cores, unless said otherwise.
    """

    def __init__(self, model: Model, threads: int | None = None) -> None:
        self._model = model
        self._lanes: Lanes[list[Group], tuple[list[int], list[float]]]
        self._lanes = Lanes(self._context, threads or physical_cores())

    def surprisals(
        self, pairs: Sequence[tuple[str, str]], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float64]:
        """-ln p (pairs); see `ops.following.Follower`."""
        found = np.zeros(len(pairs))
        texts = {text for pair in pairs for text in pair}

        def done(read: tuple[list[int], list[float]]) -> None:
            places, nats = read
            found[places] = nats
            if progress:
                progress(len(places))

        with OWNER:
            known = {text: self._model.tokenise(text, special=False) for text in texts}
            start = self._model.start
            split = [
                (np.concatenate([start, known[before][-LONGEST:]]), known[text][:LONGEST])
                for before, text in pairs
            ]
            self._lanes.each(list(grouped(split)), _read, done)
        return found

    def close(self) -> None:
        """Give the memory back."""
        self._lanes.close()

    def _context(self, batch: int, threads: int) -> Context:
        return Context(
            self._model, embeddings=False, batch=batch, sequences=SEQUENCES, threads=threads
        )


def _read(groups: list[Group], lane: Lane) -> tuple[list[int], list[float]]:
    places = [place for group in groups for place in group.places]
    return places, _surprisals(lane.context(BATCH), groups)


def _surprisals(context: Context, groups: Sequence[Group]) -> list[float]:
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
