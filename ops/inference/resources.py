"""Makes and keeps the models, tokenizers and pipelines that ops need.

Embedder, situator and generator have a process of their own each: a model that ends its process
takes nothing else with it.
"""

from __future__ import annotations

__all__ = ["LocalResources"]

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ops.errors import UsageError

if TYPE_CHECKING:
    from ops.choosing import Chooser
    from ops.context import Collection, Embedder, TokenEmbedder, Tokenizer, VectorCache
    from ops.following import Follower
    from ops.generation import AnswerCache, Generator
    from ops.situating import Situator

UNITS: Final = ("characters", "words")
"""Tokenizers without a model."""


class LocalResources:
    """What ops need, from this machine. Models are shared by all of a process.

    Args:
        base: folder that relative paths of models start from: the notebook's.
        vectors: vectors known from before.
        answers: answers known from before.
        collection: the table of the index cell that is running.
        kv: folder for what models read of texts (`.chunkbook/kv`); None to keep nothing.
    """

    def __init__(
        self,
        base: Path,
        *,
        vectors: VectorCache | None = None,
        answers: AnswerCache | None = None,
        collection: Collection | None = None,
        kv: Path | None = None,
    ) -> None:
        self._base = base
        self._vectors = vectors
        self._answers = answers
        self._collection = collection
        self._kv = kv

    def tokenizer(self, name: str) -> Tokenizer:
        """By name ("minilm", "characters", "words") or by the path of a GGUF file."""
        if name in UNITS:
            from ops.segment.units import Characters, Words

            return Characters() if name == "characters" else Words()
        from ops.inference.models import resolve
        from ops.inference.tokenizer import tokenizer_of

        return tokenizer_of(resolve(name, self._base))

    def embedder(self, name: str) -> Embedder:
        """By name ("minilm") or by the path of a GGUF file."""
        from ops.inference.models import resolve
        from ops.inference.owned import owned_embedder

        return owned_embedder(resolve(name, self._base))

    def token_embedder(self, name: str) -> TokenEmbedder:
        """By name ("minilm") or by the path of a GGUF file."""
        from ops.inference.models import resolve
        from ops.inference.owned import owned_embedder

        return owned_embedder(resolve(name, self._base))

    def chooser(self, name: str) -> Chooser:
        """By name ("smollm2") or by the path of a GGUF file."""
        from ops.inference.models import resolve
        from ops.inference.owned import owned_generator

        return owned_generator(resolve(name, self._base))

    def follower(self, name: str) -> Follower:
        """By name ("smollm2") or by the path of a GGUF file."""
        from ops.inference.models import resolve
        from ops.inference.owned import owned_generator

        return owned_generator(resolve(name, self._base))

    def situator(self, name: str) -> Situator:
        """By name ("smollm2") or by the path of a GGUF file."""
        from ops.inference.models import resolve
        from ops.inference.owned import owned_situator

        return owned_situator(resolve(name, self._base), self._kv)

    def generator(self, name: str) -> Generator:
        """By name ("smollm2") or by the path of a GGUF file."""
        from ops.inference.models import resolve
        from ops.inference.owned import owned_generator

        return owned_generator(resolve(name, self._base))

    def nlp(self, language: str) -> Any:
        """The spaCy pipeline for a language."""
        from ops.language import load_pipeline

        return load_pipeline(language)

    def vectors(self) -> VectorCache:
        """Vectors known from before."""
        if self._vectors is None:
            raise UsageError("no cache of vectors is at hand here")
        return self._vectors

    def answers(self) -> AnswerCache:
        """Answers known from before."""
        if self._answers is None:
            raise UsageError("no cache of answers is at hand here")
        return self._answers

    def collection(self) -> Collection:
        """The table that the running index cell publishes."""
        if self._collection is None:
            raise UsageError(
                "no collection is at hand here", hint="an index cell runs over the store only"
            )
        return self._collection

    def model_hash(self, kind: str, name: str) -> str:
        """Hash of the file behind a model's name, or of another file.

        Raises:
            ModelError: the model is missing, damaged or not made for that use.
            UsageError: another file cannot be read.
        """
        if kind == "tokenizer" and name in UNITS:
            return self.tokenizer(name).hash
        if kind == "file":
            from ops.file_hash import file_hash

            return file_hash(self._base / name)
        from ops.inference.models import demand, resolve

        file = resolve(name, self._base)
        demand(file, kind)
        return file.sha256
