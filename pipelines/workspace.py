"""A notebook with its store, models and names of tables: what planning and running work on."""

from __future__ import annotations

__all__ = ["Workspace", "home", "main_frame", "store_uri"]

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from ops.context import CollectionSpec, Context, Resources
from ops.frames import Frames, digest, in_order, keys
from ops.op import Listing, Source
from pipelines.edits.book import EditBook
from pipelines.file.model import Model
from pipelines.file.wiring import CellWiring, Wiring, wire
from pipelines.planning.plan import CellPlan, plan_notebook
from pipelines.vectors import Remembered, RememberedAnswers
from storage import FitRow, LedgerRow, Store
from storage.database import local_path

if TYPE_CHECKING:
    from storage import Tables

STORE = "CHUNKBOOK_STORE"


def store_uri(model: Model) -> str | Path:
    """Where a notebook's results live: `CHUNKBOOK_STORE`, or `.chunkbook/lance` beside it."""
    return os.environ.get(STORE) or home(model) / "lance"


def home(model: Model) -> Path:
    """The notebook's own folder for everything that is made."""
    return model.base / ".chunkbook"


@dataclass(frozen=True)
class CollectionTable:
    """The table that a running index cell publishes (`ops.context.Collection`)."""

    tables: Tables
    table: str
    columns: frozenset[str]

    def build(self, spec: CollectionSpec) -> None:
        if spec.vector not in self.columns:
            spec = replace(spec, vector=None)
        spec = replace(spec, text=tuple(name for name in spec.text if name in self.columns))
        self.tables.build_indexes(self.table, spec)


