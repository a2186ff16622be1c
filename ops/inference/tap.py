"""Reads tensors out of the graph while a batch is computed, e.g. queries after RoPE.

A tensor that is wanted makes llama.cpp stop after it, so ask for few.
"""

from __future__ import annotations

__all__ = ["Tap"]

import ctypes
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

F32: Final = 0
F16: Final = 1


class _Head(ctypes.Structure):
    """How a ggml tensor begins; its size is checked against ggml's own before it is used."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("buffer", ctypes.c_void_p),
        ("extents", ctypes.c_int64 * 4),
        ("strides", ctypes.c_size_t * 4),
    )


class Tap:
    """Hands tensors over as they are computed; give it to a `Context`.

    Args:
        wants: asked for each tensor's name (`Qcur-3`); a name may come more than once in a graph:
            for queries and keys the last one is after RoPE.
        take: given name and values, outermost axis first: (tokens, heads, width) for queries. A
            copy, F32.

    It is idle until `on` is set. An error in either is kept in `error` and closes the tap.
    """

    def __init__(
        self, wants: Callable[[str], bool], take: Callable[[str, NDArray[np.float32]], None]
    ) -> None:
        self._wants, self._take = wants, take
        self.on = False
        self.error: Exception | None = None

    def callback(self, tensor: int, asks: bool, data: object) -> bool:
        """llama.cpp calls it first to ask, then to hand over, when False would end the batch."""
        if not self.on:
            return not asks
        from ops.inference.library import ggml

        try:
            name = ggml().ggml_get_name(tensor).decode("utf-8", "replace")
            if asks:
                return self._wants(name)
            self._take(name, _values(ggml(), tensor))
        except Exception as error:
            self.on = False
            self.error = error
            return not asks
        return True


def _values(api: Any, tensor: int) -> NDArray[np.float32]:
    head = _Head.from_address(tensor)
    extents = tuple(head.extents)
    kind = {F32: np.float32, F16: np.float16}.get(head.type)
    count = api.ggml_nelements(tensor)
    if kind is None or int(np.prod(extents)) != count:
        raise ValueError(f"a tensor of type {head.type} and shape {extents} cannot be read")
    values = np.empty(count, dtype=kind)
    dense = [values.itemsize * int(np.prod(extents[:axis])) for axis in range(4)]
    if list(head.strides) != dense or api.ggml_nbytes(tensor) != values.nbytes:
        raise ValueError("a tensor whose values do not lie side by side cannot be read")
    api.ggml_backend_tensor_get(tensor, values.ctypes.data, 0, values.nbytes)
    shape = extents[::-1]
    return values.astype(np.float32, copy=False).reshape(shape[1:] if shape[0] == 1 else shape)
