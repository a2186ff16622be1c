"""What an op is, and what it may ask for.

An op is a frozen pydantic model: its fields are its parameters, its docstring says what it does and
cites its source. The class alone gives the notebook's validation, the form in the terminal, the
description in Dagster, `chunkbook ops`, the reference page and the fingerprint.
"""

from __future__ import annotations

__all__ = [
    "Columns",
    "Fitted",
    "Listing",
    "Op",
    "Segmenter",
    "Source",
    "SourceItem",
    "parameter",
]

import hashlib
import inspect
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import polars as pl
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from ops.context import Context
from ops.errors import UsageError
from ops.frames import CHUNKS, DOCUMENTS, Frames, Schema, keys

Columns: TypeAlias = Mapping[str, tuple[str, ...]]
"""Frame name → column names."""


def parameter(
    default: Any,
    description: str,
    *,
    unit: str = "",
    speed_only: bool = False,
    model: str = "",
    **bounds: Any,
) -> Any:
    """A parameter of an op: one sentence, bounds as pydantic knows them, and its unit.

    Args:
        unit: what the number counts, e.g. "tokens".
        speed_only: it changes how fast the op is, never what it gives, so it stays out of the
            fingerprint.
        model: the parameter names a model, "tokenizer", "embedder" or "text", or another file
            that shapes the output, "file". The hash of the file behind that name goes into the
            fingerprint.
    """
    extra: JsonDict = {"unit": unit, "speed_only": speed_only, "model": model}
    return Field(default, description=description, json_schema_extra=extra, **bounds)


