"""Answers that fit a schema: grammar, check, one second try, then the error."""

from __future__ import annotations

__all__ = ["Asked", "Checked"]

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from ops.errors import UsageError
from ops.generation import Answer, Prompt, Sampling
from ops.inference.grammar import json_grammar

if TYPE_CHECKING:
    from pydantic import BaseModel

SECOND: Final = Sampling(temperature=0.5, repeat_penalty=1.1)
"""How an answer is asked for again: the likeliest one was wrong."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt and how it is to be answered."""

    prompt: Prompt
    max_tokens: int
    grammar: str | None
    stop: tuple[str, ...]
    sampling: Sampling
    seed: int


class Checked(ABC):
    """`generate_many` of `ops.generation.Generator`, over something that answers unchecked."""

    @abstractmethod
    def answer(
        self,
        asked: Sequence[Asked],
        on_text: Callable[[int, str], None] | None,
        progress: Callable[[int], None] | None,
    ) -> list[Answer]:
        """An answer to each, in their order.

        Args:
            on_text: told the place and more of the answer.
            progress: told after each pass how many more are answered, often none.
        """

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
        """An answer to each prompt, in their order; see `ops.generation.Generator`."""
        if schema is not None and grammar is not None:
            raise UsageError("answers follow a schema or a grammar, not both")
        if max_tokens < 1:
            raise UsageError("an answer has at least 1 token")
        if not all(stop):
            raise UsageError("a stop word has at least one character")
        count = len(prompts)
        schemas: list[type[BaseModel] | None] = _each(schema, count, "schemas")
        grammars: list[str | None] = _each(grammar, count, "grammars")
        if schema is not None:
            made = {one: json_grammar(one.model_json_schema()) for one in schemas if one}
            grammars = [made[one] if one else None for one in schemas]
        counted = range(seeds, seeds + count) if isinstance(seeds, int) else seeds
        given: list[int] = _each(counted, count, "seeds")
        asked = [
            Asked(prompt, max_tokens, rules, tuple(stop), sampling or Sampling(), seed)
            for prompt, rules, seed in zip(prompts, grammars, given, strict=True)
        ]
        said = self.answer(asked, on_text, progress)
        found = [_fitted(one, form) for one, form in zip(said, schemas, strict=True)]
        failed = [place for place, one in enumerate(found) if one.error and one.tokens]
        if failed and schema is not None:
            self._again(failed, asked, found, schemas, on_text, progress)
        return found

    def _again(
        self,
        failed: Sequence[int],
        asked: Sequence[Asked],
        found: list[Answer],
        schemas: Sequence[type[BaseModel] | None],
        on_text: Callable[[int, str], None] | None,
        progress: Callable[[int], None] | None,
    ) -> None:
        # It hears of no more answers, but may raise to stop.
        step = (lambda done: progress(0)) if progress else None
        told = (lambda place, text: on_text(failed[place], text)) if on_text else None
        if on_text:
            for place in failed:
                on_text(place, "")
        second = [replace(asked[p], sampling=SECOND, seed=asked[p].seed + 1) for p in failed]
        for place, one in zip(failed, self.answer(second, told, step), strict=True):
            found[place] = _fitted(one, schemas[place])


def _each(given: Any, count: int, what: str) -> list[Any]:
    """What is given for all prompts, or for each of so many."""
    if isinstance(given, str) or not isinstance(given, Sequence):
        return [given] * count
    if len(given) != count:
        raise UsageError(f"{count} prompts have {len(given)} {what}")
    return list(given)


def _fitted(one: Answer, schema: type[BaseModel] | None) -> Answer:
    """The answer with its value, or with why there is none."""
    from pydantic import ValidationError

    if one.error or schema is None:
        return one
    try:
        return replace(one, value=schema.model_validate_json(one.text))
    except ValidationError as problem:
        if one.ended == "length":
            return replace(one, error=f"the answer was not complete after {one.tokens} tokens")
        first: Any = problem.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        reason = f"{place + ': ' if place else ''}{first['msg']}"
        return replace(one, error=f"the answer does not fit: {reason}")
