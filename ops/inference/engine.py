"""Runs many prompts through one context together.

Continuous batching over sequences: an answer that is done makes room at once for the next prompt.
Prompts are read in pieces that share a batch with the tokens being written (SARATHI, Agrawal et al.
2023, arXiv:2308.16369), packed one after another without padding (Prepacking, Zhao et al. 2024,
arXiv:2404.09529). What prompts begin with in common is read once: a sequence that wants it waits
until another has read it, and then owns the same entries; answered prompts stay in the memory until
their room is wanted (RadixAttention, Zheng et al. 2023, arXiv:2312.07104; our trie is the sorted
order of the prompts).
"""

from __future__ import annotations

__all__ = ["Engine"]

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.errors import ModelError
from ops.inference.cells import Cells
from ops.inference.jobs import Completion, Job, Request
from ops.inference.llama import Context, Model
from ops.inference.owner import OWNER
from ops.inference.pieces import PIECE, stretch
from ops.inference.prefixes import common, trie_order
from ops.inference.sampling import Sampler

WORTH: Final = 16
"""Tokens in common from which it is worth to wait for another sequence to read them."""


@dataclass(slots=True)
class _Slot:
    """A sequence of the context and what it has of the memory."""

    number: int
    tokens: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    """The prompt it has, or will have when its job is done reading."""
    entries: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    job: Job | None = None
    used: int = 0
    """When it was last of use."""

    @property
    def read(self) -> int:
        """Tokens of its prompt that are in the memory."""
        return len(self.tokens) if self.job is None else self.job.done


