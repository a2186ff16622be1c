"""A typed, checked wrapper over the llama.cpp calls that this room uses.

llama.cpp aborts the process on some wrong arguments, so everything is checked here first. Nothing
in this module but `Context.interrupt` is safe to call from two threads at once; the lock is in
`ops.inference.owner`. What belongs to sequences is in `Context.memory`, tensors of the graph come
by `Tap`, choosing tokens is in `ops.inference.sampling`.
"""

from __future__ import annotations

__all__ = [
    "BATCH_SEQUENCES",
    "Cache",
    "Context",
    "Memory",
    "Model",
    "NoRoom",
    "Pooling",
    "Tap",
    "last_words",
    "library",
]

import ctypes
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from ops.errors import Cancelled, ModelError
from ops.inference.cores import physical_cores
from ops.inference.library import last_words, library, listen
from ops.inference.loaded import Model
from ops.inference.memory import Memory
from ops.inference.tap import Tap

BATCH_SEQUENCES = 256
"""Most sequences in one batch (LLAMA_MAX_SEQ of llama.cpp)."""

Cache = Literal["f16", "q8_0", "f32"]
"""What keys or values are kept as."""

Pooling = Literal["none", "mean", "cls", "last", "rank"]
POOLINGS: Final[tuple[Pooling, ...]] = ("none", "mean", "cls", "last", "rank")

NO_ROOM: Final = 1
ABORTED: Final = 2
"""What llama_decode gives."""


class NoRoom(ModelError):
    """The memory of a context is full."""


