"""What there is to see of a notebook: cells with their states, documents with their chunks.

A read model for screens: plain values made from the plan, the ledger and the working tables.
"""

from __future__ import annotations

__all__ = [
    "CellStatus",
    "Document",
    "Overview",
    "State",
    "document",
    "documents",
    "frames_of",
    "has_store",
    "key_parameters",
    "overview",
]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

import polars as pl

from ops.errors import ChunkbookError
from ops.frames import DOCUMENTS, FRAME_NAMES, Frames, in_order, keys
from pipelines.planning.plan import CellPlan, Work, plan_notebook
from pipelines.workspace import Workspace, main_frame, store_uri
from storage.database import local_path

if TYPE_CHECKING:
    from ops.op import Op
    from pipelines.file.wiring import CellWiring
    from storage import LedgerRow

Ledger: TypeAlias = Mapping[str, Mapping[str, "LedgerRow"]]
"""Cell → document → what is recorded."""

BINS: Final = 16
DERIVED: Final = {"documents": FRAME_NAMES, "chunks": ("mentions", "measures", "collection")}
"""What hung on the old rows of a frame, and goes when a cell makes new ones."""


class State(StrEnum):
    """How a cell's output stands to its input and parameters."""

    FRESH = "fresh"
    STALE = "stale"
    FAILED = "failed"
    """Up to date, but some documents were put aside."""
    NEVER = "never run"
    UNKNOWN = "unknown"
    """It cannot be planned: a source or a model is missing."""


@dataclass(frozen=True, slots=True)
class CellStatus:
    """How a cell stands now."""

    state: State = State.UNKNOWN
    documents: int = 0
    failed: int = 0
    """Documents (of a source: items) that are put aside."""
    rows: int = 0
    seconds: float = 0.0
    """What computing these rows took, all runs together."""
    work: Work = field(default_factory=Work)
    """What a run would do."""
    lengths: tuple[int, ...] = ()
    """For a cell that makes chunks: how many there are of each length, in tokens, shortest first;
    the bins share the range from 0 to the longest evenly."""


@dataclass(frozen=True, slots=True)
class Overview:
    """All cells of a notebook and what is published of it."""

    cells: Mapping[str, CellStatus]
    published: datetime | None = None
    run_id: str = ""
    problem: ChunkbookError | None = None
    """Why states are unknown, if they are."""
    ledger: Ledger = field(default_factory=dict, repr=False)
    """What it was read from: large, and needed again to list documents."""


@dataclass(frozen=True, slots=True)
class Document:
    """One document as a cell and those above it left it."""

    doc_id: str
    title: str
    uri: str
    text: str
    frames: Frames
    """Its rows in every frame that is known at the cell."""
    failure: str = ""
    exact: bool = True
    """Whether the chunks' offsets are those of this text; False while the cell is stale."""

    @property
    def chunks(self) -> pl.DataFrame | None:
        """Its chunks, in order; None when no cell so far made any."""
        if "chunks" not in self.frames:
            return None
        return self.frames["chunks"]


def overview(workspace: Workspace) -> Overview:
    """The state of every cell, without running anything."""
    try:
        if not has_store(workspace):
            return Overview({plan.cell: _never(plan) for plan in _first_plan(workspace)})
        plans = {plan.cell: plan for plan in workspace.plan()}
        ledger = workspace.ledger()
        manifest = workspace.tables.latest_manifest()
    except ChunkbookError as error:
        return Overview({name: CellStatus() for name in workspace.wiring.cells}, problem=error)
    cells = {
        name: _status(workspace, wired, plans[name], ledger.get(name, {}))
        for name, wired in workspace.wiring.cells.items()
    }
    if manifest is None:
        return Overview(cells, ledger=ledger)
    return Overview(cells, manifest.at, manifest.run_id, ledger=ledger)


def has_store(workspace: Workspace) -> bool:
    """Whether anything was ever made; looking must not make a store."""
    folder = local_path(str(store_uri(workspace.model)))
    return folder is None or folder.exists()


def _first_plan(workspace: Workspace) -> tuple[CellPlan, ...]:
    cells = workspace.wiring.cells
    listings = {name: workspace.listing(w) for name, w in cells.items() if w.cell.is_source}
    return plan_notebook(workspace.wiring, workspace.fingerprints, listings, {})


def _never(plan: CellPlan) -> CellStatus:
    return CellStatus(State.NEVER, work=plan.work)


def _status(
    workspace: Workspace, wired: CellWiring, plan: CellPlan, rows: Mapping[str, LedgerRow]
) -> CellStatus:
    if not rows:
        return _never(plan)
    failed = sum(row.outcome == "failed" for row in rows.values())
    state = State.FAILED if failed else State.FRESH
    table = workspace.table_names(wired)[main_frame(wired)]
    lengths: tuple[int, ...] = ()
    if "chunks" in wired.cell.op.creates:
        lengths = _histogram(workspace.tables.read(table, columns=["tokens"])["tokens"])
    return CellStatus(
        state if plan.work.is_empty else State.STALE,
        sum(bool(row.outputs) for row in rows.values()),
        failed,
        workspace.tables.count(table),
        sum(row.seconds for row in rows.values()),
        plan.work,
        lengths,
    )