@dataclass(frozen=True)
class Workspace:
    """Opens lazily: a plan of a notebook that never ran needs no model."""

    model: Model
    read_only: bool = False

    @cached_property
    def wiring(self) -> Wiring:
        wiring, problems = wire(self.model.cells)
        assert wiring is not None, problems  # the file was checked when it was read
        return wiring

    @cached_property
    def store(self) -> Store:
        return Store.open(store_uri(self.model), read_only=self.read_only)

    @cached_property
    def tables(self) -> Tables:
        return self.store.tables(self.model.name)

    def resources(self, collection: CollectionTable | None = None) -> Resources:
        """What ops may ask for; `collection` is that of the index cell that runs."""
        from ops.inference.resources import LocalResources

        return LocalResources(
            self.model.base,
            vectors=self.store.vector_cache(),
            answers=self.store.answer_cache(),
            collection=collection,
            kv=home(self.model) / "kv",
        )

    def unstored(self) -> Resources:
        """What ops may ask for in a preview: nothing that touches the store."""
        from ops.inference.resources import LocalResources

        vectors, answers = self._remembered
        return LocalResources(self.model.base, vectors=vectors, answers=answers)

    @cached_property
    def _remembered(self) -> tuple[Remembered, RememberedAnswers]:
        return Remembered(), RememberedAnswers()

    def context(self, cell: CellWiring) -> Context:
        """The context of a cell over the store, without progress and cancel."""
        name = self.table_names(cell).get("collection")
        collection = None
        if name is not None:
            columns = frozenset(cell.outputs["collection"])
            collection = CollectionTable(self.tables, name, columns)
        return Context(self.resources(collection), self.model.base)

    @cached_property
    def model_hashes(self) -> Mapping[tuple[str, str], str]:
        """(kind, name) → hash of the file, for every model that the notebook names."""
        resources = self.unstored()
        named = {pair for cell in self.model.cells for pair in cell.op.model_names()}
        return {(kind, name): resources.model_hash(kind, name) for kind, name in sorted(named)}

    @cached_property
    def fingerprints(self) -> Mapping[str, str]:
        """Cell → fingerprint. One that cuts again has those of the cells above in its own."""
        own = {cell.id: cell.op.fingerprint(self.model_hashes) for cell in self.model.cells}
        return {
            cell.id: digest(own[cell.id], *(own[name] for name in self.wiring.above(cell.id)))
            if "cutter" in cell.op.needs
            else own[cell.id]
            for cell in self.model.cells
        }

    def table_names(self, cell: CellWiring) -> dict[str, str]:
        """Frame → the table that a cell writes.

        Other columns or another model make another table, so that what is published stays
        readable while the new one fills.
        """
        hashes = [self.model_hashes[pair] for pair in cell.cell.op.model_names()]
        return {
            frame: self.tables.table_name(
                cell.cell.id,
                frame,
                digest(*(f"{n} {d}" for n, d in schema.items()), *hashes)[:6],
            )
            for frame, schema in cell.outputs.items()
        }

    def listing(self, cell: CellWiring) -> Listing:
        """What a source lists now."""
        op = cell.cell.op
        assert isinstance(op, Source)
        return op.scan(Context(self.unstored(), self.model.base))

    def ledger(self) -> dict[str, dict[str, LedgerRow]]:
        """Cell → document → what is recorded; cells whose tables are gone have nothing."""
        ledger = self.tables.ledger()
        names = set(self.tables.names())
        return {
            cell: dict(ledger.get(cell, {}))
            for cell, wired in self.wiring.cells.items()
            if names.issuperset(self.table_names(wired).values())
        }

    def edits(self) -> EditBook:
        """What people changed by hand, as it is now; nothing is made or imported by looking."""
        folder = local_path(str(store_uri(self.model)))
        if folder is not None and not (folder / f"{self.model.name}._edits.lance").exists():
            return EditBook()
        return EditBook(self.tables.edits.all())

    def plan(self, *, retry: bool = False) -> tuple[CellPlan, ...]:
        """What a run would do now."""
        listings = {
            name: self.listing(wired)
            for name, wired in self.wiring.cells.items()
            if wired.cell.is_source
        }
        ledger, fits = self.ledger(), self.fits()
        return plan_notebook(
            self.wiring, self.fingerprints, listings, ledger, fits, self.edits(), retry=retry
        )

    def fits(self) -> Mapping[str, FitRow]:
        """Cell → what it fitted on all documents, without the state; for ops that see all."""
        if not any(cell.op.sees_all for cell in self.model.cells):
            return {}
        return self.tables.fits.fits()

    def gather(self, cell: CellWiring, documents: Sequence[str]) -> Frames:
        """All that a cell reads of these documents, joined by key, in the frames' order."""
        frames = {}
        for frame, columns in cell.reads.items():
            creator = cell.creators[frame]
            by_writer: dict[str, list[str]] = {creator: []}
            for column, writer in columns.items():
                by_writer.setdefault(writer, []).append(column)
            table: pl.DataFrame | None = None
            for writer, wanted in by_writer.items():
                part = self._part(writer, frame, wanted, documents)
                if table is None:
                    table = part
                else:
                    part = part.drop("doc_id") if len(keys(frame)) > 1 else part
                    table = table.join(part, on=keys(frame)[0], how="left", maintain_order="left")
            assert table is not None
            frames[frame] = in_order(frame, table)
        return Frames(frames)

    def _part(
        self, writer: str, frame: str, columns: Sequence[str], documents: Sequence[str]
    ) -> pl.DataFrame:
        wired = self.wiring.cells[writer]
        name = self.table_names(wired)[frame]
        wanted = [*keys(frame), *columns]
        return self.tables.read(name, documents=documents, columns=wanted)

    def ready(self, cell: CellWiring) -> dict[str, str]:
        """Frame → table, each made if it is not there yet."""
        names = self.table_names(cell)
        for frame, name in names.items():
            if not self.tables.exists(name):
                self.tables.ensure(name, frame, cell.outputs[frame], self._width(cell))
        return names

    def _width(self, cell: CellWiring) -> int | None:
        """Length of the vectors that reach this cell's tables, if any do."""
        if not any("vector" in schema for schema in cell.outputs.values()):
            return None
        for name in (cell.cell.id, *self.wiring.above(cell.cell.id)):
            for kind, model in self.wiring.cells[name].cell.op.model_names():
                if kind == "embedder":
                    return self.resources().embedder(model).dimensions
        return None


def main_frame(cell: CellWiring) -> str:
    """The frame whose rows a cell is counted by."""
    op = cell.cell.op
    if op.creates:
        return op.creates[0]
    return list(cell.outputs)[-1]
