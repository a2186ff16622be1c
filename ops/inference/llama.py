"""A typed, checked wrapper over the llama.cpp calls that this room uses.

llama.cpp aborts the process on some wrong arguments, so everything is checked here first. Nothing
in this module is safe to call from two threads at once; see `ops.inference.embedder`.
"""

from __future__ import annotations

__all__ = ["BATCH_SEQUENCES", "Context", "Model", "last_words", "library"]

import ctypes
import os
from collections import deque
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ops.errors import ModelError
from ops.inference.cores import physical_cores

BATCH_SEQUENCES = 256
"""Most sequences in one batch (LLAMA_MAX_SEQ of llama.cpp)."""

_messages: deque[str] = deque(maxlen=40)
"""What llama.cpp said last, for error messages."""


@cache
def library() -> Any:
    """llama_cpp, loaded once, with its log kept instead of printed."""
    # OpenMP reads these when it is loaded. Its threads spin between two parallel regions, which
    # starves whatever else runs on the cores, and then the model itself: see docs/models.md.
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    import llama_cpp

    llama_cpp.llama_log_set(_log_callback(llama_cpp), ctypes.c_void_p(0))
    llama_cpp.llama_backend_init()
    return llama_cpp


@cache
def _log_callback(llama_cpp: Any) -> Any:
    def keep(level: int, text: bytes, data: object) -> None:
        line = text.decode("utf-8", "replace").strip()
        if line:
            _messages.append(line)

    return llama_cpp.llama_log_callback(keep)


@cache
def _has_amx() -> bool:
    """Whether llama.cpp was built with AMX, whose kernels crash when GCC before 14 compiled them.

    Our own build leaves them out; this is for one that came from elsewhere.
    """
    return b"AMX_INT8 = 1" in library().llama_print_system_info()


def last_words() -> str:
    """What llama.cpp said last about an error, for a message."""
    wrong = [m for m in _messages if "error" in m.lower() or "fail" in m.lower()]
    return "; ".join(dict.fromkeys(wrong)) or "llama.cpp gave no reason"


