"""Content hashes: of what a document has in each column, and of what a cell reads of it."""

from __future__ import annotations

__all__ = ["column_hashes", "input_hash", "table_hash"]

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from ops.frames import PRIMARY, Frames, digest
from pipelines.file.wiring import CellWiring

EMPTY = "0" * 16


def column_hashes(frames: Frames, documents: Sequence[str]) -> dict[str, dict[str, str]]:
    """For each document the hash of its values in every column: doc_id → "frame.column" → hash.

    Rows are taken in the order in which they stand. A document without rows has the hash of
    nothing, so that "no chunks" differs from "not computed".
    """
    found: dict[str, dict[str, str]] = {document: {} for document in documents}
    for frame, table in frames.items():
        parts = table.partition_by("doc_id", as_dict=True, maintain_order=True)
        columns = [name for name in table.columns if name != "doc_id"] or ["doc_id"]
        for document in documents:
            rows = parts.get((document,))
            for column in columns:
                value = EMPTY if rows is None else _hash(rows[column])
                found[document][f"{frame}.{column}"] = value
    return found


def _hash(values: pl.Series) -> str:
    hasher = hashlib.blake2b(digest_size=8)
    if values.dtype == pl.String:
        for text in values:
            raw = b"\xff" if text is None else text.encode()
            hasher.update(len(raw).to_bytes(8, "little"))
            hasher.update(raw)
    elif values.dtype == pl.List(pl.Float32) or isinstance(values.dtype, pl.Array):
        flat = values.explode(empty_as_null=False) if len(values) else values
        hasher.update(str(len(values)).encode())
        hasher.update(flat.drop_nulls().to_numpy().tobytes())
    else:
        text = json.dumps(values.to_list(), ensure_ascii=False, default=str)
        hasher.update(text.encode("utf-8", "surrogatepass"))
    return hasher.hexdigest()


def input_hash(wired: CellWiring, outputs: Mapping[str, Mapping[str, str] | None]) -> str | None:
    """The hash of all that a cell reads of one document; None when part of it is not known yet.

    Args:
        outputs: cell → the document's column hashes there, None while they are to be computed.
    """
    parts: list[str] = []
    for frame in sorted(wired.reads):
        creator = wired.creators[frame]
        named = {PRIMARY[frame]: creator} if PRIMARY[frame] != "doc_id" else {}
        named |= wired.reads[frame]
        for column in sorted(named):
            hashes = outputs.get(named[column])
            if hashes is None:
                return None
            parts += [frame, column, hashes.get(f"{frame}.{column}", EMPTY)]
    return digest(*parts)


def table_hash(outputs: Iterable[tuple[str, Mapping[str, str]]]) -> str:
    """The hash of a cell's whole output, from its documents' column hashes."""
    parts: list[str] = []
    for document, hashes in sorted(outputs, key=lambda pair: pair[0]):
        parts += [document, *(f"{name}={value}" for name, value in sorted(hashes.items()))]
    return digest(*parts)
