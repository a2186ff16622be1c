"""Answers of a GGUF language model, checked, and the surprisal of texts under it."""

from __future__ import annotations

__all__ = ["LlamaGenerator", "generator_of"]

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.errors import UsageError
from ops.generation import Answer, Prompt, Surprisal
from ops.inference.chat import Chat
from ops.inference.checked import Asked, Checked
from ops.inference.engines import Engines
from ops.inference.follow import Follow
from ops.inference.jobs import Completion, Request
from ops.inference.llama import Context, Model
from ops.inference.models import ModelFile, demand
from ops.inference.owner import OWNER
from ops.inference.shape import Shape, shape_for
from ops.inference.surprisal import WINDOW, surprisal
from ops.inference.tokenizer import Framer, tokenizer_of

SEQUENCES: Final = 16
BATCH: Final = 512
LENGTH: Final = 8_192
"""Entries of the memory, all prompts together, unless the model's own window is shorter."""


class LlamaGenerator(Checked):
    """`ops.generation.Generator` in this process.

    Numbers of floating point differ in their last digits with what shares a batch, so an answer may
    too, where two tokens are about equally likely; keep answers where that matters.
    """

    def __init__(
        self,
        file: ModelFile,
        tokenizer: Framer,
        *,
        threads: int | None = None,
        length: int = LENGTH,
        sequences: int = SEQUENCES,
        batch: int = BATCH,
    ) -> None:
        demand(file, "text")
        self._file = file
        self._tokenizer = tokenizer
        self._threads = threads
        self._model = Model(file.path)
        self._chat = Chat(self._model)
        self._shape = (min(length, file.context), sequences, batch)
        self._engines: dict[tuple[bool, bool], Engines] = {}
        self._running: Engines | None = None
        self._scores: Context | None = None
        self._follow: Follow | None = None

    @property
    def hash(self) -> str:
        """Names the model file."""
        return self._file.sha256

    @property
    def window(self) -> int:
        """Most tokens of a prompt and its answer together."""
        return self._shape[0]

    def count(self, prompts: Sequence[Prompt]) -> list[int]:
        """For each prompt its tokens, marks of the chat included."""
        with OWNER:
            return [len(self._chat.tokens(prompt)) for prompt in prompts]

    def answer(
        self,
        asked: Sequence[Asked],
        on_text: Callable[[int, str], None] | None,
        progress: Callable[[int], None] | None,
    ) -> list[Answer]:
        """An answer to each, unchecked, in their order; see `Checked.answer`."""
        with OWNER:
            tokens = [self._chat.tokens(one.prompt) for one in asked]
        requests = [
            Request(ids, one.max_tokens, one.grammar, one.stop, one.sampling, one.seed)
            for ids, one in zip(tokens, asked, strict=True)
        ]
        found = self.run(requests, on_text=on_text, progress=progress)
        return [
            Answer(one.text, len(ids), one.tokens, one.ended, error=one.error)
            for ids, one in zip(tokens, found, strict=True)
        ]

    def choose(
        self,
        prompts: Sequence[Prompt],
        options: Sequence[str],
        progress: Callable[[int], None] | None = None,
    ) -> NDArray[np.float64]:
        """ln p (prompts, options) that an answer begins so; see `ops.choosing.Chooser`."""
        with OWNER:
            tokens = [self._chat.tokens(prompt) for prompt in prompts]
            wanted = [self._model.tokenise(option, special=False) for option in options]
        if not wanted or not all(map(len, wanted)):
            raise UsageError("an option has at least one token")
        firsts = tuple(int(ids[-1]) for ids in wanted)
        requests = [Request(ids, 1, options=firsts) for ids in tokens]
        nothing = (float("nan"),) * len(firsts)
        found = [one.scores or nothing for one in self.run(requests, progress=progress)]
        return np.array(found, dtype=np.float64).reshape(len(prompts), len(firsts))

    def follow(
        self,
        pairs: Sequence[tuple[str, str]],
        progress: Callable[[int], None] | None = None,
    ) -> NDArray[np.float64]:
        """-ln p (pairs) of each second text after the first; see `ops.following.Follower`.

        96 tokens of each text count.
        """
        if self._follow is None:
            self._follow = Follow(self._model, self._threads)
        return self._follow.surprisals(pairs, progress)

    def logprobs(self, text: str, progress: Callable[[int], None] | None = None) -> Surprisal:
        """The surprisal of each token of a text, in windows; see `ops.inference.surprisal`."""
        if self._scores is None:
            window = min(WINDOW, self._file.context)
            self._scores = Context(
                self._model,
                embeddings=False,
                batch=min(256, window),
                length=window,
                threads=self._threads,
            )
        spans = self._tokenizer.offsets([text])[0]
        lead = int(self._model.adds_start)
        tokens = self._tokenizer.encode([text])[0][: lead + len(spans)]
        return Surprisal(spans, surprisal(self._scores, tokens, progress)[lead:])

    def close(self) -> None:
        """Give the memory back."""
        with OWNER:
            for engine in self._engines.values():
                engine.close()
            self._engines.clear()
            if self._scores is not None:
                self._scores.close()
                self._scores = None
            if self._follow is not None:
                self._follow.close()
                self._follow = None
            self._model.close()

    def interrupt(self) -> None:
        """Stop what is being generated, if anything is; any thread may call it."""
        if (running := self._running) is not None:
            running.interrupt()

    def engine(self, shape: Shape | None = None, prompts: int = 1) -> Engines:
        """What runs so many prompts; made when first asked for, or when it is too small."""
        length, sequences, batch = self._shape
        shape = shape or Shape(length, sequences, flash_attention=True, shared=True)
        kind = (shape.flash_attention, shape.shared)
        found = self._engines.get(kind)
        if (
            found is not None
            and not shape.shared
            and (
                found.longest < shape.length // shape.sequences
                or found.sequences < min(prompts, shape.sequences)
            )
        ):
            found.close()
            found = None
        if found is None:
            found = Engines(self._model, shape, batch=batch, threads=self._threads)
            self._engines[kind] = found
        return found

    def run(
        self,
        requests: Sequence[Request],
        *,
        on_text: Callable[[int, str], None] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> list[Completion]:
        """Answer requests in tokens, by the engine that suits them; see `Engine.run`."""
        length, sequences, _ = self._shape
        engine = self.engine(shape_for(requests, length, sequences), len(requests))
        self._running = engine
        try:
            return engine.run(requests, on_text=on_text, progress=progress)
        finally:
            self._running = None


@lru_cache(maxsize=2)
def generator_of(file: ModelFile) -> LlamaGenerator:
    """The generator of a model, made once a process."""
    return LlamaGenerator(file, tokenizer_of(file))
