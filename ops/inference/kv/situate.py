"""A model reads a text once and says of each of its chunks where in the text it stands.

After Anthropic's contextual retrieval. There the whole document is in every prompt; here it is read
once, its entries are reduced once, and every chunk's question is asked against the small cache.
"""

from __future__ import annotations

__all__ = ["LlamaSituator", "situator_of"]

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.errors import DocumentError
from ops.generation import Prompt, Quoted
from ops.inference.chat import Chat
from ops.inference.chunk_cache import ChunkCache, Chunks
from ops.inference.kv.budget import entries_left
from ops.inference.kv.entries import Entries
from ops.inference.kv.guarded import GUARDED, guarded
from ops.inference.kv.layout import layout_of
from ops.inference.kv.reader import BATCH, Reader
from ops.inference.llama import Model
from ops.inference.models import ModelFile, demand, header_of
from ops.inference.owner import OWNER
from ops.inference.prefixes import common

BEFORE: Final = "Here is a document:\n\n"
BETWEEN: Final = "\n\nHere is a part of that document:\n\n"
AFTER: Final = (
    "\n\nIn one or two short sentences, say what this part is about and where in the document it "
    "belongs, so that it can be found by a search. Answer with those sentences only."
)
TOGETHER: Final = 8
"""Chunks that are asked about at a time."""
WORTH: Final = 512
"""Entries from which on reducing them pays."""
LENGTH: Final = 8_192
"""Entries of the memory, unless the model's own window is shorter."""
LIMIT: Final = 1024**3
"""Bytes of readings that are kept: about fifty of 4,096 tokens each."""
FIRST: Final = 2
"""The first of the sequences that questions take."""


@dataclass(slots=True)
class _Asked:
    """A question on its way to its answer."""

    sequence: int
    tokens: NDArray[np.int32]
    position: int
    pieces: list[bytes]
    pending: int | None = None
    done: bool = False


