"""`chunkbook apply`: one op as a shell filter."""

from __future__ import annotations

__all__ = ["apply"]

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from ops.errors import UsageError
from tui.exit_codes import ExitCode

if TYPE_CHECKING:
    import polars as pl

    from ops.frames import Frames
    from ops.op import Op

BATCH = 4_000_000
"""Characters of text taken at a time from a stream of documents."""


@click.command()
@click.argument("op")
@click.argument("source", metavar="INPUT", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A parameter.")
@click.option(
    "--documents",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The documents of the chunks in INPUT, where the op reads both.",
)
@click.option("--frame", metavar="NAME", help="Print only this frame of those the op writes.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file, not stdout."
)
@click.option("--json", "as_json", is_flag=True, help="Records are JSON lines; this is the rule.")
def apply(
    op: str,
    source: Path,
    settings: tuple[str, ...],
    documents: Path | None,
    frame: str | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Run OP over INPUT (JSON lines or Parquet; - is stdin) and print JSON lines.

    Documents are {"id", "text", …}; chunks are {"doc_id", "start", "end", "text", …}, as the
    segment ops print them. A load op takes a folder or file as INPUT. Where an op writes several
    frames, every record says in "frame" which it is of. An OUTPUT that ends in .parquet is
    written as Parquet.
    """
    from ops.op import Source
    from pipelines.looking.apply import make_op

    given = dict(_pair(text) for text in settings)
    if op.startswith("load.") and op != "load.packages":
        given.setdefault("path", json.dumps(str(source)))
    made = make_op(op, given)
    failures: list[str] = []
    if isinstance(made, Source):
        results: Iterator[Frames] = _load(made, failures)
    elif documents is not None:
        results = _with_documents(made, source, documents, failures)
    else:
        results = _stream(made, source, failures)
    _write(made, results, frame, output)
    for text in failures:
        click.echo(f"failed: {text}", err=True)
    if failures:
        raise click.exceptions.Exit(ExitCode.DOCUMENTS_FAILED)


def _pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign:
        raise UsageError(f"{text!r} is not KEY=VALUE")
    return key, value


def _load(op: Op, failures: list[str]) -> Iterator[Frames]:
    from ops.context import Context
    from ops.frames import Frames
    from ops.inference.resources import LocalResources
    from ops.op import Source
    from pipelines.looking.apply import load_source

    assert isinstance(op, Source)
    for found in load_source(op, Context(LocalResources(Path()), Path())):
        if isinstance(found, tuple):
            failures.append(f"{found[0]}: {found[1]}")
        else:
            yield Frames({"documents": found})


def _with_documents(op: Op, source: Path, documents: Path, failures: list[str]) -> Iterator[Frames]:
    from ops.frames import Frames
    from pipelines.looking.records import chunks_frame, documents_frame

    chunks = chunks_frame(_good(source, failures))
    frames = {"documents": documents_frame(_good(documents, failures)), "chunks": chunks}
    strangers = set(chunks["doc_id"]) - set(frames["documents"]["doc_id"])
    if strangers:
        raise UsageError(f"{documents} has no document {min(strangers)!r}, which chunks name")
    yield _applied(op, Frames(frames), failures)


def _stream(op: Op, source: Path, failures: list[str]) -> Iterator[Frames]:
    from itertools import chain

    from ops.frames import Frames
    from pipelines.looking.records import chunks_frame, documents_frame, is_chunk

    good = _good(source, failures)
    first = next(good, None)
    if first is None:
        yield _applied(op, Frames({"documents": documents_frame([])}), failures)
        return
    good = chain([first], good)
    if is_chunk(first):
        yield _applied(op, Frames({"chunks": chunks_frame(good)}), failures)
        return
    seen: set[str] = set()
    for batch in _batches(good):
        table = documents_frame(batch)
        twice = seen.intersection(table["doc_id"])
        if twice:
            raise UsageError(f"two records have the document id {min(twice)!r}")
        seen.update(table["doc_id"])
        yield _applied(op, Frames({"documents": table}), failures)


def _batches(given: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    batch: list[Mapping[str, Any]] = []
    size = 0
    for record in given:
        batch.append(record)
        size += len(record.get("text") or "")
        if size > BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _good(source: Path, failures: list[str]) -> Iterator[Mapping[str, Any]]:
    from pipelines.looking.records import Fault, read_records

    where: Path | IO[str] = sys.stdin if str(source) == "-" else source
    for found in read_records(where):
        if isinstance(found, Fault):
            failures.append(f"{source}:{found.line}: {found.reason}")
        else:
            yield found


def _applied(op: Op, frames: Frames, failures: list[str]) -> Frames:
    from ops.context import Context
    from ops.inference.resources import LocalResources
    from pipelines.looking.apply import apply_op
    from pipelines.vectors import Remembered, RememberedAnswers

    resources = LocalResources(Path(), vectors=Remembered(), answers=RememberedAnswers())
    ctx = Context(resources, Path())
    result = apply_op(op, frames, ctx, lambda text: click.echo(text, err=True))
    failures += [f"{name}: {why}" for name, why in sorted(result.failures.items())]
    return result.frames


def _write(op: Op, results: Iterator[Frames], frame: str | None, output: Path | None) -> None:
    from pipelines.looking.apply import output_frames
    from pipelines.looking.records import records

    if output is not None and output.suffix == ".parquet":
        _write_parquet(op, list(results), frame, output)
        return
    with _opened(output) as file:
        for frames in results:
            chosen = output_frames(op, frames, frame)
            for name in chosen:
                for record in records(name, frames[name], tag=len(chosen) > 1):
                    file.write(json.dumps(record, ensure_ascii=False, default=str) + "\n")


def _write_parquet(op: Op, results: list[Frames], frame: str | None, output: Path) -> None:
    import polars as pl

    from pipelines.looking.apply import output_frames

    tables: list[pl.DataFrame] = []
    for frames in results:
        chosen = output_frames(op, frames, frame)
        if len(chosen) > 1:
            hint = f"name one with --frame: {', '.join(chosen)}"
            raise UsageError(f"{op.name} writes several frames; Parquet holds one", hint=hint)
        table = frames[chosen[0]]
        tables.append(table.rename({"doc_id": "id"}) if chosen[0] == "documents" else table)
    if tables:
        pl.concat(tables, how="diagonal_relaxed").write_parquet(output)


@contextmanager
def _opened(output: Path | None) -> Iterator[IO[str]]:
    """Stdout, or a file that appears whole or not at all."""
    if output is None:
        yield sys.stdout
        return
    part = output.with_name(f".{output.name}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            yield file
        part.replace(output)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)
