"""What an op is handed besides its frames: resources, progress, cancel, limits.

The protocols here are all that an op knows of the rooms above it and of the models.
"""

from __future__ import annotations

__all__ = [
    "Collection",
    "CollectionSpec",
    "Context",
    "Cutter",
    "Embedder",
    "Resources",
    "TokenEmbedder",
    "Tokenizer",
    "VectorCache",
]

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from ops.errors import Cancelled

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from ops.choosing import Chooser
    from ops.following import Follower
    from ops.generation import AnswerCache, Generator
    from ops.situating import Situator


class Tokenizer(Protocol):
    """Counts tokens and says where each lies in its text."""

    @property
    def hash(self) -> str:
        """Names the vocabulary and its rules."""

    def offsets(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """For each text the half-open character spans (tokens, 2), ascending, no special tokens."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """For each text its number of tokens, special tokens not counted."""


class Embedder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def hash(self) -> str:
        """Names the model file."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    @property
    def window(self) -> int:
        """Most tokens of one text, special tokens not counted."""

    def embed(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Unit vectors (texts, dimensions), in the order of the texts.

        A text longer than the window raises DocumentError; nothing is cut off silently.
        `progress` is told, as texts are done, how many more are; it may raise to stop.
        """


TokenVectors: TypeAlias = "tuple[NDArray[np.float32], NDArray[np.int64]]"
"""Vectors (tokens, dimensions), not normalised, and half-open character spans (tokens, 2)."""


class TokenEmbedder(Embedder, Protocol):
    """An embedder that also tells the vectors of texts' tokens."""

    def embed_tokens(
        self, texts: Sequence[str], *, too_long: Literal["error", "window"] = "error"
    ) -> list[TokenVectors]:
        """The vectors of each text's tokens, in the order of the texts.

        A text longer than the window raises DocumentError, or is read in windows that overlap.
        """


class VectorCache(Protocol):
    """Vectors by the hash of the text that was embedded and of the model."""

    def get(self, model: str, hashes: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors that are known."""

    def put(self, model: str, vectors: dict[str, NDArray[np.float32]]) -> None:
        """Keep these for the next time."""


@dataclass(frozen=True, slots=True)
class CollectionSpec:
    """The indexes that a published collection wants."""

    vector: str | None
    """The column of vectors; passed over where the collection has none of that name."""
    metric: str
    text: tuple[str, ...]
    """Columns that words are searched in; those that the collection lacks are passed over."""
    scalar: tuple[str, ...]
    language: str


class Collection(Protocol):
    """The searchable table of the index cell that is running."""

    def build(self, spec: CollectionSpec) -> None:
        """Make or refresh its indexes, after its rows have been written."""


class Cutter(Protocol):
    """Cuts documents as the cell does that made the chunks of an op's input."""

    @property
    def size(self) -> int | None:
        """Tokens that a chunk may have at most; None where nothing limits it."""

    def cut(self, documents: pl.DataFrame, ctx: Context) -> pl.DataFrame:
        """The chunks of these documents; one that cannot be cut has none. Nothing is stored."""


class Resources(Protocol):
    """Makes and keeps what ops need; each is made once a process, when first asked for."""

    def tokenizer(self, name: str) -> Tokenizer:
        """By name ("minilm", "characters", "words") or by the path of a GGUF file."""

    def embedder(self, name: str) -> Embedder:
        """By name ("minilm") or by the path of a GGUF file."""

    def token_embedder(self, name: str) -> TokenEmbedder:
        """By name ("minilm") or by the path of a GGUF file."""

    def chooser(self, name: str) -> Chooser:
        """By name ("smollm2") or by the path of a GGUF file."""

    def follower(self, name: str) -> Follower:
        """By name ("smollm2") or by the path of a GGUF file."""

    def situator(self, name: str) -> Situator:
        """By name ("smollm2") or by the path of a GGUF file."""

    def generator(self, name: str) -> Generator:
        """By name ("smollm2") or by the path of a GGUF file."""

    def nlp(self, language: str) -> Any:
        """The spaCy pipeline for a language."""

    def vectors(self) -> VectorCache:
        """Vectors known from before."""

    def answers(self) -> AnswerCache:
        """What language models answered before."""

    def collection(self) -> Collection:
        """The table that the running index cell publishes."""

    def model_hash(self, kind: str, name: str) -> str:
        """Hash of the file behind a model's name."""


@dataclass(frozen=True)
class Context:
    """Handed to every call of an op."""

    resources: Resources
    base: Path = field(default_factory=Path)
    """The folder that relative paths in parameters start from: the notebook's."""
    advance: Callable[[int], None] = lambda done: None
    """Tells how many more documents (or texts, within one) are done."""
    cancelled: Callable[[], bool] = lambda: False
    state: bytes = b""
    """What an op that sees all documents fitted on them."""
    cutter: Cutter | None = None
    """Cuts other texts as the chunks here were cut; for ops that need "cutter"."""
    failures: dict[str, str] = field(default_factory=dict)
    """doc_id → reason, filled by `fail`."""

    def check(self) -> None:
        """Stop here if the run was asked to; call it often.

        Raises:
            Cancelled: it was.
        """
        if self.cancelled():
            raise Cancelled("cancelled", hint="run again to go on where it stopped")

    def fail(self, doc_id: str, reason: str) -> None:
        """Put one document aside with a reason; the others go on."""
        self.failures[doc_id] = reason
