"""Cuts where a small network, trained on the user's own breaks, says that two sentences part."""

from __future__ import annotations

__all__ = ["Learned", "Network", "pairs"]

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import numpy as np

from ops.errors import ModelError
from ops.op import parameter
from ops.segment.embedded import Cuts, Embedded, Floats, Sentences

HINT = "`chunkbook train segment NOTEBOOK` makes one and prints its path"


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Two layers: probability that two neighbouring sentences belong together."""

    hidden: Floats
    """(4 x dimensions, units)"""
    hidden_bias: Floats
    out: Floats
    out_bias: float
    embedder: str
    """Hash of the model whose vectors it was trained on."""

    def together(self, vectors: Floats) -> Floats:
        """For each gap the probability that it is none."""
        layer = np.maximum(pairs(vectors[:-1], vectors[1:]) @ self.hidden + self.hidden_bias, 0)
        found: Floats = 1 / (1 + np.exp(-(layer @ self.out + self.out_bias)))
        return found

    def save(self, path: Path) -> None:
        """Write the weights as 16-bit floats."""
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                hidden=self.hidden.astype(np.float16),
                hidden_bias=self.hidden_bias.astype(np.float16),
                out=self.out.astype(np.float16),
                out_bias=np.float16(self.out_bias),
                embedder=np.array(self.embedder),
            )


def pairs(left: Floats, right: Floats) -> Floats:
    """SAGE's features of two vectors: both, their difference and their product."""
    return np.concatenate([left, right, left - right, left * right], axis=1)


class Learned(Embedded):
    """Cut where a small network trained on your own paragraph breaks says that sentences part.

    `chunkbook train segment` learns from the documents of a notebook: neighbours inside one
    paragraph belong together, those across a break do not. The file's name holds a hash of its
    weights, so training anew makes another file, and cells that name it are stale.

    Source: the segmentation model of SAGE (2025, arXiv:2503.01713), features and labels; the
    embedding model stays as it is.
    """

    name: ClassVar[str] = "segment.learned"

    weights: str = parameter("", "file that `chunkbook train segment` wrote")
    threshold: float = parameter(
        0.5, "cut where the probability of belonging together is less", ge=0, le=1
    )

    def cuts(self, sentences: Sentences) -> Cuts:
        if not self.weights:
            raise ModelError("segment.learned has no weights", hint=HINT)
        network = _network(self.weights)
        if 4 * sentences.vectors.shape[1] != len(network.hidden):
            raise ModelError(
                f"{self.weights} was trained on vectors of another length",
                hint="set `model` to its",
            )
        scores = 1 - network.together(sentences.vectors)
        limit = 1 - self.threshold
        return Cuts(scores, np.flatnonzero(scores > limit), limit)


@lru_cache(maxsize=4)
def _network(path: str) -> Network:
    try:
        with np.load(Path(path).expanduser(), allow_pickle=False) as stored:
            hidden, hidden_bias, out = (
                stored[name].astype(np.float64) for name in ("hidden", "hidden_bias", "out")
            )
            return Network(
                hidden, hidden_bias, out, float(stored["out_bias"]), str(stored["embedder"])
            )
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"the weights {path} cannot be read: {error}", hint=HINT) from None
