"""What segmenters share that go by how unexpected sentences are."""

from __future__ import annotations

__all__ = ["Surprised"]

from abc import abstractmethod
from collections.abc import Iterator, Sequence

import numpy as np

from ops.context import Context
from ops.segment.judged import Judged, Laid
from ops.segment.marks import Floats, Ints, Marks
from ops.segment.surprisals import surprisals
from ops.segment.surprise import of_sentences


class Surprised(Judged):
    """Cuts where the surprisal of whole sentences under a language model says so."""

    @abstractmethod
    def marks(self, one: Laid, sums: Floats, counts: Ints) -> Marks:
        """Where to cut.

        Args:
            sums: surprisal of each sentence, in nats.
            counts: tokens of each sentence.
        """

    def judged(self, laid: Sequence[Laid], ctx: Context) -> Iterator[Marks | str]:
        found = surprisals([one.document.text for one in laid], self.model, ctx)
        for one, known in zip(laid, found, strict=True):
            ctx.advance(1)
            if isinstance(known, str):
                yield known
            else:
                yield self.marks(
                    one, *of_sentences(np.asarray(one.starts), known.spans, known.nats)
                )