class Op(BaseModel):
    """One step of work on frames: documents and what is derived from them."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, strict=False)

    name: ClassVar[str]
    """Family and name, e.g. `segment.recursive`."""
    version: ClassVar[int] = 1
    """Raised whenever the same input gives other output."""
    reads: ClassVar[Columns] = {}
    """Columns it cannot do without. An input that lacks one is a wiring error."""
    uses: ClassVar[Columns] = {}
    """Columns it reads when its inputs have them."""
    writes: ClassVar[Mapping[str, Schema]] = {}
    """Columns it writes, besides the keys of their frame."""
    creates: ClassVar[tuple[str, ...]] = ()
    """Frames whose rows it makes; it adds columns to the others it writes."""
    needs: ClassVar[tuple[str, ...]] = ()
    """Resources it takes from the context: tokenizer, embedder, generator, chooser, follower,
    situator, nlp, vectors, answers, collection, cutter."""

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        """What this op writes for a batch of documents: keys and `writes` columns only.

        Rows belong to the documents of the batch, and depend on nothing outside it. A document
        that cannot be processed is reported with `ctx.fail`; its rows are left out.
        """
        raise TypeError(f"{self.name} has no apply")

    @property
    def sees_all(self) -> bool:
        """Whether `apply` needs a state fitted on all documents (see `Fitted`)."""
        return False

    def finish(self, ctx: Context) -> None:
        """Called once after the last batch of a run, if anything was written or deleted."""

    def inputs(self, available: Columns) -> Columns:
        """The columns it will read, given what its inputs have.

        Raises:
            UsageError: a column that it cannot do without is not available.
        """
        chosen: dict[str, tuple[str, ...]] = {}
        for frame, columns in self.reads.items():
            missing = [c for c in columns if c not in available.get(frame, ())]
            if missing:
                raise UsageError(f"{self.name} reads {frame}.{missing[0]}, which no input writes")
            chosen[frame] = columns
        for frame, columns in self.uses.items():
            have = tuple(c for c in columns if c in available.get(frame, ()))
            if have:
                chosen[frame] = (*chosen.get(frame, ()), *have)
        return chosen

    def outputs(self, inputs: Mapping[str, Schema]) -> Mapping[str, Schema]:
        """Every column of its tables, keys first, given the columns it will read.

        A frame that it only adds columns to is left out when no input has it.
        """
        return {
            frame: {**{key: pl.String() for key in keys(frame)}, **schema}
            for frame, schema in self.writes.items()
            if frame in self.creates or frame in inputs
        }

    def model_names(self) -> tuple[tuple[str, str], ...]:
        """(kind, name) of every model, or other file, that its parameters name."""
        found = []
        for field, info in type(self).model_fields.items():
            extra = info.json_schema_extra
            kind = extra.get("model") if isinstance(extra, dict) else None
            if kind and getattr(self, field):
                found.append((str(kind), str(getattr(self, field))))
        return tuple(found)

    def fingerprint(self, model_hashes: Mapping[tuple[str, str], str]) -> str:
        """Names everything, besides the input, that shapes the output (16 hexadecimal digits).

        Args:
            model_hashes: by (kind, name), for each of `model_names`.
        """
        shaping = {
            field: value
            for field, value in self.model_dump(mode="json").items()
            if not self.is_speed_only(field)
        }
        hashes = {f"{kind}:{name}": model_hashes[kind, name] for kind, name in self.model_names()}
        # A model counts by its content, not by the name or path that leads to it.
        for field, info in type(self).model_fields.items():
            extra = info.json_schema_extra
            if isinstance(extra, dict) and extra.get("model") and getattr(self, field):
                # One that this op does not use, as its other parameters are, does not count.
                shaping[field] = hashes.get(f"{extra['model']}:{getattr(self, field)}", "")
        text = json.dumps([self.name, self.version, shaping], sort_keys=True, ensure_ascii=False)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    @classmethod
    def is_speed_only(cls, field: str) -> bool:
        """Whether a parameter stays out of the fingerprint."""
        extra = cls.model_fields[field].json_schema_extra
        return bool(isinstance(extra, dict) and extra.get("speed_only"))

    @classmethod
    def summary(cls) -> str:
        """The first sentence of the docstring."""
        return cls.doc().split("\n\n")[0].replace("\n", " ").strip()

    @classmethod
    def doc(cls) -> str:
        """The docstring, dedented."""
        return inspect.cleandoc(cls.__doc__ or "")

    @classmethod
    def family(cls) -> str:
        """What comes before the dot of its name."""
        return cls.name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class SourceItem:
    """One thing that a source lists: a file, a package.

    `signature` changes whenever its content may have changed, and is cheap to get.
    """

    uri: str
    signature: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """What a source lists, found in one look."""

    items: tuple[SourceItem, ...]
    """In the order of their URIs."""
    passed_over: Mapping[str, int]
    """What lies among the items and is not one, since it cannot be read: kind → how many."""


class Source(Op):
    """An op without inputs: it lists items and loads each into one or more documents."""

    writes: ClassVar[Mapping[str, Schema]] = {
        "documents": {name: dtype for name, dtype in DOCUMENTS.items() if name != "doc_id"}
    }
    creates: ClassVar[tuple[str, ...]] = ("documents",)

    def scan(self, ctx: Context) -> Listing:
        """Every item, and what was passed over.

        Raises:
            SourceError: the source cannot be listed at all.
        """
        raise TypeError(f"{self.name} has no scan")

    def load(self, item: SourceItem, ctx: Context) -> pl.DataFrame:
        """The documents of one item, with all columns of `DOCUMENTS`.

        Raises:
            DocumentError: the item cannot be read.
        """
        raise TypeError(f"{self.name} has no load")


class Fitted(Op):
    """An op that must see every document before it can do one.

    It is split in three, so that no document is read twice for the sake of another: `summarise`
    makes a small part of each document, `fit` makes one state of all parts, and `apply` works
    document by document with that state (`ctx.state`). Rows depend on their document and on the
    state alone.
    """

    refit: float = parameter(
        0.1,
        "share of the documents that may change before the whole is looked at anew; "
        "0: at every change",
        ge=0,
        le=1,
        speed_only=True,
    )

    @property
    def sees_all(self) -> bool:
        """Whether `apply` needs the state; an op may say no by its parameters."""
        return True

    def summarise(self, frames: Frames, ctx: Context) -> Mapping[str, bytes]:
        """What each document of a batch adds to the whole: doc_id → a small part."""
        raise TypeError(f"{self.name} has no summarise")

    def fit(self, parts: Iterable[bytes]) -> bytes:
        """The state of all parts, which come in the order of their documents' ids.

        The same parts give the same bytes.
        """
        raise TypeError(f"{self.name} has no fit")


class Segmenter(Op):
    """An op that cuts the text of documents into chunks."""

    reads: ClassVar[Columns] = {"documents": ("text", "structure", "format")}
    writes: ClassVar[Mapping[str, Schema]] = {
        "chunks": {name: d for name, d in CHUNKS.items() if name not in ("chunk_id", "doc_id")}
    }
    creates: ClassVar[tuple[str, ...]] = ("chunks",)
    needs: ClassVar[tuple[str, ...]] = ("tokenizer",)
