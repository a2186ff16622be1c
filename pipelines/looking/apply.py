"""One op over frames that come from files rather than from the store."""

from __future__ import annotations

__all__ = ["apply_op", "load_source", "make_op", "output_frames", "value_of"]

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import polars as pl
from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from ops.context import Context
from ops.errors import DocumentError, UsageError
from ops.frames import KEYWORD, Frames, conform, keys
from ops.op import Fitted, Op, Source
from ops.registry import op_class, suggest
from pipelines.cell.batch import BatchResult, run_batch


def make_op(name: str, given: Mapping[str, str]) -> Op:
    """The op with these parameters; values are read as YAML reads them.

    Raises:
        UsageError: no such op or parameter, or a value out of its bounds.
    """
    kind = op_class(name)
    for key in given:
        if key not in kind.model_fields:
            hint = suggest(key, list(kind.model_fields))
            raise UsageError(f"{name} has no parameter {key!r}", hint=hint)
    try:
        return kind(**{key: value_of(text) for key, text in given.items()})
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in error.errors()]
        hint = f"`chunkbook ops {name}` describes them"
        raise UsageError(f"{name}: {'; '.join(faults)}", hint=hint) from None


def value_of(text: str) -> Any:
    """A parameter's value as YAML reads it; what YAML cannot read is text."""
    try:
        return YAML(typ="safe").load(text)
    except YAMLError:
        return text


def load_source(op: Source, ctx: Context) -> Iterator[pl.DataFrame | tuple[str, str]]:
    """The documents of every item, or (item, reason) for one that cannot be read."""
    for item in op.scan(ctx).items:
        ctx.check()
        try:
            yield conform("documents", op.load(item, ctx), op.outputs({})["documents"])
        except DocumentError as error:
            yield item.uri, error.message


def apply_op(op: Op, given: Frames, ctx: Context, said: Callable[[str], None]) -> BatchResult:
    """Run an op over frames; what it writes is joined to what was given.

    Raises:
        UsageError: the frames lack what the op reads.
    """
    given = _suited(op, given)
    available = {frame: tuple(table.columns) for frame, table in given.items()}
    reads = op.inputs(available)
    schemas = {
        frame: {
            name: dtype
            for name, dtype in given[frame].schema.items()
            if name in (*keys(frame), *columns)
        }
        for frame, columns in reads.items()
    }
    frames = Frames({frame: given[frame].select(*schema) for frame, schema in schemas.items()})
    outputs = dict(op.outputs(schemas))
    documents = sorted({name for table in frames.values() for name in table["doc_id"]})
    if isinstance(op, Fitted) and op.sees_all:
        parts = op.summarise(frames, ctx)
        ctx = replace(ctx, state=op.fit(parts[name] for name in sorted(parts)))
    result = run_batch(op, frames, outputs, documents, ctx, said)
    joined = {f: _joined(op, f, given, table) for f, table in result.frames.items()}
    return BatchResult(Frames(joined), result.failures)


def _suited(op: Op, given: Frames) -> Frames:
    """The frames, with documents made up where the op needs no more than their names."""
    needed = {**op.reads}
    if "chunks" in needed and "chunks" not in given:
        hint = "cut documents first: chunkbook apply segment.recursive FILE -o chunks.jsonl"
        raise UsageError(f"{op.name} reads chunks, and these are documents", hint=hint)
    if "documents" in needed and "documents" not in given:
        if "text" in needed["documents"]:
            raise UsageError(f"{op.name} reads documents too", hint="add --documents FILE")
        ids = given["chunks"]["doc_id"].unique(maintain_order=True)
        empty = {name: pl.lit("") for name in needed["documents"]}
        given = given.replace("documents", pl.DataFrame({"doc_id": ids}).with_columns(**empty))
    known = given
    for frame, table in given.items():
        # JSON knows lists of objects; keywords must have their own types again.
        if "keywords" in table.columns and table["keywords"].dtype != KEYWORD:
            known = known.replace(frame, _with_keywords(table))
    return known


def _with_keywords(table: pl.DataFrame) -> pl.DataFrame:
    try:
        return table.with_columns(pl.col("keywords").cast(KEYWORD))
    except pl.exceptions.PolarsError:
        return table.rename({"keywords": "given_keywords"})


def _joined(op: Op, frame: str, given: Frames, made: pl.DataFrame) -> pl.DataFrame:
    if frame in op.creates or frame not in given:
        return made
    key = keys(frame)[0]
    added = [name for name in made.columns if name not in keys(frame)]
    kept = given[frame].drop([name for name in added if name in given[frame].columns])
    part = made.select(key, *added)
    return kept.join(part, on=key, how="inner", maintain_order="left")


def output_frames(op: Op, made: Frames, wanted: str | None) -> list[str]:
    """The frames to print: the one wanted, or all that the op made."""
    if wanted is None:
        return list(made)
    if wanted not in made:
        raise UsageError(f"{op.name} writes no {wanted}", hint=suggest(wanted, list(made)))
    return [wanted]
