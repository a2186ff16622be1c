"""What Dagster shows of a cell's materialization: figures, ten rows, chunk lengths, failures."""

from __future__ import annotations

__all__ = ["KINDS", "cell_metadata", "plain"]

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import unquote

import polars as pl

from ops.evaluate.measured import means
from ops.frames import Schema, keys
from pipelines.events import CellReport
from pipelines.file.wiring import CellWiring
from pipelines.orchestrate.lengths import figures, picture
from pipelines.orchestrate.served import serve_command, served_address
from pipelines.workspace import Workspace, main_frame

if TYPE_CHECKING:
    from dagster import MetadataValue, TableMetadataValue

KINDS: Final = ("added", "changed", "unchanged", "deleted", "failed")
"""What can become of a document in a run."""
ROWS: Final = 10
FAILURES: Final = 50
MEASURED: Final = 100_000
"""Chunks whose lengths are drawn; of more, those of evenly chosen documents."""
LONGEST: Final = 160
"""Characters of a value in a table."""
LEFT_OUT: Final = {
    "documents": ("item", "uri", "text", "structure", "sha256"),
    "chunks": ("level", "ordinal"),
}

Scalar: TypeAlias = str | int | float | bool | None


def cell_metadata(
    workspace: Workspace, wired: CellWiring, report: CellReport
) -> dict[str, MetadataValue[Any]]:
    """Metadata of one cell's tables as they are now."""
    import dagster as dg

    show = dg.MetadataValue
    tables = workspace.table_names(wired)
    main = main_frame(wired)
    documents = _documents(workspace, wired)
    found: dict[str, MetadataValue[Any]] = {
        "dagster/row_count": show.int(report.rows),
        "dagster/uri": show.text(f"{workspace.store.uri}/{tables[main]}"),
        "dagster/column_schema": show.table_schema(
            dg.TableSchema([dg.TableColumn(n, str(t)) for n, t in wired.outputs[main].items()])
        ),
        "seconds": show.float(round(report.seconds, 3)),
    }
    model = workspace.model
    found["browse"] = show.text(serve_command(model))
    if address := served_address(model):
        found["browser"] = show.url(address)
    for kind in KINDS:
        found[f"documents_{kind}"] = show.int(getattr(report, kind))
    if "chunks" in wired.cell.op.creates:
        lengths = _lengths(workspace, tables["chunks"], report.rows, list(documents))
        budget = getattr(wired.cell.op, "size", None)
        found["chunk_lengths"] = show.text(figures(lengths))
        found["chunk_lengths_picture"] = show.md(picture(lengths, budget))
    if "measures" in tables:
        columns = ["measure", "value", "weight"]
        measured = workspace.tables.read(tables["measures"], columns=columns)
        found |= {f"mean_{n}": show.float(round(v, 4)) for n, v in means(measured).items()}
    if report.failures:
        reasons = sorted(report.failures.items())[:FAILURES]
        found["failures"] = _table(
            [{"document": plain(uri), "reason": plain(reason)} for uri, reason in reasons]
        )
    if report.passed_over:
        kinds = (f"{count:,} {kind}" for kind, count in report.passed_over.items())
        found["left_out"] = show.text(", ".join(kinds))
    for frame, table in tables.items():
        rows = _sample(workspace, table, frame, wired.outputs[frame], documents)
        found[f"ten_{frame}"] = _table(rows)
    return found


def plain(value: object) -> Scalar:
    """A value as Dagster's tables take it: a number, or one short line of text."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        if value and isinstance(value[0], float):
            return f"{len(value)} numbers"
        if value and isinstance(value[0], dict) and "phrase" in value[0]:
            value = [part["phrase"] for part in value]
        if all(isinstance(part, str) for part in value):
            value = ", ".join(value)
    if isinstance(value, (list, dict)):
        value = json.dumps(value, ensure_ascii=False, default=str)
    value = str(value)
    line = " ".join("".join(c if c.isprintable() else " " for c in value[:1000]).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _documents(workspace: Workspace, wired: CellWiring) -> Mapping[str, str]:
    """doc_id → URI of every document that reaches this cell."""
    for name in (wired.cell.id, *workspace.wiring.above(wired.cell.id)):
        source = workspace.wiring.cells[name]
        if source.cell.is_source:
            table = workspace.table_names(source)["documents"]
            return dict(workspace.tables.read(table, columns=["doc_id", "uri"]).iter_rows())
    return {}


def _sample(
    workspace: Workspace, table: str, frame: str, schema: Schema, documents: Mapping[str, str]
) -> list[dict[str, Scalar]]:
    """At most ten rows, evenly chosen; the document first, without keys and bulk."""
    wanted = [
        name
        for name in schema
        if name not in (*keys(frame), *LEFT_OUT.get(frame, ())) and not name.endswith("_id")
    ]
    chosen = _evenly(list(documents), ROWS)
    read = workspace.tables.read(table, documents=chosen, columns=["doc_id", *wanted])
    rows = read[_evenly(range(len(read)), ROWS)]
    return [
        {
            "document": plain(_short(documents[row.pop("doc_id")])),
            **{name: plain(value) for name, value in row.items()},
        }
        for row in rows.iter_rows(named=True)
    ]


def _short(uri: str) -> str:
    """The last part of a URI: the table is narrow."""
    return unquote(uri.rstrip("/").rpartition("/")[2] or uri)[-40:]


def _lengths(workspace: Workspace, table: str, rows: int, documents: list[str]) -> pl.Series:
    some: list[str] | None = None
    if rows > MEASURED:
        some = _evenly(documents, max(len(documents) * MEASURED // rows, 1))
    return workspace.tables.read(table, documents=some, columns=["tokens"])["tokens"]


def _evenly(values: Sequence[Any], count: int) -> list[Any]:
    step = max(len(values) / count, 1.0)
    return [values[int(n * step)] for n in range(min(count, len(values)))]


def _table(rows: Sequence[Mapping[str, Scalar]]) -> TableMetadataValue:
    import dagster as dg

    columns = [dg.TableColumn(name, _kind(rows, name)) for name in (rows[0] if rows else ())]
    records = [dg.TableRecord(dict(row)) for row in rows]
    return dg.MetadataValue.table(records, dg.TableSchema(columns))


def _kind(rows: Sequence[Mapping[str, Scalar]], name: str) -> str:
    values = [row[name] for row in rows if row[name] is not None]
    for kind, shown in ((bool, "bool"), (int, "int"), (float, "float")):
        if values and all(isinstance(value, kind) for value in values):
            return shown
    return "string"
