"""A model in memory: its weights, its vocabulary and what its header says."""

from __future__ import annotations

__all__ = ["Model"]

import ctypes
import os
from functools import cache, cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ops.errors import ModelError
from ops.inference.library import last_words, library, listen


@cache
def _unsound_amx() -> bool:
    """Whether llama.cpp was built with AMX kernels that may end the process.

    GCC before 14 miscompiles them. Our own build is told how to do better, and says so by a symbol
    (scripts/amx_tiles.h); this is for one that came from elsewhere.
    """
    if b"AMX_INT8 = 1" not in library().llama_print_system_info():
        return False
    folder = Path(library().__file__).parent / "lib"
    names = [path for path in sorted(folder.iterdir()) if "ggml-cpu" in path.name]
    return not any(hasattr(ctypes.CDLL(str(name)), "chunkbook_amx_tiles") for name in names[:1])


class Model:
    """A loaded GGUF file. Close it, or use it as a context manager."""

    def __init__(self, path: Path, *, vocabulary_only: bool = False) -> None:
        api = library()
        params = api.llama_model_default_params()
        params.n_gpu_layers = 0
        params.vocab_only = vocabulary_only
        params.use_extra_bufts = not _unsound_amx()
        listen()
        self._pointer = api.llama_model_load_from_file(os.fsencode(path), params)
        if not self._pointer:
            raise ModelError(f"llama.cpp cannot load {path}: {last_words()}")
        self._vocabulary = api.llama_model_get_vocab(self._pointer)
        self.path = path

    @property
    def pointer(self) -> Any:
        """For the calls of llama.cpp.

        Raises:
            ModelError: the model is closed.
        """
        if not self._pointer:
            raise ModelError(f"{self.path} is closed")
        return self._pointer

    @property
    def dimensions(self) -> int:
        """Length of an embedding."""
        return int(library().llama_model_n_embd_out(self.pointer))

    @property
    def vocabulary_size(self) -> int:
        """Number of tokens."""
        return int(library().llama_vocab_n_tokens(self._vocabulary))

    @property
    def layers(self) -> int:
        """Number of blocks."""
        return int(library().llama_model_n_layer(self.pointer))

    @property
    def heads(self) -> int:
        """Query heads of a block."""
        return int(library().llama_model_n_head(self.pointer))

    @property
    def kv_heads(self) -> int:
        """Key and value heads of a block."""
        return int(library().llama_model_n_head_kv(self.pointer))

    @property
    def trained_length(self) -> int:
        """Tokens of context that it was trained on."""
        return int(library().llama_model_n_ctx_train(self.pointer))

    @property
    def build(self) -> str:
        """The version of llama-cpp-python, which pins that of llama.cpp."""
        return str(library().__version__)

    def metadata(self, key: str) -> str | None:
        """A value of the file's header as text, e.g. `llama.rope.freq_base`."""
        room = 256
        while True:
            buffer = ctypes.create_string_buffer(room)
            count = library().llama_model_meta_val_str(self.pointer, key.encode(), buffer, room)
            if count < 0:
                return None
            if count < room:
                return buffer.value.decode("utf-8", "replace")
            room = count + 1

    @property
    def chat_template(self) -> str | None:
        """The template of the file's chats (Jinja), if it has one."""
        found = library().llama_model_chat_template(self.pointer, None)
        return found.decode("utf-8", "replace") if found else None

    @property
    def adds_start(self) -> bool:
        """Whether it wants a token before a text."""
        self.pointer  # noqa: B018 - raises when closed
        return bool(library().llama_vocab_get_add_bos(self._vocabulary))

    @cached_property
    def start(self) -> NDArray[np.int32]:
        """The token that a text begins after: the model's own where it wants one, else what most
        models without one were shown between documents, else a line feed."""
        if self.adds_start:
            return self.tokenise("", special=True)[:1]
        mark = self.tokenise("<|endoftext|>", special=False, control=True)
        return mark if len(mark) == 1 else self.tokenise("\n", special=False)[-1:]

    def is_end(self, token: int) -> bool:
        """Whether a token ends what the model says."""
        self.pointer  # noqa: B018 - raises when closed
        return bool(library().llama_vocab_is_eog(self._vocabulary, token))

    @property
    def vocabulary(self) -> Any:
        """For the calls of llama.cpp that take a vocabulary."""
        self.pointer  # noqa: B018 - raises when closed
        return self._vocabulary

    def tokenise(self, text: str, *, special: bool, control: bool = False) -> NDArray[np.int32]:
        """Token ids of a text; with `special`, framed by the tokens that the model wants.

        Text never becomes a control token, whatever it looks like, unless `control` says that the
        text is our own (a chat template's marks).
        """
        self.pointer  # noqa: B018 - raises when closed
        raw = text.encode("utf-8", "replace")
        room = len(raw) + 8
        while True:
            tokens = np.empty(room, dtype=np.int32)
            count = library().llama_tokenize(
                self._vocabulary,
                raw,
                len(raw),
                tokens.ctypes.data_as(ctypes.POINTER(ctypes.c_int32)),
                room,
                special,
                control,
            )
            if count >= 0:
                return tokens[:count]
            if -count <= room:
                raise ModelError(f"{self.path} cannot tokenise a text of {len(raw)} bytes")
            room = -count

    def piece(self, token: int) -> bytes:
        """The bytes that a token stands for; empty for control tokens."""
        self.pointer  # noqa: B018 - raises when closed
        buffer = ctypes.create_string_buffer(512)
        count = library().llama_token_to_piece(self._vocabulary, token, buffer, 512, 0, False)
        if count < 0:
            raise ModelError(f"{self.path} has a token {token} of {-count} bytes")
        return buffer.raw[:count]

    def close(self) -> None:
        """Give the memory back; contexts of the model must be closed before."""
        if self._pointer:
            library().llama_model_free(self._pointer)
            self._pointer = None

    def __enter__(self) -> Model:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
