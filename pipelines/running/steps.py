"""The appliers of a cell's work: load items, transform documents, remove what is gone."""

from __future__ import annotations

__all__ = ["Step", "load_items", "sizes_of", "transform"]

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import polars as pl

from ops.context import Context
from ops.errors import DocumentError
from ops.frames import Frames, conform, doc_id
from ops.op import Source, SourceItem
from pipelines.cell.batch import BatchResult, run_batch
from pipelines.edits.book import EditBook
from pipelines.edits.moves import Movers
from pipelines.events import CellAdvanced, DocumentFailed, Observer
from pipelines.file.wiring import CellWiring
from pipelines.planning.batches import Batches
from pipelines.planning.hashes import column_hashes
from pipelines.planning.plan import CellPlan
from pipelines.workspace import Workspace
from storage import LedgerRow


@dataclass(frozen=True)
class Step:
    """One cell at work. `rows` is the cell's ledger, kept up to date while it goes."""

    workspace: Workspace
    wired: CellWiring
    plan: CellPlan
    names: Mapping[str, str]
    rows: dict[str, LedgerRow]
    run_id: str
    observer: Observer
    edits: EditBook = field(default_factory=EditBook)

    @property
    def id(self) -> str:
        return self.wired.cell.id


def load_items(step: Step, items: Sequence[SourceItem], ctx: Context) -> Counter[str]:
    """Load added and changed items of a source; counts are documents."""
    op = step.wired.cell.op
    assert isinstance(op, Source)
    by_uri = {item.uri: item for item in items}
    owned: dict[str, list[str]] = {}
    for name, row in step.rows.items():
        owned.setdefault(row.item, []).append(name)
    gone = [name for uri in step.plan.work.deleted for name in owned.get(uri, ())]
    tally = Counter(deleted=len([name for name in gone if step.rows[name].outputs]))
    movers = Movers(step.edits, step.rows, gone)
    kept = (*step.plan.work.unchanged, *step.plan.work.failed)
    tally["unchanged"] = sum(
        1
        for uri in kept
        for name in owned.get(uri, ())
        if step.rows[name].outcome == "ok" and step.rows[name].outputs
    )
    todo = [by_uri[uri] for uri in step.plan.work.todo]
    batches = Batches(todo, [item.size for item in todo])
    for batch in batches:
        ctx.check()
        _load_batch(step, op, batch, owned, ctx, tally, movers)
        step.observer(CellAdvanced(step.id, batches.done, len(todo)))
    _forget(step, gone)  # last: a run that goes on after a kill still knows what may have moved
    return tally


def _load_batch(
    step: Step,
    op: Source,
    items: Sequence[SourceItem],
    owned: Mapping[str, Sequence[str]],
    ctx: Context,
    tally: Counter[str],
    movers: Movers,
) -> None:
    tables, rows, vanished = [], [], []
    for item in items:
        ctx.check()
        began = time.monotonic()
        try:
            table = conform("documents", op.load(item, ctx), step.wired.outputs["documents"])
            _unique(table, item)
        except DocumentError as error:
            seconds = time.monotonic() - began
            rows += _failed_item(step, item, owned.get(item.uri, ()), error.message, seconds)
            tally["failed"] += 1
            step.observer(DocumentFailed(step.id, item.uri, error.message))
            continue
        ids = table["doc_id"].to_list()
        gone = [name for name in owned.get(item.uri, ()) if name not in ids]
        vanished += gone
        tally["deleted"] += sum(1 for name in gone if step.rows[name].outputs)
        tables.append(table)
        hashes = column_hashes(Frames({"documents": table}), ids)
        seconds = (time.monotonic() - began) / max(len(ids), 1)
        for name in ids:
            before = step.rows.get(name)
            tally[_kind(before, hashes[name])] += 1
            rows.append(
                _row(step, name, item.uri, item.signature, hashes[name], rows=1, seconds=seconds)
            )
        if not ids:
            rows.append(_row(step, doc_id(item.uri), item.uri, item.signature, {}, rows=0))
    empty = pl.DataFrame(schema=dict(step.wired.outputs["documents"]))
    whole = conform("documents", pl.concat([empty, *tables]), step.wired.outputs["documents"])
    for move in movers.found(rows, vanished):
        step.edits.add([step.workspace.tables.edits.add(move)])
    written = [*whole["doc_id"].to_list(), *vanished]
    _write(step, Frames({"documents": whole}), written, rows)
    _forget_rows(step, [name for name in vanished if name not in {row.doc_id for row in rows}])


def _kind(before: LedgerRow | None, hashes: Mapping[str, str]) -> str:
    if before is None or not before.outputs:
        return "added"
    return "unchanged" if dict(before.outputs) == dict(hashes) else "changed"


def _unique(table: pl.DataFrame, item: SourceItem) -> None:
    twice = table.filter(pl.col("doc_id").is_duplicated())
    if len(twice):
        raise DocumentError(f"{item.uri} holds two documents called {twice['uri'][0]}")


def _failed_item(
    step: Step, item: SourceItem, owned: Sequence[str], reason: str, seconds: float
) -> list[LedgerRow]:
    """The record of an item that could not be read; what was read of it before stays."""
    rows = []
    for name in owned or (doc_id(item.uri),):
        before = step.rows.get(name)
        outputs, count = (before.outputs, before.rows) if before else ({}, 0)
        row = _row(step, name, item.uri, item.signature, outputs, rows=count, seconds=seconds)
        rows.append(replace(row, outcome="failed", reason=reason))
    return rows


