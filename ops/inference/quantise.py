"""Re-quantising of GGUF files by llama.cpp."""

from __future__ import annotations

__all__ = ["Quantisation", "quantise"]

import ctypes
import os
from pathlib import Path
from typing import Literal

from ops.errors import ModelError
from ops.inference.llama import last_words, library

Quantisation = Literal["Q4_0", "Q8_0", "F16"]


def quantise(source: Path, target: Path, kind: Quantisation) -> None:
    """Write a model anew with weights of another kind, from weights that may be quantised already.

    Raises:
        ModelError: llama.cpp refuses.
    """
    api = library()
    params = api.llama_model_quantize_default_params()
    params.ftype = getattr(api, f"LLAMA_FTYPE_MOSTLY_{kind}")
    params.allow_requantize = True
    code = api.llama_model_quantize(os.fsencode(source), os.fsencode(target), ctypes.byref(params))
    if code != 0:
        raise ModelError(f"llama.cpp cannot quantise {source} to {kind}: {last_words()}")
