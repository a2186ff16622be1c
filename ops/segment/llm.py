"""Cuts where a language model says that another subject begins."""

from __future__ import annotations

__all__ = ["Llm"]

import json
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, Final

import numpy as np

from ops.context import Context
from ops.generation import Generator, Prompt
from ops.inference.token_windows import Window, token_windows
from ops.op import parameter
from ops.segment.asking import answers, died, key_of
from ops.segment.judged import Judged, Laid
from ops.segment.marks import Marks
from ops.segment.split_points import answer_limit, numbered, split_form

KIND: Final = "split points:1"
UNANSWERED: Final = "unanswered"
"""Why a chunk ends where the model gave no answer that can be used."""


class Llm(Judged):
    """Let a language model name the sentences after which another subject begins.

    It is shown numbered sentences and answers with a list of numbers, which a grammar holds to
    those that there are; an answer that is not in order is asked for a second time. Where that
    fails too the text is only cut where `size` demands it, and `boundary` says "unanswered". Long
    texts are shown in windows that overlap by half; of a gap in two windows the one counts that
    has more text on both sides. Answers are kept by what was asked and by the model. The model
    gives no score. A small model names places poorly; look at a few documents first.

    Source: LumberChunker (Duarte et al. 2024, arXiv:2406.17526) asks a model for the paragraph
    where the subject changes, one place at a time; here it names all places of a window at once, so
    that windows are asked together.
    """

    name: ClassVar[str] = "segment.llm"
    says: ClassVar[str] = "model"

    window: int = parameter(24, "shown at a time", unit="sentences", ge=4, le=200)

    def judged(self, laid: Sequence[Laid], ctx: Context) -> Iterator[Marks | str]:
        generator = ctx.resources.generator(self.model)
        shown = [token_windows(len(one.units), self.window) for one in laid]
        asked = [
            [self._asked(one, window) for window in windows]
            for one, windows in zip(laid, shown, strict=True)
        ]
        keys = [[key_of(KIND, prompt) for prompt in own] for own in asked]
        wanted: dict[str, Prompt] = {}
        counts: dict[Prompt, int] = {}
        for windows, names, own in zip(shown, keys, asked, strict=True):
            for window, key, prompt in zip(windows, names, own, strict=True):
                wanted[key], counts[prompt] = prompt, window.end - window.start

        def ask(prompts: Sequence[Prompt], progress: Callable[[int], None] | None) -> list[str]:
            return _ask(generator, prompts, counts, progress)

        said = answers(wanted, ask, generator.hash, len(laid), ctx)
        for one, windows, names in zip(laid, shown, keys, strict=True):
            found = [said[key] for key in names]
            wrong = next(filter(None, map(died, found)), None)
            yield wrong if wrong is not None else _marks(len(one.units), windows, found)

    def _asked(self, one: Laid, window: Window) -> Prompt:
        return numbered([one.text(at, at) for at in range(window.start, window.end)])


def _ask(
    generator: Generator,
    prompts: Sequence[Prompt],
    counts: dict[Prompt, int],
    progress: Callable[[int], None] | None,
) -> list[str]:
    """The answers as JSON, or why there is none."""
    sizes = [counts[prompt] for prompt in prompts]
    forms = {size: split_form(size) for size in sizes}
    found = generator.generate_many(
        prompts,
        [forms[size] for size in sizes],
        max_tokens=answer_limit(max(sizes, default=2)),
        progress=progress,
    )
    return [
        f"!{one.error}" if one.value is None else json.dumps(one.value.model_dump()["after"])
        for one in found
    ]


def _marks(units: int, windows: Sequence[Window], found: Sequence[str]) -> Marks:
    chosen = np.zeros(units - 1, dtype=np.bool_)
    names: dict[int, str] = {}
    for window, said in zip(windows, found, strict=True):
        gaps = range(window.first, min(window.last, units - 1))
        if said.startswith("!"):
            names |= dict.fromkeys(gaps, UNANSWERED)
            continue
        for number in json.loads(said):
            if (gap := window.start + number - 1) in gaps:
                chosen[gap] = True
    nothing = np.full(units - 1, np.nan)
    return Marks(chosen, nothing, nothing, names)
