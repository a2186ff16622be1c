"""Previews: the same code as a run, over a few documents, in memory, never in the store."""

from __future__ import annotations

__all__ = ["Preview", "Sampler"]

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from ops.context import Context
from ops.errors import DocumentError, SourceError, UsageError
from ops.frames import Frames, conform, digest, in_order, keys
from ops.op import Source, SourceItem
from ops.registry import suggest
from pipelines.batch import run_batch
from pipelines.wiring import CellWiring
from pipelines.workspace import Workspace


@dataclass(frozen=True)
class Preview:
    """What a cell makes of a sample: all that is known of it there, by frame."""

    cell: str
    frames: Frames
    failures: Mapping[str, str]
    """Document (or item) → reason, of this cell and those above."""
    documents: int
    seconds: float

    def _repr_html_(self) -> str:
        from ops.export.html import fragment

        if "documents" in self.frames and "chunks" in self.frames:
            return fragment(self.frames["documents"], self.frames["chunks"])
        tables = [table._repr_html_() for table in self.frames.values()]
        return "\n".join(tables)


@dataclass
class Sampler:
    """Makes previews and remembers what did not change between them.

    Documents are `count` items taken at even distances from each source's listing, or the named
    ones.
    """

    workspace: Workspace
    count: int = 5
    items: tuple[str, ...] = ()
    """URIs of the items to take instead."""
    _made: dict[str, tuple[Frames, Mapping[str, str]]] = field(default_factory=dict)

    def preview(
        self,
        cell: str,
        advance: Callable[[int], None] = lambda done: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Preview:
        """Run a cell, and what is above it, over the sample.

        Raises:
            UsageError: there is no such cell.
            SourceError: a source cannot be listed, or lists nothing.
        """
        began = time.monotonic()
        wiring = self.workspace.wiring
        if cell not in wiring.cells:
            raise UsageError(f"there is no cell {cell!r}", hint=suggest(cell, list(wiring.cells)))
        ctx = Context(
            self.workspace.unstored(), self.workspace.model.base, advance, cancelled=cancelled
        )
        made: dict[str, tuple[str, Frames]] = {}
        failures: dict[str, str] = {}
        for name in (*wiring.above(cell), cell):
            wired = wiring.cells[name]
            inputs = [made[above] for above in wired.cell.inputs]
            if wired.cell.is_source:
                state, loaded, faults = self._load(wired, ctx)
                made[name] = state, loaded
                failures.update(faults)
                continue
            state = digest(self.workspace.fingerprints[name], *(state for state, _ in inputs))
            if state not in self._made:
                self._made[state] = self._transform(wired, [frames for _, frames in inputs], ctx)
            frames, found = self._made[state]
            made[name] = state, frames
            failures.update(found)
        frames = made[cell][1]
        seconds = time.monotonic() - began
        return Preview(cell, frames, failures, len(frames["documents"]), seconds)

    def _load(self, wired: CellWiring, ctx: Context) -> tuple[str, Frames, dict[str, str]]:
        """What names the sample's state, its documents, and the items that cannot be read."""
        op = wired.cell.op
        assert isinstance(op, Source)
        schema = wired.outputs["documents"]
        tables = [pl.DataFrame(schema=dict(schema))]
        failures: dict[str, str] = {}
        items = self._chosen(self.workspace.listing(wired), wired)
        states = []
        for item in items:
            ctx.check()
            state = digest(self.workspace.fingerprints[wired.cell.id], item.uri, item.signature)
            states.append(state)
            if state not in self._made:
                try:
                    table = conform("documents", op.load(item, ctx), schema)
                    self._made[state] = Frames({"documents": table}), {}
                except DocumentError as error:
                    self._made[state] = Frames(), {item.uri: error.message}
            frames, faults = self._made[state]
            failures.update(faults)
            tables += list(frames.values())
        documents = pl.concat(tables).head(max(self.count, len(items)))
        return digest(*states), Frames({"documents": in_order("documents", documents)}), failures

    def _chosen(self, listed: Sequence[SourceItem], wired: CellWiring) -> list[SourceItem]:
        if self.items:
            return [item for item in listed if item.uri in self.items]
        if not listed:
            raise SourceError(f"cell {wired.cell.id!r} lists no documents to sample")
        step = max(len(listed) / self.count, 1.0)
        places = [int(n * step) for n in range(min(self.count, len(listed)))]
        return [listed[place] for place in places]

    def _transform(
        self, wired: CellWiring, above: Sequence[Frames], ctx: Context
    ) -> tuple[Frames, dict[str, str]]:
        known = _joined(above)
        given = Frames(
            {
                frame: known[frame].select(*keys(frame), *columns)
                for frame, columns in wired.reads.items()
            }
        )
        documents = known["documents"]["doc_id"].to_list()
        op = wired.cell.op
        result = run_batch(op, given, dict(wired.outputs), documents, ctx)
        for frame, table in result.frames.items():
            if frame in op.creates:
                known = known.replace(frame, table)
            else:
                known = known.replace(frame, _widened(frame, known[frame], table))
        return known, result.failures


def _joined(above: Sequence[Frames]) -> Frames:
    known = above[0]
    for frames in above[1:]:
        for frame, table in frames.items():
            joined = _widened(frame, known[frame], table) if frame in known else table
            known = known.replace(frame, joined)
    return known


def _widened(frame: str, table: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
    """The table with the columns of `more` that it lacks, matched by key."""
    key = keys(frame)[0]
    extra = [column for column in more.columns if column not in table.columns]
    return table.join(more.select(key, *extra), on=key, how="left", maintain_order="left")
