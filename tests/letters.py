"""Models without a model, and resources that have them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from ops.context import Tokenizer
from ops.generation import Answer, Prompt, Quoted, Surprisal
from ops.inference.resources import LocalResources
from ops.segment.units import Words
from pipelines.vectors import Remembered, RememberedAnswers
from tests.generators import FakeGenerator


@dataclass
class Letters:
    """Embeds by how often each letter occurs."""

    hash: str = "letters"
    dimensions: int = 26
    window: int = 100

    def embed(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        found = np.full((len(texts), 26), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            for letter in text.lower():
                if "a" <= letter <= "z":
                    found[row, ord(letter) - ord("a")] += 1
        if progress and texts:
            progress(len(texts))
        unit: NDArray[np.float32] = found / np.linalg.norm(found, axis=1, keepdims=True)
        return unit


@dataclass
class Guesser(FakeGenerator):
    """A language model that goes by letters; it counts what it is asked.

    Words are its tokens, and the more unexpected the later in the alphabet they begin. It splits
    where two sentences begin with different letters. A text with "odd" in it gets no answer that
    fits.
    """

    hash: str = "guesser"
    window: int = 4_000

    def count(self, prompts: Sequence[Prompt]) -> list[int]:
        return Words().count([self.said(prompt) for prompt in prompts])

    def logprobs(self, text: str, progress: Callable[[int], None] | None = None) -> Surprisal:
        self.take(text)
        (spans,) = Words().offsets([text])
        nats = np.array([(ord(text[start]) % 32) / 4 for start, _ in spans], dtype=np.float64)
        nats[:1] = np.nan
        if progress:
            progress(len(nats))
        return Surprisal(spans, nats)

    def choose(
        self,
        prompts: Sequence[Prompt],
        options: Sequence[str],
        progress: Callable[[int], None] | None = None,
    ) -> NDArray[np.float64]:
        found = np.full((len(prompts), len(options)), np.log(0.2))
        for row, prompt in enumerate(prompts):
            self.take(self.said(prompt))
            before, after = (one.text for one in prompt.user if isinstance(one, Quoted))
            last = before.replace("!", ".").rstrip(".").rpartition(".")[2].strip()
            found[row, 0 if last[:1] != after[:1] else 1] = np.log(0.6)
            if progress:
                progress(1)
        return found

    def follow(
        self, pairs: Sequence[tuple[str, str]], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float64]:
        self.calls.append(len(pairs))
        for before, text in pairs:
            self.take(f"{before}|{text}")
        if progress:
            progress(len(pairs))
        alike = [before.strip()[:1] == text.strip()[:1] for before, text in pairs]
        return np.where(alike, 20.0, 60.0)

    def answer(self, prompt: Prompt, form: type[BaseModel] | None, rules: str) -> Answer:
        assert form is not None
        shown = [one.text for one in prompt.user if isinstance(one, Quoted)]
        pairs = enumerate(pairwise(shown), start=1)
        after = [number for number, (one, two) in pairs if one[:1] != two[:1]]
        text = json.dumps({"after": after[::-1] if "odd" in self.said(prompt) else after})
        try:
            return Answer(text, 1, 1, "end", form.model_validate_json(text))
        except ValidationError as error:
            return Answer(text, 1, 1, "end", error=str(error))


class LettersOnly(LocalResources):
    """This machine's tokenizers, and letters for models."""

    def __init__(self, guesser: Guesser | None = None) -> None:
        super().__init__(Path(), vectors=Remembered(), answers=RememberedAnswers())
        self.guesser = guesser or Guesser()

    def embedder(self, name: str) -> Letters:
        return Letters()

    def generator(self, name: str) -> Guesser:
        return self.guesser

    def chooser(self, name: str) -> Guesser:
        return self.guesser

    def follower(self, name: str) -> Guesser:
        return self.guesser

    def tokenizer(self, name: str) -> Tokenizer:
        return super().tokenizer("words" if name in ("minilm", "smollm2") else name)