class Model:
    """A loaded GGUF file. Close it, or use it as a context manager."""

    def __init__(self, path: Path, *, vocabulary_only: bool = False) -> None:
        api = library()
        params = api.llama_model_default_params()
        params.n_gpu_layers = 0
        params.vocab_only = vocabulary_only
        params.use_extra_bufts = not _has_amx()
        _messages.clear()
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

    def tokenise(self, text: str, *, special: bool) -> NDArray[np.int32]:
        """Token ids of a text; with `special`, framed by the tokens that the model wants.

        Text never becomes a control token, whatever it looks like.
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
                False,
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


class Context:
    """Memory and buffers to run batches of a model in.

    Args:
        embeddings: pooled vectors of sequences, else logits of tokens.
        batch: most tokens in one call, all of which pass through the model at once.
        length: tokens that its memory holds (decoders only).
    """

    def __init__(
        self,
        model: Model,
        *,
        embeddings: bool,
        batch: int,
        length: int | None = None,
        sequences: int = 1,
        threads: int | None = None,
        flash_attention: bool = True,
        micro_batch: int | None = None,
    ) -> None:
        api = library()
        threads = threads or physical_cores()
        params = api.llama_context_default_params()
        params.n_ctx = length or batch
        params.n_batch = batch
        params.n_ubatch = micro_batch or batch
        params.n_seq_max = sequences
        params.n_threads = params.n_threads_batch = threads
        params.embeddings = embeddings
        params.flash_attn_type = (
            api.LLAMA_FLASH_ATTN_TYPE_ENABLED
            if flash_attention
            else api.LLAMA_FLASH_ATTN_TYPE_DISABLED
        )
        params.kv_unified = True
        params.no_perf = True
        _messages.clear()
        self._pointer = api.llama_init_from_model(model.pointer, params)
        if not self._pointer:
            raise ModelError(f"llama.cpp cannot run {model.path}: {last_words()}")
        self._model = model
        self._api = api
        self.batch = batch
        self.sequences = sequences
        self._ids = np.arange(sequences, dtype=np.int32)

    @property
    def pointer(self) -> Any:
        """For the calls of llama.cpp.

        Raises:
            ModelError: the context is closed.
        """
        if not self._pointer:
            raise ModelError(f"the context of {self._model.path} is closed")
        return self._pointer

    @property
    def pooling(self) -> Literal["none", "mean", "cls", "last", "rank"]:
        """How the vectors of a sequence's tokens become one."""
        names: tuple[Literal["none", "mean", "cls", "last", "rank"], ...]
        names = ("none", "mean", "cls", "last", "rank")
        return names[self._api.llama_pooling_type(self.pointer)]

    def run(
        self,
        tokens: NDArray[np.int32],
        positions: NDArray[np.int32],
        owners: NDArray[np.int32],
        outputs: NDArray[np.int8] | None = None,
    ) -> None:
        """Pass one batch through the model.

        Args:
            tokens: ids, all sequences one after another.
            positions: of each token in its sequence.
            owners: the sequence of each token.
            outputs: 1 where logits are wanted; None for all tokens of an embedding context.
        """
        count = len(tokens)
        # llama.cpp answers these with an abort of the process.
        if not 0 < count <= self.batch or len(positions) != count or len(owners) != count:
            raise ModelError(f"a batch of {count} tokens does not fit a context of {self.batch}")
        if int(owners.max()) >= self.sequences or int(owners.min()) < 0:
            raise ModelError(f"a batch has more than {self.sequences} sequences")
        if outputs is None:
            outputs = np.ones(count, dtype=np.int8)
        ones = np.ones(count, dtype=np.int32)
        owners = np.ascontiguousarray(owners, dtype=np.int32)
        pointers = (self._ids.ctypes.data + 4 * owners.astype(np.uint64)).astype(np.uint64)
        api = self._api
        batch = api.llama_batch(
            n_tokens=count,
            token=_as(tokens, ctypes.c_int32),
            pos=_as(positions, ctypes.c_int32),
            n_seq_id=_as(ones, ctypes.c_int32),
            seq_id=_as(pointers, ctypes.POINTER(ctypes.c_int32)),
            logits=_as(outputs, ctypes.c_int8),
        )
        _messages.clear()
        code = api.llama_decode(self.pointer, batch)
        if code != 0:
            raise ModelError(
                f"{self._model.path} failed on a batch of {count} tokens "
                f"(llama_decode gave {code}): {last_words()}"
            )

    def pooled(self, sequence: int) -> NDArray[np.float32]:
        """The vector of a sequence of the last batch, as the model gives it."""
        found = self._api.llama_get_embeddings_seq(self.pointer, sequence)
        if not found:
            raise ModelError(f"{self._model.path} gave no vector for a text")
        return np.ctypeslib.as_array(found, shape=(self._model.dimensions,)).copy()

    def logits(self, token: int) -> NDArray[np.float32]:
        """Scores over the vocabulary after a token of the last batch that had an output."""
        found = self._api.llama_get_logits_ith(self.pointer, token)
        if not found:
            raise ModelError(f"{self._model.path} gave no logits for token {token}")
        return np.ctypeslib.as_array(found, shape=(self._model.vocabulary_size,)).copy()

    def clear(self) -> None:
        """Forget all sequences; encoders keep none."""
        memory = self._api.llama_get_memory(self.pointer)
        if memory:
            self._api.llama_memory_clear(memory, False)

    def close(self) -> None:
        """Give the memory back."""
        if self._pointer:
            self._api.llama_free(self._pointer)
            self._pointer = None

    def __enter__(self) -> Context:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _as(array: NDArray[Any], kind: Any) -> Any:
    return array.ctypes.data_as(ctypes.POINTER(kind))
