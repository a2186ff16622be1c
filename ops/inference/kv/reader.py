"""Reads a text with a model and hands its entries over; takes fewer back."""

from __future__ import annotations

__all__ = ["Reader", "Reading"]

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.errors import UsageError
from ops.inference.kv.attention import Asked
from ops.inference.kv.entries import Entries, Kind
from ops.inference.kv.layout import Layout
from ops.inference.kv.state import build, parse
from ops.inference.llama import Context, Model, Tap

BATCH: Final = 512


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a text leaves."""

    entries: Entries
    surprise: NDArray[np.float32]
    """-ln p of each token given those before it; 0 for the first."""
    queries: Asked | None = None
    """Of the last tokens, where they were listened to."""


class Reader:
    """A model with a memory whose sequences can be read and changed. Sequence 0 is the text's.

    Args:
        length: entries that the memory holds, of all sequences together.
        sequences: how many texts and questions can be in it at once.
        kind: what keys and values are kept as.
        listens: whether queries will be wanted; costs a little in each batch.
    """

    def __init__(
        self,
        model: Model,
        layout: Layout,
        length: int,
        *,
        sequences: int = 2,
        kind: Kind = "f16",
        threads: int | None = None,
        listens: bool = False,
    ) -> None:
        self._taken: dict[int, NDArray[np.float32]] = {}
        self._tap = Tap(_is_query, self._take) if listens else None
        self.model = model
        self.layout = layout
        self.context = Context(
            model,
            embeddings=False,
            batch=BATCH,
            length=length,
            sequences=sequences,
            threads=threads,
            keys=kind,
            values=kind,
            tap=self._tap,
        )

    def read(
        self,
        tokens: NDArray[np.int32],
        *,
        surprise: bool = True,
        listened: int = 0,
        check: Callable[[], None] = lambda: None,
    ) -> Reading:
        """Forget everything and read a text.

        Args:
            surprise: whether to compute it: a fifth more time, for the logits of every token.
            listened: last tokens whose queries are wanted, too; at most 512.
            check: called before each batch; it may raise to stop.

        Raises:
            UsageError: queries are wanted of a reader that was not made to listen, or too many.
        """
        if listened and (self._tap is None or listened > BATCH):
            raise UsageError(f"queries want a reader that listens, and are at most {BATCH}")
        self.context.memory.clear()
        count = len(tokens)
        losses = np.zeros(count, dtype=np.float32)
        wanted = losses if surprise else None
        before = max(0, count - listened)
        self.read_part(tokens, 0, before, wanted, check)
        if not listened or self._tap is None:
            return Reading(self.entries(), losses)
        self._tap.on = True
        try:
            self.read_part(tokens, before, count, wanted, check)
        finally:
            self._tap.on = False
        return Reading(self.entries(), losses, self._heard())

    def read_part(
        self,
        tokens: NDArray[np.int32],
        start: int,
        end: int,
        losses: NDArray[np.float32] | None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """Read on in a text, from one of its tokens to another.

        Args:
            losses: takes the surprise of each token after those, where it is wanted.
            check: called before each batch; it may raise to stop.
        """
        for at in range(start, end, BATCH):
            check()
            part = tokens[at : min(end, at + BATCH)]
            following = tokens[at + 1 : at + len(part) + 1]
            self.feed(part, at, outputs=np.full(len(part), losses is not None, dtype=np.int8))
            if losses is not None and len(following):
                logits = self.context.all_logits(len(part))[: len(following)]
                losses[at + 1 : at + 1 + len(following)] = _losses(logits, following)

    def feed(
        self,
        tokens: NDArray[np.int32],
        start: int,
        *,
        sequence: int = 0,
        outputs: NDArray[np.int8] | None = None,
    ) -> None:
        """Let a sequence go on with at most 512 tokens from position `start`."""
        count = len(tokens)
        positions = np.arange(start, start + count, dtype=np.int32)
        owners = np.full(count, sequence, dtype=np.int32)
        silent = np.zeros(count, dtype=np.int8)
        self.context.run(tokens, positions, owners, silent if outputs is None else outputs)

    def entries(self, sequence: int = 0) -> Entries:
        """What a sequence remembers."""
        return parse(self.context.memory.read_state(sequence), self.layout)

    def put(self, entries: Entries, sequence: int = 0) -> None:
        """Let a sequence remember this instead of what it had."""
        self.context.memory.write_state(sequence, build(entries, self.layout))

    def queries(self, tokens: NDArray[np.int32], start: int) -> Asked:
        """The queries that tokens after sequence 0 ask it with; the memory stays as it was.

        Raises:
            UsageError: the reader was not made to listen, or has one sequence only.
        """
        return self.queries_of([tokens], start)[0]

    def queries_of(self, texts: Sequence[NDArray[np.int32]], start: int) -> list[Asked]:
        """The queries of several texts, each by itself after sequence 0, as many as fit at a time.

        Raises:
            UsageError: the reader was not made to listen, or has one sequence only.
        """
        if self._tap is None or self.context.sequences < 2:
            raise UsageError("queries want a reader that listens, with a second sequence")
        found: list[list[Asked]] = [[] for _ in texts]
        part: list[tuple[int, NDArray[np.int32]]] = []
        for number, tokens in enumerate(texts):
            if part and (
                len(part) + 1 >= self.context.sequences
                or sum(len(one) for _, one in part) + len(tokens) > BATCH
            ):
                self._listen(part, start, found)
                part = []
            part.append((number, tokens))
        if part:
            self._listen(part, start, found)
        return [np.concatenate(one, axis=1) for one in found]

    def close(self) -> None:
        """Give the memory back; the model stays."""
        self.context.close()

    def _listen(
        self, part: Sequence[tuple[int, NDArray[np.int32]]], start: int, found: list[list[Asked]]
    ) -> None:
        """Texts side by side in one batch; a text that is longer than one comes alone."""
        memory = self.context.memory
        assert self._tap is not None
        self._tap.on = True
        try:
            for sequence in range(1, len(part) + 1):
                memory.copy(0, sequence)
            longest = max(len(tokens) for _, tokens in part)
            for at in range(0, longest, BATCH):
                pieces = [tokens[at : at + BATCH] for _, tokens in part]
                lengths = [len(piece) for piece in pieces]
                self.context.run(
                    np.concatenate(pieces),
                    np.concatenate([start + at + np.arange(n, dtype=np.int32) for n in lengths]),
                    np.repeat(np.arange(1, len(part) + 1, dtype=np.int32), lengths),
                    np.zeros(sum(lengths), dtype=np.int8),
                )
                heard = self._heard()
                ends = np.cumsum(lengths)[:-1]
                for (number, _), own in zip(part, np.split(heard, ends, axis=1), strict=True):
                    found[number].append(own)
        finally:
            self._tap.on = False
            for sequence in range(1, len(part) + 1):
                memory.remove(sequence)

    def _heard(self) -> Asked:
        """The queries of the last batch."""
        return np.stack([self._taken[layer] for layer in range(self.layout.layers)])

    def _take(self, name: str, values: NDArray[np.float32]) -> None:
        # The last of a name in a graph is after RoPE.
        self._taken[int(name.removeprefix("Qcur-"))] = values


def _is_query(name: str) -> bool:
    return name.startswith("Qcur-") and name[5:].isdigit()


def _losses(logits: NDArray[np.float32], tokens: NDArray[np.int32]) -> NDArray[np.float32]:
    top = logits.max(axis=1)
    sums = np.exp(logits - top[:, None]).sum(axis=1)
    found: NDArray[np.float32] = top + np.log(sums) - logits[np.arange(len(tokens)), tokens]
    return found
