"""All that one notebook has in the store, for its writer."""

from __future__ import annotations

__all__ = ["Tables"]

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import polars as pl

from ops.context import CollectionSpec
from ops.errors import StoreError, UsageError
from ops.frames import Schema
from storage.cached import PREFIXES, forget_before
from storage.cells import CellTables, cell_of
from storage.database import Database, talking
from storage.edits import Edits
from storage.fits import Fits
from storage.indexes import build_indexes
from storage.lease import LEASES, Lease
from storage.ledger import Ledger, LedgerRow
from storage.manifests import Manifest, Manifests, versions_of
from storage.reader import Reader
from storage.runs import RunRecord, Runs
from storage.upkeep import Policy, compact_if_due, kept, tag_versions, untag_versions

LEASE_SECONDS: Final = 60.0


class Tables(CellTables):
    """Tables of cells, ledger, runs and manifests of one notebook, always at their newest.

    Every write is one commit that is whole or absent. While a lease is held, each is preceded by a
    look whether it still is.
    """

    def __init__(self, database: Database, notebook: str, policy: Policy | None = None) -> None:
        super().__init__(database, notebook)
        self.policy = policy or Policy()
        self._lease: Lease | None = None
        self._ledger = Ledger(database, notebook)
        self._runs = Runs(database, notebook)
        self._manifests = Manifests(database, notebook)
        self.fits = Fits(database, notebook)
        self.edits = Edits(database, notebook)

    @contextlib.contextmanager
    def lease(self, holder: str, *, seconds: float = LEASE_SECONDS) -> Iterator[None]:
        """Be the notebook's only writer.

        Args:
            holder: what others are told: host, process, and what it does.
            seconds: how long the lease holds after the holder's last sign of life.

        Raises:
            LeaseError: another process holds it; says which, since when, and what to do.
        """
        with Lease(self.database, self.notebook, holder, seconds) as held:
            self.database.forget_handles()
            self._lease = held
            try:
                yield
            finally:
                self._lease = None

    def ensure(self, table: str, frame: str, schema: Schema, width: int | None = None) -> None:
        self._guard()
        super().ensure(table, frame, schema, width)

    def replace(self, table: str, frame: str, rows: pl.DataFrame, documents: Sequence[str]) -> None:
        self._guard()
        self._ledger.unsettle(cell_of(table), documents)
        super().replace(table, frame, rows, documents)

    def clear(self, table: str) -> None:
        self._guard()
        self._ledger.unsettle(cell_of(table))
        super().clear(table)

    def drop(self, table: str) -> None:
        self._guard()
        super().drop(table)

    def ledger(self, documents: Sequence[str] | None = None) -> dict[str, dict[str, LedgerRow]]:
        """Cell → document → row, of these documents or of all."""
        return self._ledger.read(documents)

    def record(self, rows: Sequence[LedgerRow]) -> None:
        """Write rows over those of the same cell and document, in one commit."""
        self._guard()
        self._ledger.record(rows)

    def forget(self, cell: str, documents: Sequence[str] | None = None) -> None:
        """Remove a cell's ledger rows of these documents, or all of them."""
        self._guard()
        self._ledger.forget(cell, documents)

    def start_run(self, run: RunRecord) -> None:
        """Note that a run began."""
        self._guard()
        self._runs.put(run)

    def finish_run(self, run: RunRecord) -> None:
        """Note how a run ended."""
        self.database.check_writable()
        self._runs.put(run)

    def runs(self, limit: int = 50) -> list[RunRecord]:
        """The last runs, newest first."""
        return self._runs.newest(limit)

    def build_indexes(self, table: str, spec: CollectionSpec) -> None:
        """Make or refresh the indexes of a collection; nothing happens when all are in order."""
        self._guard()
        handle = self.database.table(table)
        with talking(self.database.uri, f"indexing {table}"):
            # First: compacting afterwards would have to rewrite the indexes.
            self._compact(handle, table, self._manifests.all())
            build_indexes(handle, spec)

    def manifests(self) -> list[Manifest]:
        """Every published state that can still be read, oldest first."""
        return self._manifests.all()

    def latest_manifest(self) -> Manifest | None:
        """What readers see."""
        return self._manifests.latest()

    def publish(
        self,
        run_id: str,
        cells: Mapping[str, Mapping[str, str]],
        collections: Mapping[str, str],
        **extra: Any,
    ) -> Manifest:
        """Show readers the newest version of these tables, all at once.

        Tables that are due are compacted first, so that what is published is what stays. The
        versions are protected before the manifest's row, which is the last commit.

        Args:
            cells: cell → frame → table.
            collections: index cell → table.
            extra: what else to keep with the state, in values that JSON can hold.
        """
        self._guard(surely=True)
        names = {table for frames in cells.values() for table in frames.values()}
        names |= set(collections.values())
        before = self._manifests.all()
        tables = {}
        for name in sorted(names):
            handle = self.database.table(name)
            with talking(self.database.uri, f"publishing {name}"):
                self._compact(handle, name, before)
                tables[name] = int(handle.version)
                tag_versions(handle, [tables[name]])
        number = before[-1].number + 1 if before else 1
        manifest = Manifest(
            number, run_id, datetime.now(UTC), tables, cells, collections, extra=extra
        )
        self._manifests.add(manifest)
        return manifest

    def candidate(
        self, cells: Mapping[str, Mapping[str, str]], collections: Mapping[str, str]
    ) -> Reader:
        """What readers would see if these tables were published now."""
        names = {table for frames in cells.values() for table in frames.values()}
        names |= set(collections.values())
        versions = {name: self.version(name) for name in sorted(names)}
        manifest = Manifest(0, "", datetime.now(UTC), versions, cells, collections)
        return Reader(self.database, self.notebook, manifest)

    def rollback(self, run_id: str) -> Manifest:
        """Publish again what an earlier run published, and hold the schedule until released.

        Raises:
            UsageError: no kept state is that run's.
        """
        self._guard(surely=True)
        known = self._manifests.all()
        older = [manifest for manifest in known if manifest.run_id == run_id]
        if not older:
            listed = ", ".join(dict.fromkeys(m.run_id for m in reversed(known))) or "none"
            raise UsageError(
                f"notebook {self.notebook!r} keeps nothing that run {run_id!r} published",
                hint=f"runs whose result is kept: {listed}",
            )
        for table, version in older[-1].tables.items():
            self.database.at(table, version)
        return self._again(known[-1], older[-1], held=True)

    def release(self) -> Manifest:
        """End the hold of a rollback; what readers see stays until the next run publishes."""
        self._guard(surely=True)
        latest = self._manifests.latest()
        if latest is None:
            raise UsageError(f"notebook {self.notebook!r} has published nothing")
        return self._again(latest, latest, held=False) if latest.held else latest

    def upkeep(self, live: Iterable[str] | None = None) -> None:
        """Let go of old states and cached rows, drop abandoned tables, compact the store's own.

        What is published stays at its version: the tables of cells are compacted by `publish`.

        Args:
            live: tables that the notebook writes now. The others go once no kept state names them;
                without it, those that were last written before the newest state was published.
        """
        self._guard()
        everything = self._manifests.all()
        now = datetime.now(UTC)
        stay = kept(everything, self.policy, now)
        self._manifests.remove([manifest for manifest in everything if manifest not in stay])
        named = {table for manifest in stay for table in manifest.tables}
        for name in self.names():
            if name in named:
                self._untag(name, stay)
            elif self._is_abandoned(name, live, stay):
                self.drop(name)
        self.database.sweep()
        for name in self._own():
            handle = self.database.find(name)
            if handle is not None:
                # Another notebook may be writing what all share: then it is done next time.
                with contextlib.suppress(StoreError), talking(self.database.uri, "compacting"):
                    if name.startswith(PREFIXES):
                        forget_before(handle, (now - self.policy.cached).date())
                    compact_if_due(handle, (), self.policy)

    def _compact(self, handle: Any, table: str, manifests: Sequence[Manifest]) -> None:
        needed = versions_of(kept(manifests, self.policy, datetime.now(UTC)), table)
        untag_versions(handle, needed)
        compact_if_due(handle, needed, self.policy)

    def _untag(self, name: str, stay: Sequence[Manifest]) -> None:
        handle = self.database.table(name)
        with talking(self.database.uri, f"keeping house in {name}"):
            untag_versions(handle, versions_of(stay, name))

    def _is_abandoned(
        self, name: str, live: Iterable[str] | None, stay: Sequence[Manifest]
    ) -> bool:
        if live is not None:
            return name not in set(live)
        if not stay:
            return False
        written = self.database.table(name).list_versions()[-1]["timestamp"]
        return bool(written.astimezone(UTC) < stay[-1].at)

    def _own(self) -> list[str]:
        start = (f"{self.notebook}._", LEASES, *PREFIXES)
        return [name for name in self.database.names() if name.startswith(start)]

    def _again(self, latest: Manifest, state: Manifest, *, held: bool) -> Manifest:
        manifest = Manifest(
            latest.number + 1,
            state.run_id,
            datetime.now(UTC),
            state.tables,
            state.cells,
            state.collections,
            held,
            state.extra,
        )
        self._manifests.add(manifest)
        return manifest

    def _guard(self, *, surely: bool = False) -> None:
        self.database.check_writable()
        if self._lease is not None:
            self._lease.check(surely=surely)
