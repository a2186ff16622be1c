"""Answers of a GGUF language model, checked, and the surprisal of texts under it."""

from __future__ import annotations

__all__ = ["LlamaGenerator", "generator_of"]

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from ops.errors import UsageError
from ops.generation import Answer, Prompt, Sampling, Surprisal
from ops.inference.chat import Chat
from ops.inference.engine import Engine, pays_flash_attention
from ops.inference.grammar import json_grammar
from ops.inference.jobs import Completion, Request
from ops.inference.llama import Context, Model
from ops.inference.models import ModelFile, demand
from ops.inference.owner import OWNER
from ops.inference.surprisal import WINDOW, surprisal
from ops.inference.tokenizer import Framer, tokenizer_of

if TYPE_CHECKING:
    from pydantic import BaseModel

SEQUENCES: Final = 16
BATCH: Final = 512
LENGTH: Final = 8_192
"""Entries of the memory, all prompts together, unless the model's own window is shorter."""

SECOND: Final = Sampling(temperature=0.5, repeat_penalty=1.1)
"""How an answer is asked for again: the likeliest one was wrong."""


class LlamaGenerator:
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
        self._engines: dict[bool, Engine] = {}
        self._running: Engine | None = None
        self._scores: Context | None = None

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

    def generate_many(
        self,
        prompts: Sequence[Prompt],
        schema: type[BaseModel] | None = None,
        *,
        grammar: str | None = None,
        stop: Sequence[str] = (),
        seeds: Sequence[int] | int = 0,
        max_tokens: int = 256,
        sampling: Sampling | None = None,
        on_text: Callable[[int, str], None] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> list[Answer]:
        """An answer to each prompt, in their order; see `ops.generation.Generator`."""
        if schema is not None and grammar is not None:
            raise UsageError("answers follow a schema or a grammar, not both")
        if max_tokens < 1:
            raise UsageError("an answer has at least 1 token")
        if schema is not None:
            grammar = json_grammar(schema.model_json_schema())
        given = (
            [seeds + place for place in range(len(prompts))] if isinstance(seeds, int) else seeds
        )
        if len(given) != len(prompts):
            raise UsageError(f"{len(prompts)} prompts have {len(given)} seeds")
        with OWNER:
            tokens = [self._chat.tokens(prompt) for prompt in prompts]
        requests = [
            Request(ids, max_tokens, grammar, tuple(stop), sampling or Sampling(), seed)
            for ids, seed in zip(tokens, given, strict=True)
        ]
        return self._checked(requests, schema, on_text, progress)

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
            self._model.close()

    def interrupt(self) -> None:
        """Stop what is being generated, if anything is; any thread may call it."""
        if (running := self._running) is not None:
            running.context.interrupt()

    def engine(self, *, flash_attention: bool = True) -> Engine:
        """What runs the prompts, with or without flash attention; made when first asked for."""
        if flash_attention not in self._engines:
            length, sequences, batch = self._shape
            self._engines[flash_attention] = Engine(
                self._model,
                length=length,
                sequences=sequences,
                batch=batch,
                threads=self._threads,
                flash_attention=flash_attention,
            )
        return self._engines[flash_attention]

    def run(
        self,
        requests: Sequence[Request],
        *,
        on_text: Callable[[int, str], None] | None = None,
        on_done: Callable[[int], None] | None = None,
    ) -> list[Completion]:
        """Answer requests in tokens, by the engine that suits them; see `Engine.run`."""
        engine = self.engine(flash_attention=pays_flash_attention(requests))
        self._running = engine
        try:
            return engine.run(requests, on_text=on_text, on_done=on_done)
        finally:
            self._running = None

    def _checked(
        self,
        requests: Sequence[Request],
        schema: type[BaseModel] | None,
        on_text: Callable[[int, str], None] | None,
        progress: Callable[[int], None] | None,
    ) -> list[Answer]:
        """Run all, check them, run again what failed, once."""
        found: dict[int, Answer] = {}

        def attempt(indexes: Sequence[int], asked: Sequence[Request]) -> list[int]:
            told = (lambda place, text: on_text(indexes[place], text)) if on_text else None
            step = (lambda place: progress(1)) if progress and not found else None
            for index, one in zip(
                indexes, self.run(asked, on_text=told, on_done=step), strict=True
            ):
                found[index] = _answer(one, len(requests[index].tokens), schema)
            return [index for index in indexes if found[index].error and found[index].tokens]

        failed = attempt(range(len(requests)), requests)
        if failed and schema is not None:
            if on_text:
                for index in failed:
                    on_text(index, "")
            again = [
                replace(requests[i], sampling=SECOND, seed=requests[i].seed + 1) for i in failed
            ]
            attempt(failed, again)
        return [found[index] for index in range(len(requests))]


def _answer(one: Completion, prompt_tokens: int, schema: type[BaseModel] | None) -> Answer:
    value: BaseModel | None = None
    error = one.error
    if not error and schema is not None:
        value, error = _value(one, schema)
    return Answer(one.text, prompt_tokens, one.tokens, one.ended, value, error)


def _value(one: Completion, schema: type[BaseModel]) -> tuple[BaseModel | None, str]:
    from pydantic import ValidationError

    try:
        return schema.model_validate_json(one.text), ""
    except ValidationError as problem:
        if one.ended == "length":
            return None, f"the answer was not complete after {one.tokens} tokens"
        first: Any = problem.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        return None, f"the answer does not fit: {place + ': ' if place else ''}{first['msg']}"


@lru_cache(maxsize=2)
def generator_of(file: ModelFile) -> LlamaGenerator:
    """The generator of a model, made once a process."""
    return LlamaGenerator(file, tokenizer_of(file))