def _histogram(values: pl.Series) -> tuple[int, ...]:
    top = values.max()
    if not isinstance(top, int) or top <= 0:
        return ()
    bins = (values * BINS // (top + 1)).value_counts()
    found = dict(bins.iter_rows())
    return tuple(found.get(place, 0) for place in range(BINS))


def key_parameters(op: Op) -> tuple[tuple[str, str], ...]:
    """The parameters worth showing beside a cell: those set in its file, or else the first two."""
    fields = type(op).model_fields
    chosen = [name for name in fields if name in op.model_fields_set] or list(fields)[:2]
    return tuple((name, _told(getattr(op, name))) for name in chosen)


def _told(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return ", ".join(_told(item) for item in value) or "none"
        case _:
            return str(value)


def frames_of(workspace: Workspace, cell: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """What is known at a cell: frame → the cell that wrote → columns; the maker of rows first."""
    wiring = workspace.wiring
    way = [*wiring.above(cell), cell]
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for name in way:
        wired = wiring.cells[name]
        for frame, schema in wired.outputs.items():
            columns = tuple(column for column in schema if column not in keys(frame))
            if frame in wired.cell.op.creates:
                for hung in DERIVED.get(frame, ()):
                    found.pop(hung, None)
                found[frame] = {name: columns}
            elif frame in found and _reaches(workspace, next(iter(found[frame])), name):
                found[frame][name] = columns
    return {frame: found[frame] for frame in FRAME_NAMES if frame in found}


def _reaches(workspace: Workspace, maker: str, cell: str) -> bool:
    return maker in workspace.wiring.above(cell)


def documents(workspace: Workspace, cell: str, ledger: Ledger | None = None) -> pl.DataFrame:
    """The documents at a cell, by URI: doc_id, title, uri, bytes, chunks and failure.

    `chunks` is null where no cell so far makes any, `failure` is "" for a document that is well.
    Items that could not be read at all have the id under which the ledger keeps them.

    Args:
        ledger: that of an overview; read if it is not given.
    """
    known = frames_of(workspace, cell)
    if ledger is None:
        ledger = workspace.ledger() if has_store(workspace) else {}
    source = next(iter(known["documents"]))
    columns = ["doc_id", "title", "uri", "bytes"]
    table = _read(workspace, source, "documents", None, columns)
    rows = ledger.get(cell, {})
    failures = {name: row.reason for name, row in rows.items() if row.outcome == "failed"}
    present = set(table["doc_id"])
    lost = [name for name in failures if name not in present]
    if lost:
        items = [rows[name].item or name for name in lost]
        more = {"doc_id": lost, "title": items, "uri": items, "bytes": [0] * len(lost)}
        table = pl.concat([table, pl.DataFrame(more, schema=table.schema)])
    maker = next(iter(known["chunks"]), None) if "chunks" in known else None
    counts = {name: row.rows for name, row in ledger.get(maker, {}).items()} if maker else {}
    ids = table["doc_id"].to_list()
    return table.with_columns(
        pl.Series("chunks", [counts.get(name) if maker else None for name in ids], dtype=pl.Int64),
        pl.Series("failure", [failures.get(name, "") for name in ids], dtype=pl.String),
    ).sort("uri", "doc_id")


def document(
    workspace: Workspace, cell: str, doc_id: str, ledger: Ledger | None = None
) -> Document:
    """One document with all that is known of it at a cell.

    Args:
        ledger: that of an overview; read if it is not given.
    """
    if ledger is None:
        ledger = workspace.ledger()
    frames = {}
    for frame, writers in frames_of(workspace, cell).items():
        if frame != "collection":
            frames[frame] = _joined(workspace, frame, writers, doc_id)
    rows = frames["documents"].to_dicts()
    row = ledger.get(cell, {}).get(doc_id)
    failure = row.reason if row and row.outcome == "failed" else ""
    if not rows:
        item = row.item if row else ""
        return Document(doc_id, item, item, "", Frames(frames), failure)
    told, text = rows[0], rows[0]["text"]
    chunks = frames.get("chunks")
    exact = chunks is None or all(
        text[start:end] == said
        for start, end, said in chunks.select("start", "end", "text").iter_rows()
    )
    return Document(doc_id, told["title"] or "", told["uri"], text, Frames(frames), failure, exact)


def _joined(
    workspace: Workspace, frame: str, writers: Mapping[str, Sequence[str]], doc_id: str
) -> pl.DataFrame:
    """A document's rows of a frame with the columns of all who wrote to it."""
    table: pl.DataFrame | None = None
    for writer, columns in writers.items():
        shown = [column for column in columns if column != "vector"]
        part = _read(workspace, writer, frame, [doc_id], [*keys(frame), *shown])
        if table is None:
            table = part
        else:
            part = part.select(keys(frame)[0], *shown)
            table = table.join(part, on=keys(frame)[0], how="left", maintain_order="left")
    assert table is not None
    return in_order(frame, table)


def _read(
    workspace: Workspace,
    cell: str,
    frame: str,
    documents: list[str] | None,
    columns: list[str],
) -> pl.DataFrame:
    """Rows of a working table; none when the cell never ran."""
    wired = workspace.wiring.cells[cell]
    if has_store(workspace):
        name = workspace.table_names(wired)[frame]
        if workspace.tables.exists(name):
            return workspace.tables.read(name, documents=documents, columns=columns)
    schema = wired.outputs.get(frame, DOCUMENTS)
    return pl.DataFrame(schema={column: schema[column] for column in columns})
