"""Rotary position embedding of interleaved pairs (Su et al. 2021, arXiv:2104.09864).

A pair is a complex number, so turning it is one multiplication, and turns add up: a key made at
one place becomes the key of another by the difference of the two positions.
"""

from __future__ import annotations

__all__ = ["rotate", "turns"]

import numpy as np
from numpy.typing import NDArray

from ops.inference.kv.layout import Layout


def turns(positions: NDArray[np.int32], layout: Layout) -> NDArray[np.complex64]:
    """The factor (…, pairs) of each position (…) and pair; the angle is computed in doubles."""
    angles = positions[..., None] * layout.frequencies
    factors: NDArray[np.complex64] = np.exp(1j * angles).astype(np.complex64)
    return factors


def rotate(
    keys: NDArray[np.float32], factors: NDArray[np.complex64], layout: Layout
) -> NDArray[np.float32]:
    """Keys (…, width) turned by factors that broadcast to (…, pairs); conjugate ones turn back."""
    keys = np.ascontiguousarray(keys)
    if layout.rotated == layout.width:
        turned: NDArray[np.float32] = (keys.view(np.complex64) * factors).view(np.float32)
        return turned
    head = np.ascontiguousarray(keys[..., : layout.rotated]).view(np.complex64) * factors
    return np.concatenate([head.view(np.float32), keys[..., layout.rotated :]], axis=-1)
