"""How the memory of an engine is laid out: what is fastest depends on the prompts."""

from __future__ import annotations

__all__ = ["PADDED", "Shape", "pays_flash_attention", "shape_for"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ops.inference.jobs import Request
from ops.inference.prefixes import distinct

PADDED: Final = 256
"""llama.cpp gives a sequence a multiple of so many entries. It reads so many more at a time, too,
unless our build of it reads 32 more (scripts/llama_lean.cmake)."""

LEAST: Final = 4
"""Sequences from which on a memory is worth dividing."""


def pays_flash_attention(requests: Sequence[Request]) -> bool:
    """Whether llama.cpp's flash attention is the faster for these on a processor.

    For a token that is written it visits the entries of its own sequence one by one; without it,
    all tokens of a batch meet all entries of the memory in one matrix product, at about a tenth of
    the time for each pair (measured: docs/inference.md). So it loses where sequences share most of
    their entries, and wins where there are many that share few.
    """
    if not requests:
        return True
    written = sum(request.max_tokens for request in requests)
    read = distinct([request.tokens for request in requests])
    every = read + written
    own = sum(len(one.tokens) + one.max_tokens / 2 for one in requests) / len(requests)
    return 10 * written * own < every * (written + 0.3 * read)


@dataclass(frozen=True, slots=True)
class Shape:
    """How the memory of an engine is laid out."""

    length: int
    sequences: int
    flash_attention: bool
    shared: bool


def shape_for(requests: Sequence[Request], length: int, sequences: int) -> Shape:
    """The fastest layout for these within so many entries and sequences.

    Prompts that share most of what they read have one memory and one matrix product for all; short
    ones that share little have a part of the memory each; long ones have flash attention.
    """
    # What is too long is refused, and decides nothing.
    requests = [one for one in requests if len(one.tokens) + one.max_tokens <= length]
    if not pays_flash_attention(requests):
        return Shape(length, sequences, flash_attention=False, shared=True)
    longest = max((len(one.tokens) + one.max_tokens for one in requests), default=length)
    each = -(-longest // PADDED) * PADDED
    together = min(sequences, length // each)
    if together < LEAST:
        return Shape(length, sequences, flash_attention=True, shared=True)
    return Shape(each * together, together, flash_attention=False, shared=False)
