"""Q8_0, as ggml keeps it: blocks of 32 whole numbers of one byte with an F16 scale before them."""

from __future__ import annotations

__all__ = ["BLOCK", "BLOCK_BYTES", "decode", "encode"]

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ops.inference.kv.entries import Kind, Stored

BLOCK: Final = 32
BLOCK_BYTES: Final = 34
HALF: Final = np.int32(-(2**31) | 0x0FFFE000)
"""The bits of a float32 that a half can fill: its sign, and what lies above bit 12."""
REBIAS: Final = np.float32(2.0**112)
UNBIAS: Final = np.float32(2.0**-112)
LARGEST: Final = np.float32(65504)


def decode(stored: Stored, kind: Kind) -> NDArray[np.float32]:
    """Numbers (…, width) of what is kept; finite ones."""
    if kind == "f16":
        return _from_half(stored)
    blocks = np.ascontiguousarray(stored).reshape(*stored.shape[:-1], -1, BLOCK_BYTES)
    scales = np.ascontiguousarray(blocks[..., :2]).view("<f2").astype(np.float32)
    numbers = blocks[..., 2:].view(np.int8).astype(np.float32) * scales
    return numbers.reshape(*stored.shape[:-1], -1)


def encode(numbers: NDArray[np.float32], kind: Kind) -> NDArray[Any]:
    """What is kept of numbers (…, width); rounding as ggml's own, half away from zero."""
    if kind == "f16":
        return _to_half(numbers)
    blocks = numbers.reshape(*numbers.shape[:-1], -1, BLOCK)
    scales = np.abs(blocks).max(axis=-1, keepdims=True) / 127
    inverse = np.divide(1, scales, out=np.zeros_like(scales), where=scales > 0)
    scaled = blocks * inverse
    out = np.empty((*blocks.shape[:-1], BLOCK_BYTES), dtype=np.uint8)
    out[..., :2] = scales.astype("<f2").view(np.uint8)
    out[..., 2:] = np.trunc(scaled + np.copysign(0.5, scaled)).astype(np.int8).view(np.uint8)
    return out.reshape(*numbers.shape[:-1], -1)


def _from_half(stored: Stored) -> NDArray[np.float32]:
    """As `astype`, three times faster: sign, exponent and fraction move to their new places at
    once, and a product by a power of two mends the exponent."""
    bits = np.ascontiguousarray(stored, dtype=np.float16).view(np.int16).astype(np.int32)
    bits <<= 13
    bits &= HALF
    numbers = bits.view(np.float32)
    numbers *= REBIAS
    return numbers


def _to_half(numbers: NDArray[np.float32]) -> NDArray[np.float16]:
    """The same the other way, to the nearest, ties to even; larger ones than a half can be stay
    the largest."""
    bits = (np.clip(numbers, -LARGEST, LARGEST) * UNBIAS).view(np.int32)
    sign = (bits >> 16) & np.int32(0x8000)
    bits &= np.int32(0x7FFFFFFF)
    bits += ((bits >> 13) & 1) + np.int32(0xFFF)
    bits >>= 13
    bits |= sign
    return bits.astype(np.uint16).view(np.float16)
