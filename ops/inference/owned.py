"""Models that live in processes of their own."""

from __future__ import annotations

__all__ = [
    "OwnedEmbedder",
    "OwnedGenerator",
    "OwnedSituator",
    "owned_embedder",
    "owned_generator",
    "owned_situator",
]

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ops.context import TokenVectors
from ops.generation import Answer, Prompt, Surprisal
from ops.inference.checked import Asked, Checked
from ops.inference.generator import LENGTH
from ops.inference.models import ModelFile, demand, header_of
from ops.inference.process import ModelProcess
from ops.inference.tokenizer import tokenizer_of


class OwnedGenerator(Checked):
    """`ops.generation.Generator` in a worker; see `ModelProcess`."""

    def __init__(self, file: ModelFile) -> None:
        demand(file, "text")
        self._file = file
        self.process = ModelProcess("generator", file)

    @property
    def hash(self) -> str:
        """Names the model file."""
        return self._file.sha256

    @property
    def window(self) -> int:
        """Most tokens of a prompt and its answer together."""
        return min(LENGTH, self._file.context)

    def count(self, prompts: Sequence[Prompt]) -> list[int]:
        """For each prompt its tokens, marks of the chat included."""
        found: list[int] = self.process.call("count", list(prompts)) if prompts else []
        return found

    def answer(
        self,
        asked: Sequence[Asked],
        on_text: Callable[[int, str], None] | None,
        progress: Callable[[int], None] | None,
    ) -> list[Answer]:
        """An answer to each, unchecked, in their order; see `Checked.answer`."""
        hear: dict[str, Callable[..., None]]
        hear = {"text": on_text or _ignore, "done": progress or _ignore}
        found: list[Answer] = self.process.call("answer", list(asked), bool(on_text), hear=hear)
        return found

    def choose(
        self,
        prompts: Sequence[Prompt],
        options: Sequence[str],
        progress: Callable[[int], None] | None = None,
    ) -> NDArray[np.float64]:
        """ln p (prompts, options) that an answer begins so; see `ops.choosing.Chooser`."""
        hear = {"done": progress or _ignore}
        found: NDArray[np.float64]
        found = self.process.call("choose", list(prompts), tuple(options), hear=hear)
        return found

    def follow(
        self,
        pairs: Sequence[tuple[str, str]],
        progress: Callable[[int], None] | None = None,
    ) -> NDArray[np.float64]:
        """-ln p (pairs) of each second text after the first; see `ops.following.Follower`."""
        hear = {"done": progress or _ignore}
        found: NDArray[np.float64] = self.process.call("follow", list(pairs), hear=hear)
        return found

    def logprobs(self, text: str, progress: Callable[[int], None] | None = None) -> Surprisal:
        """The surprisal of each token of a text."""
        hear = {"done": progress or _ignore}
        found: Surprisal = self.process.call("logprobs", text, hear=hear)
        return found

    def close(self) -> None:
        """End the process."""
        self.process.close()


class OwnedEmbedder:
    """`ops.context.Embedder` in a worker; see `ModelProcess`."""

    def __init__(self, file: ModelFile) -> None:
        demand(file, "embedder")
        self._file = file
        self.process = ModelProcess("embedder", file)

    @property
    def hash(self) -> str:
        """Names the model file."""
        return self._file.sha256

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        header = header_of(self._file)
        return int(header.own("embedding_length_out") or header.own("embedding_length") or 0)

    @property
    def window(self) -> int:
        """Most tokens of one text, special tokens not counted."""
        return self._file.context - tokenizer_of(self._file).frame

    def embed(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Unit vectors (texts, dimensions), in the order of the texts.

        Raises:
            DocumentError: a text is longer than the window.
        """
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        hear = {"done": progress or _ignore}
        found: NDArray[np.float32] = self.process.call("embed", list(texts), hear=hear)
        return found

    def embed_tokens(
        self, texts: Sequence[str], *, too_long: Literal["error", "window"] = "error"
    ) -> list[TokenVectors]:
        """The vectors of each text's tokens and where they lie; see `LlamaEmbedder`."""
        found: list[TokenVectors] = self.process.call("embed_tokens", list(texts), too_long)
        return found

    def close(self) -> None:
        """End the process."""
        self.process.close()


class OwnedSituator:
    """`ops.situating.Situator` in a worker; see `ModelProcess`.

    Args:
        folder: where it keeps what it read, for the next time.
    """

    def __init__(self, file: ModelFile, folder: Path | None = None) -> None:
        demand(file, "text")
        self._file = file
        self._folder = folder
        self.process = ModelProcess("situator", file)

    @property
    def hash(self) -> str:
        """Names the model file."""
        return self._file.sha256

    @property
    def window(self) -> int:
        """Most tokens of text, question and answer together."""
        return int(self.process.fact("window"))

    def count(self, text: str) -> int:
        """Tokens of a text."""
        return int(self.process.call("count", text))

    def situate(
        self,
        text: str,
        chunks: Sequence[str],
        *,
        fewer: float,
        answer: int,
        progress: Callable[[int], None] = lambda done: None,
    ) -> list[str]:
        """What the model says of each chunk, in their order; see `LlamaSituator.situate`."""
        kept = {"folder": self._folder} if self._folder else {}
        given = (text, list(chunks), fewer, answer, kept)
        found: list[str] = self.process.call("situate", *given, hear={"done": progress})
        return found

    def close(self) -> None:
        """End the process."""
        self.process.close()


def _ignore(*values: object) -> None:
    return


@lru_cache(maxsize=2)
def owned_generator(file: ModelFile) -> OwnedGenerator:
    """The generator of a model in a process of its own, one for this process."""
    return OwnedGenerator(file)


@lru_cache(maxsize=4)
def owned_embedder(file: ModelFile) -> OwnedEmbedder:
    """The embedder of a model in a process of its own, one for this process."""
    return OwnedEmbedder(file)


@lru_cache(maxsize=1)
def owned_situator(file: ModelFile, folder: Path | None = None) -> OwnedSituator:
    """The situator of a model in a process of its own, one for this process."""
    return OwnedSituator(file, folder)
