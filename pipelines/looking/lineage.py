"""Where a chunk comes from: its file, page and bytes, and every cell it went through."""

from __future__ import annotations

__all__ = ["Lineage", "Step", "trace"]

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from ops.errors import UsageError
from ops.load.parsed import VERBATIM
from pipelines.file.wiring import CellWiring
from pipelines.looking.rows import rows_of
from pipelines.workspace import Workspace
from storage import LedgerRow, Reader
from storage.edits import Edit
from storage.filters import Test, Where


@dataclass(frozen=True, slots=True)
class Step:
    """What one cell did to the chunk's document."""

    cell: str
    op: str
    version: int
    parameters: Mapping[str, Any]
    models: Mapping[str, str]
    """Model name → hash of its file."""
    fingerprint: str
    run_id: str
    at: datetime | None
    seconds: float
    rows: int
    """Rows of the document in this cell's tables."""
    tables: Mapping[str, str]
    """Frame → table."""
    found: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    """Frame → the chunk's own rows in this cell's tables, without texts of documents and vectors;
    of documents, entities and relations those that concern the chunk."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """A chunk's way from its source to the published collection."""

    chunk_id: str
    collection: str
    manifest: str
    """Run that published it."""
    document: Mapping[str, Any]
    """doc_id, uri, item, title, format, bytes, sha256."""
    start: int
    end: int
    pages: tuple[int, ...]
    byte_range: tuple[int, int] | None
    """Half-open, in the UTF-8 source file; None where the text is not the file's own bytes."""
    chunk: Mapping[str, Any]
    steps: tuple[Step, ...]
    edits: tuple[Edit, ...] = ()
    """By hand, those that shaped the chunk."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def trace(workspace: Workspace, chunk_id: str) -> Lineage:
    """Follow a published chunk back to its source.

    Args:
        chunk_id: an id, or its first digits if no other chunk has the same.

    Raises:
        UsageError: nothing is published, or no published chunk has this id.
    """
    reader = workspace.store.reader(workspace.model.name)
    if reader is None:
        hint = f"`chunkbook run {workspace.model.path}` makes and publishes them"
        raise UsageError(f"{workspace.model.name} has nothing published yet", hint=hint)
    collection, chunk = _find(reader, chunk_id)
    doc_id = str(chunk["doc_id"])
    wired = workspace.wiring.cells[collection]
    way = [*(workspace.wiring.cells[c] for c in workspace.wiring.above(collection)), wired]
    source = next(w for w in way if w.cell.is_source and doc_id in _documents(reader, w, doc_id))
    document = _documents(reader, source, doc_id)[doc_id]
    start, end = int(chunk["start"]), int(chunk["end"])
    ledger = workspace.tables.ledger([doc_id])
    steps = [
        _step(workspace, w, ledger[w.cell.id].get(doc_id), rows_of(reader, w.cell.id, chunk))
        for w in way
        if w.cell.id in ledger and (not w.cell.is_source or w is source)
    ]
    shaped = set(chunk.get("edits") or ())
    named = ("doc_id", "uri", "item", "title", "format", "bytes", "sha256")
    return Lineage(
        chunk_id=str(chunk["chunk_id"]),
        collection=collection,
        manifest=reader.manifest.run_id,
        document={name: document[name] for name in named},
        start=start,
        end=end,
        pages=_pages(document, start, end),
        byte_range=_bytes(document, start, end),
        chunk=chunk,
        steps=tuple(steps),
        edits=tuple(edit for edit in workspace.edits().events if edit.number in shaped),
    )


def _find(reader: Reader, chunk_id: str) -> tuple[str, Mapping[str, Any]]:
    for collection in reader.collections():
        chunk = reader.chunk(collection, chunk_id)
        if chunk is not None:
            return collection, chunk
    begin = [
        (collection, row)
        for collection in reader.collections()
        if re.fullmatch("[0-9a-f]{6,}", chunk_id)
        for row in reader.rows(collection, "collection", _begins(chunk_id), limit=2).to_dicts()
    ]
    if len(begin) == 1:
        return begin[0]
    hint = "`chunkbook search` prints the ids of what it finds"
    if begin:
        raise UsageError(f"several published chunks have ids that begin with {chunk_id!r}")
    raise UsageError(f"no published chunk has the id {chunk_id!r}", hint=hint)


def _begins(chunk_id: str) -> Where:
    """Ids that begin so; they are hexadecimal digits."""
    after = f"{int(chunk_id, 16) + 1:0{len(chunk_id)}x}"
    least = Test(">=", chunk_id)
    return {"chunk_id": (least, Test("<", after)) if len(after) == len(chunk_id) else least}


def _documents(reader: Reader, source: CellWiring, doc_id: str) -> dict[str, dict[str, Any]]:
    table = reader.frame(source.cell.id, "documents", documents=[doc_id])
    return {row["doc_id"]: row for row in table.iter_rows(named=True)}


def _step(
    workspace: Workspace,
    wired: CellWiring,
    row: LedgerRow | None,
    found: Mapping[str, tuple[Mapping[str, Any], ...]],
) -> Step:
    op = wired.cell.op
    return Step(
        cell=wired.cell.id,
        op=op.name,
        version=op.version,
        parameters=op.model_dump(mode="json"),
        models={n: workspace.model_hashes[k, n] for k, n in op.model_names()},
        fingerprint=row.fingerprint if row else "",
        run_id=row.run_id if row else "",
        at=row.at if row else None,
        seconds=row.seconds if row else 0.0,
        rows=row.rows if row else 0,
        tables=workspace.table_names(wired),
        found=found,
    )


def _pages(document: Mapping[str, Any], start: int, end: int) -> tuple[int, ...]:
    spans = [s for s in document["structure"] or () if s["kind"] == "page"]
    touched = [s for s in spans if s["start"] < end and s["end"] > start]
    return tuple(int(s["label"]) for s in touched if s["label"].isdigit())


def _bytes(document: Mapping[str, Any], start: int, end: int) -> tuple[int, int] | None:
    """The text of plain files is their decoded bytes, after a byte order mark if there is one."""
    text = document["text"]
    mark = document["bytes"] - len(text.encode())
    if document["format"] not in VERBATIM or mark not in (0, 3):
        return None
    before = mark + len(text[:start].encode())
    return before, before + len(text[start:end].encode())