class Engine:
    """One owner of a model's context.

    Args:
        length: entries of the memory, all prompts together.
        sequences: most prompts at a time.
        batch: most tokens in one pass.
        flash_attention: see `ops.inference.shape`.
        shared: one memory for all sequences, so that they can share what they begin with; else
            each has its part of the length.
        lock: held while llama.cpp is called.
    """

    def __init__(
        self,
        model: Model,
        *,
        length: int,
        sequences: int,
        batch: int,
        threads: int | None = None,
        flash_attention: bool = True,
        shared: bool = True,
        lock: AbstractContextManager[object] = OWNER,
    ) -> None:
        self._lock = lock
        self.context = Context(
            model,
            embeddings=False,
            batch=batch,
            length=length,
            sequences=sequences,
            threads=threads,
            flash_attention=flash_attention,
            unified=shared,
        )
        self.sequences = sequences
        self._shared = shared
        # Without flash attention the scores of all pairs of a batch's tokens and a memory's entries
        # are kept, and no bigger than a core's own cache they are sooner done.
        self._steps = not flash_attention and (not shared or sequences == 1)
        self.longest = self.context.length if shared else self.context.length // sequences
        self._model = model
        self._slots = [_Slot(number) for number in range(sequences)]
        self._cells = Cells(self.context.length)
        self._clock = 0

    def run(
        self,
        requests: Sequence[Request],
        *,
        on_text: Callable[[int, str], None] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> list[Completion]:
        """Answer all.

        Args:
            on_text: told the index and more of the answer; it may raise to stop.
            progress: told after each pass how many more are answered; it may raise to stop.
        """
        found: dict[int, Completion] = {}
        told = 0
        order = trie_order([request.tokens for request in requests])
        waiting = deque(order)
        try:
            while waiting or self._jobs():
                while waiting and self._admit(waiting[0], requests[waiting[0]], on_text, found):
                    waiting.popleft()
                if self._jobs():  # else all that were left were refused
                    with self._lock:
                        self._step()
                    self._collect(found)
                if progress:
                    progress(len(found) - told)
                    told = len(found)
        except BaseException:
            self._abandon()
            raise
        return [found[index] for index in range(len(requests))]

    def forget(self) -> None:
        """Drop what answered prompts left in the memory."""
        for slot in self._slots:
            if slot.job is None:
                self._empty(slot)

    def close(self) -> None:
        """Give the memory back."""
        with self._lock:
            self.context.close()

    def _jobs(self) -> list[Job]:
        return [slot.job for slot in self._slots if slot.job is not None]

    def _admit(
        self,
        index: int,
        request: Request,
        on_text: Callable[[int, str], None] | None,
        found: dict[int, Completion],
    ) -> bool:
        """Give a request a sequence, if there is room; what can never fit is answered so."""
        whole = len(request.tokens) + request.max_tokens
        if whole > self.longest or not len(request.tokens):
            found[index] = Completion("", 0, "refused", _too_long(request, self.longest))
            return True
        source, shares = self._source(request.tokens)
        slot = self._room(whole - shares, source, request.tokens)
        if slot is None and not self._jobs():
            # Only what answered prompts left is in the way.
            self.forget()
            source, shares, slot = None, 0, self._slots[0]
        if slot is None:
            return False
        own = min(common(slot.tokens, request.tokens), len(request.tokens) - 1)
        if not self._shared and own >= shares:
            source, shares = slot, own
        if source is not None and source.job is None and source.number == slot.number:
            self._cut(slot, shares)
        else:
            self._empty(slot)
        tell = (lambda text: on_text(index, text)) if on_text else (lambda text: None)
        sampler = Sampler(self._model, request.sampling, seed=request.seed, grammar=request.grammar)
        job = Job(index, request, slot.number, sampler, tell)
        slot.tokens, slot.job = request.tokens, job
        if source is not None and source.number == slot.number:
            job.done = shares
        elif source is not None and shares:
            job.source, job.shares = source.number, shares
            self._attach(job)
        self._clock += 1
        slot.used = self._clock
        return True

    def _source(self, tokens: NDArray[np.int32]) -> tuple[_Slot | None, int]:
        """The sequence that has, or will have, most of a prompt's beginning; at least its last
        token must be read again, for its scores."""
        best: tuple[int, int, _Slot] | None = None
        for slot in self._slots:
            shares = min(common(slot.tokens, tokens), len(tokens) - 1)
            if not self._shared:
                # Only all that a sequence has can be copied: when it has read just so much.
                reads = slot.job is not None and slot.job.source is None
                if reads and slot.read <= shares >= WORTH and (best is None or shares > best[0]):
                    best = (shares, 0, slot)
                continue
            if shares > slot.read and shares < WORTH:
                shares = slot.read
            # Of equals the one that has read more.
            if shares and (best is None or (shares, slot.read) > best[:2]):
                best = (shares, min(slot.read, shares), slot)
        return (None, 0) if best is None else (best[2], best[0])

    def _room(self, wanted: int, source: _Slot | None, tokens: NDArray[np.int32]) -> _Slot | None:
        """An idle sequence, with so many entries free beside what running jobs may need."""
        idle = sorted((slot for slot in self._slots if slot.job is None), key=lambda s: s.used)
        if not idle:
            return None
        if not self._shared:
            return max(idle, key=lambda slot: common(slot.tokens, tokens))
        promised = sum(job.left for job in self._jobs())
        empty = [slot for slot in idle if not len(slot.entries)]
        others = [slot for slot in idle if len(slot.entries) and slot is not source]
        for slot in others:
            if empty and self._cells.free - promised >= wanted:
                break
            self._empty(slot)
            empty.append(slot)
        if self._cells.free - promised < wanted:
            return None
        return empty[0] if empty else idle[0]

    def _attach(self, job: Job) -> None:
        """Let a job own what it shares, once that has been read."""
        if job.source is None:
            return
        source, own = self._slots[job.source], self._slots[job.slot]
        if source.read < job.shares:
            return
        with self._lock:
            if self._shared:
                self.context.memory.copy(source.number, own.number, 0, job.shares)
            else:
                self.context.memory.copy(source.number, own.number)
        if self._shared:
            own.entries = source.entries[: job.shares].copy()
            self._cells.share(own.entries)
        else:
            own.entries = self._cells.take(job.shares)
        job.done, job.source = job.shares, None
        self._clock += 1
        source.used = self._clock

    def _step(self) -> None:
        """Read one batch: a token of each answer, then pieces of prompts; choose what follows."""
        jobs = self._jobs()
        parts = self._parts(jobs)
        self._run(parts)
        outputs = [job for job, _, ends in parts if ends]
        rows = self.context.all_logits(len(outputs)) if outputs else ()
        for job, logits in zip(outputs, rows, strict=True):
            if job.request.options:
                job.weigh(logits)
                continue
            try:
                token = job.sampler.choose(logits)
            except ModelError as error:
                job.fail(error.message)
            else:
                job.say(token, self._model.piece(token), end=self._model.is_end(token))
        # At once, while the sequences that were read still stand.
        for job in jobs:
            self._attach(job)

    def _parts(self, jobs: Sequence[Job]) -> list[tuple[Job, NDArray[np.int32], bool]]:
        """What the next batch reads of each job, and whether its scores are wanted."""
        room = self.context.batch
        writing = [job for job in jobs if job.pending is not None]
        reading = [job for job in jobs if job.pending is None and job.source is None]
        reading.sort(key=lambda job: self._slots[job.slot].used)
        lengths = {job.slot: self._piece(job, jobs) for job in reading}
        parts: list[tuple[Job, NDArray[np.int32], bool]] = []
        # In a divided memory llama.cpp parts a batch into pieces of equal length, so that a few
        # answers would cost a pass of their own each time.
        if self._shared or len(writing) > len(reading):
            parts += [
                (job, np.array([job.pending], dtype=np.int32), True) for job in writing[:room]
            ]
            room -= len(parts)
        if self._steps and reading:
            room = min(room, PIECE * self.context.threads)
            # Last pieces last, so that those of one length share a pass.
            reading.sort(key=lambda job: lengths[job.slot] == job.unread)
            first = lengths[reading[0].slot]
            reading = [job for job in reading if lengths[job.slot] == first]
            reading = reading[: max(1, room // first)]
        for job in reading:
            length = min(lengths[job.slot], room)
            if length:
                piece = job.request.tokens[job.done : job.done + length]
                parts.append((job, piece, length == job.unread))
                room -= length
        return parts

    def _piece(self, job: Job, jobs: Sequence[Job]) -> int:
        """Tokens that a job should read in one pass."""
        length = job.unread
        if self._steps:
            length = stretch(job.done, length, PIECE * self.context.threads)
        if not self._shared:
            waiting = [one.shares for one in jobs if one.source == job.slot]
            length = min([length, *(shares - job.done for shares in waiting)])
        return length

    def _run(self, parts: Sequence[tuple[Job, NDArray[np.int32], bool]]) -> None:
        lengths = [len(piece) for _, piece, _ in parts]
        marks = np.zeros(sum(lengths), dtype=np.int8)
        for end, (_, _, wanted) in zip(np.cumsum(lengths), parts, strict=True):
            marks[end - 1] = wanted
        self.context.run(
            np.concatenate([piece for _, piece, _ in parts]),
            np.concatenate(
                [
                    np.arange(job.position, job.position + n)
                    for (job, _, _), n in zip(parts, lengths, strict=True)
                ]
            ).astype(np.int32),
            np.repeat(np.array([job.slot for job, _, _ in parts], dtype=np.int32), lengths),
            marks,
        )
        for (job, _, _), length in zip(parts, lengths, strict=True):
            slot = self._slots[job.slot]
            slot.entries = np.concatenate([slot.entries, self._cells.take(length)])
            if job.pending is None:
                job.done += length
            job.pending = None

    def _collect(self, found: dict[int, Completion]) -> None:
        for slot in self._slots:
            job = slot.job
            if job is not None and job.ended is not None:
                found[job.index] = job.completion()
                job.sampler.close()
                slot.job = None
                self._cut(slot, len(slot.tokens))

    def _cut(self, slot: _Slot, keep: int) -> None:
        """Forget all of a sequence but its first tokens."""
        if keep < len(slot.entries):
            with self._lock:
                self.context.memory.remove(slot.number, keep)
            self._cells.drop(slot.entries[keep:])
        slot.entries, slot.tokens = slot.entries[:keep], slot.tokens[:keep]

    def _empty(self, slot: _Slot) -> None:
        self._cut(slot, 0)

    def _abandon(self) -> None:
        """After an error or a cancel: forget what was under way."""
        for slot in self._slots:
            if slot.job is not None:
                slot.job.sampler.close()
                slot.job = None
                # A pass that was stopped may have left more than is counted here.
                with self._lock:
                    self.context.memory.remove(slot.number)
                self._empty(slot)


def _too_long(request: Request, length: int) -> str:
    if not len(request.tokens):
        return "the prompt is empty"
    return (
        f"a prompt of {len(request.tokens):,} tokens and an answer of up to "
        f"{request.max_tokens:,} are longer than the {length:,} that the model takes"
    )
