"""What a language model that is none offers: a test says how one prompt is answered."""

from __future__ import annotations

__all__ = ["FakeGenerator"]

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from ops.generation import Answer, ModelDied, Prompt, Quoted, Sampling, Surprisal


@dataclass
class FakeGenerator(ABC):
    """`ops.generation.Generator`, prompt by prompt; it keeps what it is asked.

    A text with "deadly" in it ends its process.
    """

    hash: str
    window: int
    asked: list[str] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    """How many prompts were asked together."""

    @abstractmethod
    def answer(self, prompt: Prompt, form: type[BaseModel] | None, rules: str) -> Answer:
        """The answer to a prompt; `rules` are its grammar, if it has one."""

    def said(self, prompt: Prompt) -> str:
        """What of a prompt is looked at: by default all that the user says."""
        return "".join(one.text if isinstance(one, Quoted) else one for one in prompt.user)

    def count(self, prompts: Sequence[Prompt]) -> list[int]:
        return [len(self.said(prompt).split()) + 100 for prompt in prompts]

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
        many = len(prompts)
        forms = schema if isinstance(schema, Sequence) else [schema] * many
        rules = [grammar or ""] * many if grammar is None or isinstance(grammar, str) else grammar
        self.calls.append(many)
        found = []
        for prompt, form, rule in zip(prompts, forms, rules, strict=True):
            self.take(self.said(prompt))
            found.append(self.answer(prompt, form, rule))
            if progress:
                progress(1)
        return found

    def logprobs(self, text: str, progress: Callable[[int], None] | None = None) -> Surprisal:
        raise AssertionError("no test asks for surprisal")

    def take(self, text: str) -> None:
        """Keep what is asked, or die of it."""
        if "deadly" in text:
            raise ModelDied(f"the process of {self.hash} ended with SIGABRT")
        self.asked.append(text)
