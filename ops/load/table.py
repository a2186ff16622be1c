"""Rows of the documents frame from parsed documents."""

from __future__ import annotations

__all__ = ["documents_table"]

from collections.abc import Sequence
from itertools import chain
from typing import Any, cast

import polars as pl

from ops.frames import DOCUMENTS, METADATA, STRUCTURE, conform, doc_id
from ops.load.parsed import Parsed, in_span_order


def documents_table(
    item: str, parsed: Sequence[Parsed], *, size: int, sha256: str, untitled: str
) -> pl.DataFrame:
    """All columns of `DOCUMENTS`, a row a document.

    Args:
        item: URI of the source item; a fragment is appended to it for the document's own.
        size: bytes of the item.
        sha256: of these bytes.
        untitled: title of a document that names none.
    """
    uris = [f"{item}#{each.fragment}" if each.fragment else item for each in parsed]
    table = pl.DataFrame(
        {
            "doc_id": [doc_id(uri) for uri in uris],
            "item": [item] * len(uris),
            "uri": uris,
            "title": [each.title or untitled for each in parsed],
            "format": [each.format for each in parsed],
            "text": [each.text for each in parsed],
            "structure": _lists([in_span_order(each.spans) for each in parsed], STRUCTURE),
            "metadata": _lists([each.metadata for each in parsed], METADATA),
            "bytes": [size] * len(uris),
            "sha256": [sha256] * len(uris),
        }
    )
    return conform("documents", table, DOCUMENTS)


def _lists(rows: Sequence[Sequence[tuple[Any, ...]]], dtype: pl.List) -> pl.Series:
    """A column of lists of structs, of each row's tuples.

    It is built field by field: a file may hold millions of spans, and dictionaries are large.
    """
    fields = cast(pl.Struct, dtype.inner).fields
    owners = [owner for owner, values in enumerate(rows) for _ in values]
    columns = list(zip(*chain.from_iterable(rows), strict=True)) or [()] * len(fields)
    flat = pl.DataFrame(
        [
            pl.Series(each.name, column, each.dtype)
            for each, column in zip(fields, columns, strict=True)
        ]
    )
    lists = (
        pl.DataFrame({"owner": pl.Series(owners, dtype=pl.Int64), "list": flat.to_struct()})
        .group_by("owner", maintain_order=True)
        .agg("list")
    )
    everyone = pl.DataFrame({"owner": pl.Series(range(len(rows)), dtype=pl.Int64)})
    joined = everyone.join(lists, on="owner", how="left", maintain_order="left")
    return joined["list"].cast(dtype).fill_null([])
