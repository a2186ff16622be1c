"""Records from JSON lines or Parquet as frames, and frames as records: one op as a filter."""

from __future__ import annotations

__all__ = ["Fault", "chunks_frame", "documents_frame", "is_chunk", "read_records", "records"]

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import polars as pl

from ops.errors import UsageError
from ops.frames import CHUNKS, DOCUMENTS, chunk_id, in_order


@dataclass(frozen=True, slots=True)
class Fault:
    """One record that cannot be used. `line` counts from 1."""

    line: int
    reason: str


def read_records(source: Path | IO[str]) -> Iterator[dict[str, Any] | Fault]:
    """The records of a JSON lines or Parquet file (by its ending), or of open JSON lines."""
    if isinstance(source, Path):
        if source.suffix == ".parquet":
            try:
                yield from pl.read_parquet(source).iter_rows(named=True)
            except (OSError, pl.exceptions.PolarsError) as error:
                raise UsageError(f"{source} cannot be read as Parquet: {error}") from None
            return
        try:
            with source.open(encoding="utf-8") as file:
                yield from _lines(file)
        except OSError as error:
            raise UsageError(f"{source} cannot be read: {error.strerror}") from None
        except UnicodeDecodeError as error:
            raise UsageError(f"{source} is not UTF-8 (byte {error.start})") from None
        return
    yield from _lines(source)


def _lines(file: Iterable[str]) -> Iterator[dict[str, Any] | Fault]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            yield Fault(number, f"not JSON: {error}")
            continue
        if isinstance(record, dict):
            yield record
        else:
            yield Fault(number, "not a JSON object")


def is_chunk(record: Mapping[str, Any]) -> bool:
    """Whether a record is a chunk rather than a document."""
    return "doc_id" in record and "start" in record and "end" in record


def documents_frame(given: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Documents from `{"id", "text", …}`; what a record does not say is filled in plainly.

    Columns that earlier ops wrote (keywords, language, …) are kept.

    Raises:
        UsageError: a record has no id or no text, or two have the same id.
    """
    rows = []
    for record in given:
        name = record.get("id", record.get("doc_id"))
        if name is None or not isinstance(record.get("text"), str):
            raise UsageError('a document needs "id" and "text"')
        row = {key: value for key, value in record.items() if key not in ("id", "frame")}
        row |= {
            "doc_id": str(name),
            "item": record.get("item") or f"record:{name}",
            "uri": record.get("uri") or f"record:{name}",
            "title": record.get("title") or "",
            "format": record.get("format") or "text",
            "structure": record.get("structure") or _structure(record),
            "metadata": _metadata(record.get("metadata")),
            "bytes": record.get("bytes") or len(record["text"].encode()),
            "sha256": record.get("sha256") or "",
        }
        rows.append(row)
    _once([row["doc_id"] for row in rows], "document")
    return in_order("documents", _table(rows, DOCUMENTS))


def _structure(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    if record.get("format") != "markdown":
        return []
    from ops.load.formats.markdown import structure

    return [span._asdict() for span in structure(record["text"])]


def _metadata(given: Any) -> list[dict[str, str]]:
    if isinstance(given, Mapping):
        return [{"key": str(key), "value": str(value)} for key, value in given.items()]
    return given or []


def chunks_frame(given: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Chunks from records with at least doc_id, start, end and text; other columns are kept.

    Raises:
        UsageError: a record lacks one of these, or two have the same id.
    """
    rows: list[dict[str, Any]] = []
    seen: Counter[tuple[str, int, str]] = Counter()
    ordinals: Counter[str] = Counter()
    for record in given:
        if not is_chunk(record) or not isinstance(record.get("text"), str):
            raise UsageError('a chunk needs "doc_id", "start", "end" and "text"')
        document, level = str(record["doc_id"]), int(record.get("level") or 0)
        place = (document, level, record["text"])
        name = record.get("chunk_id") or chunk_id(*place, seen[place])
        seen[place] += 1
        row = {key: value for key, value in record.items() if key != "frame"}
        row |= {
            "chunk_id": name,
            "doc_id": document,
            "level": level,
            "ordinal": record.get("ordinal", ordinals[document]),
            "parent_id": record.get("parent_id"),
            "tokens": record.get("tokens", 0),
            "boundary": record.get("boundary") or "given",
        }
        ordinals[document] += 1
        rows.append(row)
    _once([row["chunk_id"] for row in rows], "chunk")
    return in_order("chunks", _table(rows, CHUNKS))


def _table(rows: list[dict[str, Any]], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The rows with at least these columns; those not in the schema get the type they have."""
    if not rows:
        return pl.DataFrame(schema=dict(schema))
    extra = dict.fromkeys(name for row in rows for name in row if name not in schema)
    known = pl.DataFrame([{n: row.get(n) for n in schema} for row in rows], schema=dict(schema))
    if not extra:
        return known
    more = pl.DataFrame(
        [{name: row.get(name) for name in extra} for row in rows], infer_schema_length=None
    )
    return known.hstack(more)


def _once(names: list[str], what: str) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise UsageError(f"two records have the {what} id {twice[0]!r}")


def records(frame: str, table: pl.DataFrame, tag: bool) -> Iterator[dict[str, Any]]:
    """The rows as records; a document's id is called `id`, as it was given."""
    for row in table.iter_rows(named=True):
        if frame == "documents":
            row = {"id": row.pop("doc_id"), **row}
        yield {"frame": frame, **row} if tag else row
