"""What has to be known of a model to read its keys: their shape, and how positions turn them."""

from __future__ import annotations

__all__ = ["Layout", "layout_of"]

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.errors import ModelError
from ops.inference.gguf_header import Header

TESTED: Final = ("llama",)
"""Architectures whose caches were read, changed and measured."""

PLAIN: Final = ("", "none")
"""Ways of stretching RoPE that leave the frequencies as they are."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Shape of a model's keys and values, and its rotary embedding.

    `rotated` leading components of a key of `width` carry the position, in interleaved pairs.
    """

    layers: int
    heads: int
    """Heads of queries."""
    kv_heads: int
    width: int
    rotated: int
    base: float

    @property
    def group(self) -> int:
        """Heads of queries that share a head of keys."""
        return self.heads // self.kv_heads

    @property
    def frequencies(self) -> NDArray[np.float64]:
        """Radians a position, of each pair."""
        return self.base ** (-np.arange(0, self.rotated, 2, dtype=np.float64) / self.rotated)


def layout_of(header: Header, name: str) -> Layout:
    """Read it from a GGUF header.

    Args:
        name: of the model, for messages.

    Raises:
        ModelError: the architecture, its attention or its RoPE is of a kind that was not tested.
    """
    architecture = header.architecture
    if architecture not in TESTED:
        raise _refusal(name, f"its architecture is {architecture or 'unknown'}")
    if header.own("attention.sliding_window"):
        raise _refusal(name, "it attends within a sliding window")
    scaling = str(header.own("rope.scaling.type") or "")
    factor = header.own("rope.scaling.factor") or header.own("rope.scale_linear") or 1.0
    if scaling not in PLAIN or float(factor) != 1.0:
        raise _refusal(name, f"its RoPE is scaled ({scaling or 'linear'} by {factor})")
    if any(tensor.name.startswith("rope_") for tensor in header.tensors):
        raise _refusal(name, "its RoPE has frequency factors of its own")
    layers, heads = header.own("block_count"), header.own("attention.head_count")
    kv_heads = header.own("attention.head_count_kv") or heads
    whole = header.own("embedding_length")
    for count in (layers, heads, kv_heads, whole):
        if not isinstance(count, int) or count < 1:
            raise _refusal(name, "its header does not give one number of layers and of heads")
    width = int(header.own("attention.key_length") or whole // heads)
    if int(header.own("attention.value_length") or width) != width:
        raise _refusal(name, "its keys and values differ in width")
    rotated = int(header.own("rope.dimension_count") or width)
    if heads % kv_heads or rotated % 2 or not 0 < rotated <= width:
        raise _refusal(name, "its heads do not divide evenly")
    base = float(header.own("rope.freq_base") or 10_000.0)
    return Layout(layers, heads, kv_heads, width, rotated, base)


def _refusal(name: str, why: str) -> ModelError:
    return ModelError(
        f"the cache of {name} cannot be changed: {why}",
        hint="reduced caches work with models of the llama architecture with plain RoPE",
    )
