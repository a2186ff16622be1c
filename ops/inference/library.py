"""llama.cpp's shared library, loaded once, with its log kept instead of printed."""

from __future__ import annotations

__all__ = ["ggml", "last_words", "library", "listen"]

import ctypes
import os
from collections import deque
from functools import cache
from pathlib import Path
from typing import Any

_messages: deque[str] = deque(maxlen=40)
"""What llama.cpp said last, for error messages."""


@cache
def library() -> Any:
    """llama_cpp, ready for use."""
    # OpenMP reads these when it is loaded. Its threads spin between two parallel regions, which
    # starves whatever else runs on the cores, and then the model itself: see docs/models.md.
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    import llama_cpp

    llama_cpp.llama_log_set(_log_callback(llama_cpp), ctypes.c_void_p(0))
    llama_cpp.llama_backend_init()
    return llama_cpp


@cache
def ggml() -> Any:
    """The tensor library below llama.cpp, with the few calls that read a tensor typed."""
    folder = Path(library().__file__).parent / "lib"
    names = [path for path in sorted(folder.iterdir()) if "ggml-base" in path.name]
    found = ctypes.CDLL(str(names[0]))
    tensor = ctypes.c_void_p
    found.ggml_get_name.restype, found.ggml_get_name.argtypes = ctypes.c_char_p, [tensor]
    found.ggml_nelements.restype, found.ggml_nelements.argtypes = ctypes.c_int64, [tensor]
    found.ggml_nbytes.restype, found.ggml_nbytes.argtypes = ctypes.c_size_t, [tensor]
    found.ggml_backend_tensor_get.restype = None
    found.ggml_backend_tensor_get.argtypes = [
        tensor,
        ctypes.c_void_p,
        ctypes.c_size_t,
        ctypes.c_size_t,
    ]
    return found


@cache
def _log_callback(llama_cpp: Any) -> Any:
    def keep(level: int, text: bytes, data: object) -> None:
        line = text.decode("utf-8", "replace").strip()
        if line:
            _messages.append(line)

    return llama_cpp.llama_log_callback(keep)


def listen() -> None:
    """Forget what llama.cpp said until now."""
    _messages.clear()


def last_words() -> str:
    """What llama.cpp said last about an error, for a message."""
    wrong = [m for m in _messages if "error" in m.lower() or "fail" in m.lower()]
    return "; ".join(dict.fromkeys(wrong)) or "llama.cpp gave no reason"
