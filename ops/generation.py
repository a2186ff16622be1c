"""Asking a language model: what is asked, how, and what comes back.

Our words and the text of documents are kept apart up to the tokens, so that nothing in a document
can pass for a mark of the chat.
"""

from __future__ import annotations

__all__ = [
    "Answer",
    "AnswerCache",
    "Generator",
    "ModelDied",
    "Prompt",
    "Quoted",
    "Sampling",
    "Surprisal",
]

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from ops.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pydantic import BaseModel


class ModelDied(ModelError):
    """The process that owns the model ended during a call; the next call starts another."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """Text of a document: data, never a mark of the chat."""

    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked. Put first what many prompts share: it is read once for all."""

    user: tuple[str | Quoted, ...]
    system: str = ""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are chosen."""

    temperature: float = 0.0
    """0 takes the likeliest token, whatever the seed."""
    top_k: int = 40
    """0 for all; in a grammar, of the likeliest that it allows."""
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.0
    """Above 1, tokens among the last 64 of the answer become less likely."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said."""

    text: str
    prompt_tokens: int
    tokens: int
    """Tokens of the answer."""
    ended: Literal["end", "stop", "length", "refused"]
    """Why it ended: by itself, at a stop word, at the limit; "refused" when it never began."""
    value: BaseModel | None = None
    """The answer as an instance of the schema, where there is a schema and the answer fits it."""
    error: str = ""
    """Why there is no answer that can be used; empty when there is."""


@dataclass(frozen=True, slots=True)
class Surprisal:
    """How unexpected each token of a text is, given what comes before it."""

    spans: NDArray[np.int64]
    """Half-open character spans of the tokens (tokens, 2)."""
    nats: NDArray[np.float64]
    """-ln p of each token; NaN for the first where the model has nothing before it."""

    @property
    def perplexity(self) -> float:
        """exp of the mean; NaN without tokens."""
        import numpy as np

        known = self.nats[~np.isnan(self.nats)]
        return float(np.exp(known.mean())) if len(known) else float("nan")


class Generator(Protocol):
    """A language model that answers many prompts together."""

    @property
    def hash(self) -> str:
        """Names the model file."""

    @property
    def window(self) -> int:
        """Most tokens of a prompt and its answer together."""

    def count(self, prompts: Sequence[Prompt]) -> list[int]:
        """For each prompt its tokens, marks of the chat included."""

    def generate_many(
        self,
        prompts: Sequence[Prompt],
        schema: type[BaseModel] | Sequence[type[BaseModel]] | None = None,
        *,
        grammar: str | Sequence[str] | None = None,
        stop: Sequence[str] = (),
        seeds: Sequence[int] | int = 0,
        max_tokens: int = 256,
        sampling: Sampling | None = None,
        on_text: Callable[[int, str], None] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> list[Answer]:
        """An answer to each prompt, in their order.

        Args:
            schema: a pydantic model: answers are JSON of it, checked by it, asked for a second
                time if they fail, and then given back with their error. One for all prompts, or
                one of each.
            grammar: instead of a schema, GBNF with a rule `root`; for all prompts, or of each.
            stop: texts that end an answer; they are not part of it.
            seeds: of each prompt, or one from which theirs are counted up.
            on_text: told (prompt, text) as text comes; a second try starts anew after "".
            progress: told now and then how many more answers are done, often none; it may raise to
                stop.
        """

    def logprobs(self, text: str, progress: Callable[[int], None] | None = None) -> Surprisal:
        """The surprisal of each token of a text.

        `progress` is told how many more tokens are done; it may raise to stop.
        """


class AnswerCache(Protocol):
    """Answers by the hash of what was asked, under the model that was asked."""

    def get(self, model: str, hashes: Sequence[str]) -> dict[str, str]:
        """The answers that are known."""

    def put(self, model: str, answers: dict[str, str]) -> None:
        """Keep these for the next time."""