def transform(step: Step, ctx: Context) -> Counter[str]:
    """Run a cell's op over the documents that are added or changed."""
    work = step.plan.work
    _forget(step, work.deleted)
    if not (work.unchanged or work.failed):
        # Nothing here is current: rows of an earlier shape of this cell may be lying about.
        for table in step.names.values():
            step.workspace.tables.clear(table)
    tally = Counter(
        added=0, changed=0, unchanged=len(work.unchanged), deleted=len(work.deleted), failed=0
    )
    by_hand = step.edits.of(step.id)
    sizes = sizes_of(step, work.todo)
    batches = Batches(work.todo, [sizes.get(name, 0) for name in work.todo])
    with ThreadPoolExecutor(1, thread_name_prefix="write") as writer:
        written: Future[None] | None = None
        for batch in batches:
            ctx.check()
            began = time.monotonic()
            frames = step.workspace.gather(step.wired, batch)
            details: list[str] = []
            at_work = replace(ctx, advance=_Advance(step, batches.done - len(batch)))
            op, outputs = step.wired.cell.op, dict(step.wired.outputs)
            edits = {name: by_hand[name] for name in batch if name in by_hand}
            result = run_batch(op, frames, outputs, batch, at_work, details.append, edits)
            if written is not None:
                written.result()
            # The store writes one batch while the op works on the next.
            seconds = time.monotonic() - began
            written = writer.submit(_commit, step, batch, result, seconds)
            _count(step, batch, result, details, tally)
            step.observer(CellAdvanced(step.id, batches.done, len(work.todo)))
        if written is not None:
            written.result()
    return tally


class _Advance:
    """Turns an op's steps within a batch into progress of the cell."""

    def __init__(self, step: Step, done: int) -> None:
        self.step = step
        self.done = done

    def __call__(self, more: int) -> None:
        total = len(self.step.plan.work.todo)
        self.done = min(self.done + more, total)
        self.step.observer(CellAdvanced(self.step.id, self.done, total))


def _count(
    step: Step,
    batch: Sequence[str],
    result: BatchResult,
    details: Sequence[str],
    tally: Counter[str],
) -> None:
    added = set(step.plan.work.added)
    for name in batch:
        if name in result.failures:
            tally["failed"] += 1
            detail = details[0] if len(details) == 1 else ""
            step.observer(DocumentFailed(step.id, name, result.failures[name], detail))
        else:
            tally["added" if name in added else "changed"] += 1


def _commit(step: Step, batch: Sequence[str], result: BatchResult, seconds: float) -> None:
    hashes = column_hashes(result.frames, batch)
    counts: Counter[str] = Counter()
    for table in result.frames.values():
        counts.update(dict(table.group_by("doc_id").len().iter_rows()))
    rows = []
    for name in batch:
        reason = result.failures.get(name, "")
        hashed = step.plan.inputs[name] or ""
        row = _row(
            step,
            name,
            "",
            hashed,
            {} if reason else hashes[name],
            rows=counts[name],
            seconds=seconds / len(batch),
        )
        rows.append(replace(row, outcome="failed", reason=reason) if reason else row)
    if result.outcomes:
        now = datetime.now(UTC)
        settled = [replace(told, run_id=step.run_id, at=now) for told in result.outcomes]
        step.workspace.tables.edits.settle(settled)
    _write(step, result.frames, batch, rows)


def _row(
    step: Step,
    name: str,
    item: str,
    hashed: str,
    outputs: Mapping[str, str],
    *,
    rows: int,
    seconds: float = 0.0,
) -> LedgerRow:
    return LedgerRow(
        cell=step.id,
        doc_id=name,
        item=item,
        fingerprint=step.plan.fingerprint,
        input_hash=hashed,
        outcome="ok",
        reason="",
        run_id=step.run_id,
        rows=rows,
        seconds=seconds,
        outputs=outputs,
        at=datetime.now(UTC),
    )


def _write(step: Step, frames: Frames, documents: Sequence[str], rows: Sequence[LedgerRow]) -> None:
    """Rows first, their ledger last: what the ledger says is there, is there."""
    for frame, table in frames.items():
        step.workspace.tables.replace(step.names[frame], frame, table, documents)
    step.workspace.tables.record(rows)
    step.rows.update({row.doc_id: row for row in rows})


def _forget(step: Step, documents: Sequence[str]) -> None:
    if not documents:
        return
    for frame, table in step.names.items():
        nothing = pl.DataFrame(schema=dict(step.wired.outputs[frame]))
        step.workspace.tables.replace(table, frame, nothing, documents)
    _forget_rows(step, documents)


def _forget_rows(step: Step, documents: Sequence[str]) -> None:
    if documents:
        step.workspace.tables.forget(step.id, documents)
        for name in documents:
            step.rows.pop(name, None)


def sizes_of(step: Step, documents: Sequence[str]) -> Mapping[str, int]:
    """Bytes of each document's source, as a measure of the work it makes."""
    for name in step.workspace.wiring.above(step.id):
        wired = step.workspace.wiring.cells[name]
        if wired.cell.is_source and documents:
            table = step.workspace.table_names(wired)["documents"]
            read = step.workspace.tables.read(table, columns=["doc_id", "bytes"])
            return dict(read.iter_rows())
    return {}