class Context:
    """Memory and buffers to run batches of a model in.

    Args:
        embeddings: vectors (pooled, or of tokens where nothing is pooled), else logits of tokens.
        batch: most tokens in one call.
        length: tokens that its memory holds (decoders only).
        sequences: most sequences; their numbers are below it.
        micro_batch: tokens that pass through the model at once; the batch, unless said otherwise.
        keys, values: what the memory keeps them as; values other than "f16" and "f32" want flash
            attention.
        unified: one memory for all sequences, so that they can share entries.
        pooling: instead of the model's own way.
        tap: is handed tensors of the graph.
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
        keys: Cache = "f16",
        values: Cache = "f16",
        unified: bool = True,
        pooling: Pooling | None = None,
        tap: Tap | None = None,
    ) -> None:
        api = library()
        if not 0 < sequences <= BATCH_SEQUENCES:
            raise ModelError(f"a context has 1 to {BATCH_SEQUENCES} sequences, not {sequences}")
        if values == "q8_0" and not flash_attention:
            raise ModelError("values in Q8_0 want flash attention")
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
        params.type_k = getattr(api, f"GGML_TYPE_{keys.upper()}")
        params.type_v = getattr(api, f"GGML_TYPE_{values.upper()}")
        params.kv_unified = unified
        params.no_perf = True
        if pooling is not None:
            params.pooling_type = POOLINGS.index(pooling)
        # Polled by llama.cpp before each node. As a C function it costs nothing there: the length
        # of a text is 0, false, until `interrupt` writes a letter into it.
        self._flag = ctypes.create_string_buffer(2)
        params.abort_callback = ctypes.cast(ctypes.CDLL(None).strlen, api.ggml_abort_callback)
        params.abort_callback_data = ctypes.cast(self._flag, ctypes.c_void_p)
        self._tap = tap
        if tap is not None:
            self._callback = api.llama_cpp.ggml_backend_sched_eval_callback(tap.callback)
            params.cb_eval = self._callback
        listen()
        self._pointer = api.llama_init_from_model(model.pointer, params)
        if not self._pointer:
            raise ModelError(f"llama.cpp cannot run {model.path}: {last_words()}")
        self._api = api
        self.model = model
        self.batch = batch
        self.sequences = sequences
        self.unified = unified
        self.threads = threads
        self.memory = Memory(self)
        self._ids = np.arange(sequences, dtype=np.int32)

    @property
    def pointer(self) -> Any:
        """For the calls of llama.cpp.

        Raises:
            ModelError: the context is closed.
        """
        if not self._pointer:
            raise ModelError(f"the context of {self.model.path} is closed")
        return self._pointer

    @property
    def length(self) -> int:
        """Tokens that its memory holds, all sequences together."""
        return int(self._api.llama_n_ctx(self.pointer))

    @property
    def pooling(self) -> Pooling:
        """How the vectors of a sequence's tokens become one."""
        return POOLINGS[int(self._api.llama_pooling_type(self.pointer))]

    def set_threads(self, threads: int) -> None:
        """Take so many threads from now on."""
        self._api.llama_set_n_threads(self.pointer, threads, threads)
        self.threads = threads

    def interrupt(self) -> None:
        """Stop the batch that runs, or the next one; any thread may call it."""
        self._flag[0] = b"!"

    def go_on(self) -> None:
        """Take back an interrupt that came when nothing ran any more."""
        self._flag[0] = b"\0"

    def run(
        self,
        tokens: NDArray[np.int32],
        positions: NDArray[np.int32],
        owners: NDArray[np.int32] | Sequence[Sequence[int]],
        outputs: NDArray[np.int8] | None = None,
    ) -> None:
        """Pass one batch through the model.

        Args:
            tokens: ids, all sequences one after another.
            positions: of each token in its sequence; a sequence goes on at its last position + 1.
            owners: the sequence of each token, or the sequences that share it.
            outputs: 1 where logits or vectors are wanted; None for all tokens.

        Raises:
            NoRoom: the memory has no room for the batch; nothing has changed.
            Cancelled: interrupted; its sequences should be forgotten.
            ModelError: llama.cpp refuses the batch.
        """
        count = len(tokens)
        # llama.cpp answers these with an abort of the process.
        if not 0 < count <= self.batch or len(positions) != count or len(owners) != count:
            raise ModelError(f"a batch of {count} tokens does not fit a context of {self.batch}")
        if outputs is None:
            outputs = np.ones(count, dtype=np.int8)
        sizes, pointers = self._owners(owners)
        tokens = np.ascontiguousarray(tokens, dtype=np.int32)
        positions = np.ascontiguousarray(positions, dtype=np.int32)
        outputs = np.ascontiguousarray(outputs, dtype=np.int8)
        if len(outputs) != count:
            raise ModelError(f"a batch of {count} tokens has {len(outputs)} marks of outputs")
        api = self._api
        batch = api.llama_batch(
            n_tokens=count,
            token=_as(tokens, ctypes.c_int32),
            pos=_as(positions, ctypes.c_int32),
            n_seq_id=_as(sizes, ctypes.c_int32),
            seq_id=_as(pointers, ctypes.POINTER(ctypes.c_int32)),
            logits=_as(outputs, ctypes.c_int8),
        )
        listen()
        code = api.llama_decode(self.pointer, batch)
        if self._tap is not None and self._tap.error is not None:
            raise ModelError(f"a tensor could not be read: {self._tap.error}")
        if code == ABORTED:
            self._flag[0] = b"\0"
            raise Cancelled("the model was interrupted")
        if code == NO_ROOM:
            raise NoRoom(f"the memory of {self.length:,} tokens has no room for {count} more")
        if code != 0:
            raise ModelError(
                f"{self.model.path} failed on a batch of {count} tokens "
                f"(llama_decode gave {code}): {last_words()}"
            )

    def pooled(self, sequence: int) -> NDArray[np.float32]:
        """The vector of a sequence of the last batch, as the model gives it."""
        found = self._api.llama_get_embeddings_seq(self.pointer, sequence)
        if not found:
            raise ModelError(f"{self.model.path} gave no vector for a text")
        return np.ctypeslib.as_array(found, shape=(self.model.dimensions,)).copy()

    def vector(self, token: int) -> NDArray[np.float32]:
        """The vector of a token of the last batch, where nothing is pooled."""
        found = self._api.llama_get_embeddings_ith(self.pointer, token)
        if not found:
            raise ModelError(f"{self.model.path} gave no vector for token {token}")
        return np.ctypeslib.as_array(found, shape=(self.model.dimensions,)).copy()

    def vectors(self, count: int) -> NDArray[np.float32]:
        """The vectors (count, dimensions) of the last batch's `count` outputs, in their order.

        llama.cpp's own memory: copy what is to outlive the next batch.
        """
        found = self._api.llama_get_embeddings(self.pointer)
        if not found:
            raise ModelError(f"{self.model.path} gave no vectors of tokens")
        return np.ctypeslib.as_array(found, shape=(count, self.model.dimensions))

    def logits(self, token: int) -> NDArray[np.float32]:
        """Scores over the vocabulary after a token of the last batch that had an output."""
        found = self._api.llama_get_logits_ith(self.pointer, token)
        if not found:
            raise ModelError(f"{self.model.path} gave no logits for token {token}")
        return np.ctypeslib.as_array(found, shape=(self.model.vocabulary_size,)).copy()

    def all_logits(self, count: int) -> NDArray[np.float32]:
        """Scores (count, vocabulary) of the last batch's `count` outputs, in their order.

        llama.cpp's own memory: copy what is to outlive the next batch.
        """
        found = self._api.llama_get_logits(self.pointer)
        if not found:
            raise ModelError(f"{self.model.path} gave no logits")
        return np.ctypeslib.as_array(found, shape=(count, self.model.vocabulary_size))

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

    def _owners(
        self, owners: NDArray[np.int32] | Sequence[Sequence[int]]
    ) -> tuple[NDArray[np.int32], NDArray[np.uint64]]:
        """How many sequences each token has, and where their numbers lie."""
        if isinstance(owners, np.ndarray):
            flat = np.asarray(owners, dtype=np.int64)
            self._check(flat)
            # `_ids` outlives the call; each token points to its sequence's number in there.
            pointers = (self._ids.ctypes.data + 4 * flat.astype(np.uint64)).astype(np.uint64)
            return np.ones(len(flat), dtype=np.int32), pointers
        sizes = np.array([len(shared) for shared in owners], dtype=np.int32)
        flat = np.array([one for shared in owners for one in shared], dtype=np.int64)
        if not sizes.all():
            raise ModelError("a token of a batch has no sequence")
        self._check(flat)
        self._shared = flat.astype(np.int32)
        starts = (np.cumsum(sizes) - sizes).astype(np.uint64)
        return sizes, (self._shared.ctypes.data + 4 * starts).astype(np.uint64)

    def _check(self, owners: NDArray[np.int64]) -> None:
        if int(owners.max()) >= self.sequences or int(owners.min()) < 0:
            raise ModelError(f"a batch has more than {self.sequences} sequences")


def _as(array: NDArray[Any], kind: Any) -> Any:
    return array.ctypes.data_as(ctypes.POINTER(kind))
