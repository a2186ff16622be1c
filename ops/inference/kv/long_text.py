"""A long text that is read once and asked about often."""

from __future__ import annotations

__all__ = ["LongText"]

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.errors import DocumentError
from ops.generation import Prompt, Quoted
from ops.inference.chat import Chat
from ops.inference.chunk_cache import ChunkCache
from ops.inference.kv.budget import entries_left
from ops.inference.kv.entries import Entries
from ops.inference.kv.reader import BATCH, Reader
from ops.inference.kv.squeezed import restore, squeeze
from ops.inference.owner import OWNER
from ops.inference.prefixes import common

BEFORE: Final = "Answer the question from this text.\n\n"
BETWEEN: Final = "\n\nQuestion: "
FEWER: Final = 0.8


class LongText:
    """Answers questions about a text, each from the fifth of its entries that it is about.

    The text is read once, or found in the cache; its keys' clusters are the index. A question is
    read after all entries; what its queries look at is all that is left while it is answered.

    Args:
        reader: one that listens, with two sequences at least.
        cache: keeps the text's entries for the next time.

    Raises:
        DocumentError: the text is longer than the reader's memory.
    """

    def __init__(self, reader: Reader, text: str, cache: ChunkCache | None = None) -> None:
        self._reader = reader
        self._chat = Chat(reader.model)
        self._text = text
        with OWNER:
            head = self._chat.tokens(Prompt((BEFORE, Quoted(text))))
            self._shared = common(head, self._prompt("?"))
            if self._shared + BATCH > reader.context.length:
                raise DocumentError(
                    f"a text of {self._shared:,} tokens and a question are longer than the "
                    f"{reader.context.length:,} that the memory holds"
                )
            tokens = head[: self._shared]
            self._entries = cache.get(tokens, self._read) if cache else self._read(tokens)
            self._index = squeeze(self._entries, reader.layout)

    def ask(self, question: str, *, fewer: float = FEWER, answer: int = 128) -> str:
        """What the model answers; the likeliest token each time.

        Args:
            fewer: share of the text's entries that are left out.
            answer: most tokens of the answer.
        """
        reader = self._reader
        with OWNER:
            tokens = self._prompt(question)[self._shared :]
            reader.context.memory.clear()
            reader.put(self._entries)
            queries = reader.queries(tokens, self._shared)
            size = entries_left(len(self._entries), fewer)
            reader.put(restore(self._entries, self._index, queries, reader.layout, size))
            return self._answer(tokens, answer)

    def _prompt(self, question: str) -> NDArray[np.int32]:
        return self._chat.tokens(Prompt((BEFORE, Quoted(self._text), BETWEEN, question)))

    def _read(self, tokens: NDArray[np.int32]) -> Entries:
        return self._reader.read(tokens, surprise=False).entries

    def _answer(self, tokens: NDArray[np.int32], most: int) -> str:
        reader, at = self._reader, self._shared
        pieces: list[bytes] = []
        while len(pieces) < most:
            for start in range(0, len(tokens), BATCH):
                part = tokens[start : start + BATCH]
                outputs = np.zeros(len(part), dtype=np.int8)
                outputs[-1] = start + len(part) == len(tokens)
                reader.feed(part, at, outputs=outputs)
                at += len(part)
            token = int(reader.context.logits(-1).argmax())
            if reader.model.is_end(token):
                break
            pieces.append(reader.model.piece(token))
            tokens = np.array([token], dtype=np.int32)
        return b"".join(pieces).decode("utf-8", "replace").strip()
