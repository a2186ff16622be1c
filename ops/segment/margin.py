"""Cuts where a language model would rather split than keep."""

from __future__ import annotations

__all__ = ["Margin"]

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, Final, Literal

import numpy as np

from ops.context import Context
from ops.generation import Prompt
from ops.op import parameter
from ops.segment.asking import answers, died, key_of
from ops.segment.judged import Judged, Laid
from ops.segment.margins import OPTIONS, anchor, question, running_thresholds
from ops.segment.marks import Floats, Marks

KIND: Final = "margin:1"
TOO_LONG: Final = "two neighbouring sentences and the question are longer than the model takes"


class Margin(Judged):
    """Cut where a language model finds "split" likelier than "keep", sentence by sentence.

    The model is asked of each sentence whether it begins a new part, and only the scores of the two
    answers are read, none is written. `boundary_score` is the probability of "split" less that of
    "keep", out of both together, and `boundary_threshold` what it had to pass: the mean of the
    document's last decisions (`running`), which follows a model that leans to one answer, or a
    number (`fixed`). Questions share their beginnings and go through the model together; answers
    are kept.

    Source: margin sampling of Zhao et al., "Meta-Chunking" (2024, arXiv:2410.12788). They show the
    chunk so far, so that every question waits for the one before; here a gap is shown with so many
    sentences before it, whatever was decided there, and all are asked at once. Their margin is out
    of the whole vocabulary.
    """

    name: ClassVar[str] = "segment.margin"
    says: ClassVar[str] = "margin"
    needs: ClassVar[tuple[str, ...]] = ("tokenizer", "chooser", "answers")

    threshold: Literal["running", "fixed"] = parameter(
        "running", "what the margin is compared with"
    )
    margin: float = parameter(
        0.0, "for fixed: margin from which the text is split", unit="probability", ge=-1, le=1
    )
    decisions: int = parameter(
        5, "for running: the mean of so many; 0 counts before there are", unit="decisions", ge=1
    )
    context: int = parameter(
        2, "shown before a gap, at most twice as many", unit="sentences", ge=1, le=64
    )

    def judged(self, laid: Sequence[Laid], ctx: Context) -> Iterator[Marks | str]:
        chooser = ctx.resources.chooser(self.model)
        asked = [[self._question(one, gap) for gap in range(len(one.units) - 1)] for one in laid]
        keys = [[key_of(KIND, prompt) for prompt in own] for own in asked]
        wanted = {
            key: prompt
            for names, own in zip(keys, asked, strict=True)
            for key, prompt in zip(names, own, strict=True)
        }

        def ask(prompts: Sequence[Prompt], progress: Callable[[int], None] | None) -> list[str]:
            return _margins(chooser.choose(prompts, OPTIONS, progress))

        said = answers(wanted, ask, chooser.hash, len(laid), ctx)
        for names in keys:
            wrong = next(filter(None, (died(said[key]) for key in names)), None)
            if wrong is not None:
                yield wrong
            else:
                yield self._marks(np.array([float(said[key]) for key in names]))

    def _question(self, one: Laid, gap: int) -> Prompt:
        before = one.text(anchor(gap, self.context), gap)
        return question(before, one.text(gap + 1, gap + 1))

    def _marks(self, scores: Floats) -> Marks:
        if self.threshold == "running":
            thresholds = running_thresholds(scores, self.decisions)
        else:
            thresholds = np.full(len(scores), self.margin)
        return Marks(scores >= thresholds, scores, thresholds)


def _margins(logs: Floats) -> list[str]:
    """P(split) - P(keep), out of both, to six digits; or why there is none."""
    found = np.tanh((logs[:, 0] - logs[:, 1]) / 2)
    return [f"!!{TOO_LONG}" if np.isnan(one) else f"{one:.6f}" for one in found.tolist()]
