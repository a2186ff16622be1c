"""The memory of a context: whose entries it holds, at which positions, and their bytes.

llama.cpp's asserts end the process on some wrong arguments; those are refused here first.
"""

from __future__ import annotations

__all__ = ["Memory"]

import ctypes
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ops.errors import ModelError

if TYPE_CHECKING:
    from ops.inference.llama import Context


class Memory:
    """Keys and values by sequence and position. Positions are half-open; None is no bound."""

    def __init__(self, context: Context) -> None:
        from ops.inference.library import library

        self._context = context
        self._api = library()

    def clear(self, *, data: bool = False) -> None:
        """Forget every sequence; with `data`, write zeros over the buffers as well."""
        self._api.llama_memory_clear(self._handle, data)

    def remove(self, sequence: int, start: int | None = None, end: int | None = None) -> None:
        """Forget a sequence, or its positions from `start` to `end`.

        Raises:
            ModelError: this memory cannot forget a part (recurrent models, sliding windows).
        """
        self._check(sequence)
        if not self._api.llama_memory_seq_rm(self._handle, sequence, _bound(start), _bound(end)):
            raise ModelError(f"{self._name} cannot forget a part of a sequence")

    def copy(
        self, source: int, target: int, start: int | None = None, end: int | None = None
    ) -> None:
        """Let a sequence own the entries of another too; a unified memory copies no bytes.

        Raises:
            ModelError: a part of a sequence is wanted, and the memory is not unified.
        """
        self._check(source)
        self._check(target)
        if not self._context.unified and (start, end) != (None, None):
            raise ModelError("a part of a sequence can be shared in a unified memory only")
        self._api.llama_memory_seq_cp(self._handle, source, target, _bound(start), _bound(end))

    def keep(self, sequence: int) -> None:
        """Forget every other sequence."""
        self._check(sequence)
        self._api.llama_memory_seq_keep(self._handle, sequence)

    def shift(
        self, sequence: int, by: int, start: int | None = None, end: int | None = None
    ) -> None:
        """Move entries to other positions; keys are rotated before the next batch.

        Raises:
            ModelError: this model's positions cannot be moved.
        """
        self._check(sequence)
        if not self.can_shift:
            raise ModelError(f"{self._name} cannot move entries to other positions")
        self._api.llama_memory_seq_add(self._handle, sequence, _bound(start), _bound(end), by)

    @property
    def can_shift(self) -> bool:
        """Whether entries can move to other positions."""
        return bool(self._api.llama_memory_can_shift(self._handle))

    def first(self, sequence: int) -> int:
        """The lowest position of a sequence; -1 if it has none."""
        self._check(sequence)
        return int(self._api.llama_memory_seq_pos_min(self._handle, sequence))

    def last(self, sequence: int) -> int:
        """The highest position of a sequence; -1 if it has none."""
        self._check(sequence)
        return int(self._api.llama_memory_seq_pos_max(self._handle, sequence))

    def state_size(self, sequence: int, flags: int = 0) -> int:
        """Bytes of a sequence's state."""
        self._check(sequence)
        return int(self._api.llama_state_seq_get_size_ext(self._context.pointer, sequence, flags))

    def read_state(self, sequence: int, flags: int = 0) -> NDArray[np.uint8]:
        """A sequence's entries as llama.cpp writes them, positions and all.

        Raises:
            ModelError: llama.cpp gives none.
        """
        size = self.state_size(sequence, flags)
        data = np.empty(max(1, size), dtype=np.uint8)
        used = self._api.llama_state_seq_get_data_ext(
            self._context.pointer, _bytes(data), size, sequence, flags
        )
        if not 0 < used <= size:
            raise ModelError(f"{self._name} gave no state of sequence {sequence}")
        return data[:used]

    def write_state(self, sequence: int, data: NDArray[np.uint8], flags: int = 0) -> None:
        """Put entries into a sequence, in place of what it had.

        Raises:
            ModelError: llama.cpp refuses them: another model or version, or no room.
        """
        self._check(sequence)
        flat = np.ascontiguousarray(data, dtype=np.uint8)
        from ops.inference.library import last_words, listen

        listen()
        used = self._api.llama_state_seq_set_data_ext(
            self._context.pointer, _bytes(flat), flat.nbytes, sequence, flags
        )
        if used == 0:
            raise ModelError(
                f"{self._name} refuses a state of {flat.nbytes:,} bytes: {last_words()}"
            )

    @property
    def _handle(self) -> object:
        found: object = self._api.llama_get_memory(self._context.pointer)
        if not found:
            raise ModelError(f"{self._name} keeps no entries: it is an encoder")
        return found

    @property
    def _name(self) -> str:
        return str(self._context.model.path)

    def _check(self, sequence: int) -> None:
        if not 0 <= sequence < self._context.sequences:
            raise ModelError(f"there is no sequence {sequence} among {self._context.sequences}")


def _bound(position: int | None) -> int:
    return -1 if position is None else position


def _bytes(data: NDArray[np.uint8]) -> object:
    return data.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