class LlamaSituator:
    """Situates chunks with a GGUF model of the llama architecture."""

    def __init__(self, file: ModelFile, *, threads: int | None = None) -> None:
        demand(file, "text")
        self._file = file
        layout = layout_of(header_of(file), file.name)
        self._model = Model(file.path)
        self._chat = Chat(self._model)
        self._reader = Reader(
            self._model,
            layout,
            min(file.context, LENGTH),
            sequences=FIRST + TOGETHER,
            threads=threads,
        )

    @property
    def hash(self) -> str:
        """Names the model file."""
        return self._file.sha256

    @property
    def window(self) -> int:
        """Most tokens of text, question and answer together."""
        return self._reader.context.length

    def count(self, text: str) -> int:
        """Tokens of a text."""
        with OWNER:
            return len(self._model.tokenise(text, special=False))

    def situate(
        self,
        text: str,
        chunks: Sequence[str],
        *,
        fewer: float,
        answer: int,
        progress: Callable[[int], None] = lambda done: None,
        folder: Path | None = None,
    ) -> list[str]:
        """What the model says of each chunk, in their order.

        Args:
            fewer: share of the text's entries that go before the first question, 0 to keep all.
            answer: most tokens of an answer.
            folder: keeps what is left of a text's entries, for the next time; see LIMIT.
            progress: told how many more chunks are done; with 0, before each batch. It may raise
                to stop.

        Raises:
            DocumentError: text, chunk and answer together are longer than the model's window.
            StoreError: the folder cannot be written.
        """
        with OWNER:
            head = self._chat.tokens(Prompt((BEFORE, Quoted(text))))
            prompts = [
                self._chat.tokens(Prompt((BEFORE, Quoted(text), BETWEEN, Quoted(chunk), AFTER)))
                for chunk in chunks
            ]
        longest = max(map(len, prompts), default=0) + answer
        if longest > self.window:
            raise DocumentError(
                f"a text and a chunk of {longest:,} tokens are longer than the {self.window:,} "
                f"that {self._file.name} takes",
                hint="read less of a document at once",
            )
        shared = min((common(head, prompt) for prompt in prompts), default=0)
        if not shared:
            return ["" for _ in chunks]
        cache = self._cache(folder, fewer) if folder else None
        self._read(prompts[0][:shared], fewer, lambda: progress(0), cache)
        found = []
        for start in range(0, len(prompts), TOGETHER):
            part = [prompt[shared:] for prompt in prompts[start : start + TOGETHER]]
            room = self._reader.context.length - len(self._entries)
            fits = max(1, room // (max(map(len, part)) + answer))
            for at in range(0, len(part), fits):
                found += self._answers(part[at : at + fits], shared, answer, progress)
                progress(len(part[at : at + fits]))
        return found

    def close(self) -> None:
        """Give the memory back."""
        with OWNER:
            self._reader.close()
            self._model.close()

    def _read(
        self,
        tokens: NDArray[np.int32],
        fewer: float,
        check: Callable[[], None],
        cache: ChunkCache | None,
    ) -> None:
        """Sequence 0 holds what is left of the text, read now or before."""
        if fewer == 0 or len(tokens) < WORTH:
            with OWNER:
                self._entries = self._reader.read(tokens, surprise=False, check=check).entries
            return

        def reduced(tokens: NDArray[np.int32]) -> Entries:
            reading = self._reader.read(tokens, check=check)
            size = entries_left(len(tokens), fewer)
            return guarded(reading.entries, self._reader.layout, reading.surprise, size)

        with OWNER:
            self._entries = cache.get(tokens, reduced) if cache else reduced(tokens)
            self._reader.context.memory.clear()
            self._reader.put(self._entries)

    def _cache(self, folder: Path, fewer: float) -> ChunkCache:
        who = Chunks(self.hash, self._model.build, "f16", "", f"{GUARDED} {fewer}")
        return ChunkCache(folder, who, self._reader.layout, LIMIT)

    def _answers(
        self,
        questions: Sequence[NDArray[np.int32]],
        start: int,
        answer: int,
        progress: Callable[[int], None],
    ) -> list[str]:
        """Answers to questions that are asked side by side; the likeliest token each time."""
        asked = [
            _Asked(sequence, tokens, start, []) for sequence, tokens in enumerate(questions, FIRST)
        ]
        with OWNER:
            for one in asked:
                self._reader.context.memory.copy(0, one.sequence)
                self._ask(one)
        for _ in range(answer - 1):
            running = [one for one in asked if not one.done]
            if not running:
                break
            progress(0)
            with OWNER:
                self._step(running)
        with OWNER:
            for one in asked:
                self._reader.context.memory.remove(one.sequence)
        return [_tidy(b"".join(one.pieces)) for one in asked]

    def _ask(self, one: _Asked) -> None:
        for at in range(0, len(one.tokens), BATCH):
            part = one.tokens[at : at + BATCH]
            outputs = np.zeros(len(part), dtype=np.int8)
            outputs[-1] = at + len(part) == len(one.tokens)
            self._reader.feed(part, one.position, sequence=one.sequence, outputs=outputs)
            one.position += len(part)
        self._choose(one, self._reader.context.logits(-1))

    def _step(self, running: Sequence[_Asked]) -> None:
        count = len(running)
        self._reader.context.run(
            np.array([one.pending for one in running], dtype=np.int32),
            np.array([one.position for one in running], dtype=np.int32),
            np.array([one.sequence for one in running], dtype=np.int32),
            np.ones(count, dtype=np.int8),
        )
        logits = self._reader.context.all_logits(count)
        for one, row in zip(running, logits, strict=True):
            one.position += 1
            self._choose(one, row)

    def _choose(self, one: _Asked, logits: NDArray[np.float32]) -> None:
        token = int(logits.argmax())
        piece = self._model.piece(token)
        one.done = self._model.is_end(token) or (b"\n\n" in piece and bool(one.pieces))
        if not one.done:
            one.pieces.append(piece)
            one.pending = token


def _tidy(raw: bytes) -> str:
    """One line; a sentence that the limit cut off is left out if another stands before it."""
    said = " ".join(raw.decode("utf-8", "ignore").split())
    if said and said[-1] not in ".!?":
        end = max(said.rfind(mark) for mark in (". ", "! ", "? "))
        said = said[: end + 1] if end > 0 else said
    return said


@lru_cache(maxsize=1)
def situator_of(file: ModelFile) -> LlamaSituator:
    """The situator of a model, made once a process."""
    return LlamaSituator(file)
