"""Previews: the same code as a run, over a few documents, in memory, never in the store."""

from __future__ import annotations

__all__ = ["Preview", "Sampler"]

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from ops.context import Context
from ops.errors import DocumentError, SourceError, UsageError
from ops.frames import Frames, conform, digest, in_order
from ops.op import Source, SourceItem
from ops.registry import suggest
from pipelines.cell.chain import joined, through
from pipelines.cell.recut import cutter_for
from pipelines.file.wiring import CellWiring
from pipelines.looking.view import Document
from pipelines.workspace import Workspace

KEPT: Final = 256
"""States of the sample that are remembered, besides those of the last preview."""


@dataclass(frozen=True)
class Preview:
    """What a cell makes of a sample: all that is known of it there, by frame."""

    cell: str
    frames: Frames
    failures: Mapping[str, str]
    """Document (or item) → reason, of this cell and those above."""
    documents: int
    seconds: float
    fitted: tuple[str, ...] = ()
    """Cells whose op sees all documents, and here saw those of the sample only."""
    detail: str = ""
    """The traceback of the first unexpected failure, if there was one."""

    def document(self, doc_id: str) -> Document:
        """One document of the sample with all that is known of it at the cell."""
        rows = {frame: t.filter(pl.col("doc_id") == doc_id) for frame, t in self.frames.items()}
        told = rows["documents"].row(0, named=True)
        failure = self.failures.get(doc_id, "")
        frames = Frames(rows)
        return Document(doc_id, told["title"] or "", told["uri"], told["text"], frames, failure)

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
    hold: float = 0.0
    """Seconds for which a source's listing is taken to hold."""
    _made: OrderedDict[str, tuple[Frames, Mapping[str, str], str]] = field(
        default_factory=OrderedDict
    )
    _listed: dict[str, tuple[float, Sequence[SourceItem]]] = field(default_factory=dict)

    def preview(
        self,
        cell: str,
        advance: Callable[[int], None] = lambda done: None,
        cancelled: Callable[[], bool] = lambda: False,
        started: Callable[[str, int], None] = lambda cell, documents: None,
    ) -> Preview:
        """Run a cell, and what is above it, over the sample.

        Args:
            started: is told every cell that must be computed, and over how many documents.

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
        edits = self.workspace.edits()
        made: dict[str, tuple[str, Frames]] = {}
        failures: dict[str, str] = {}
        detail = ""
        for name in (*wiring.above(cell), cell):
            wired = wiring.cells[name]
            inputs = [made[above] for above in wired.cell.inputs]
            if wired.cell.is_source:
                state, loaded, faults = self._load(wired, ctx)
                made[name] = state, loaded
                failures.update(faults)
                continue
            by_hand = edits.hashes(name)
            told = [part for pair in sorted(by_hand.items()) for part in pair]
            state = digest(self._fingerprint(wired), *(state for state, _ in inputs), *told)
            if state not in self._made:
                above = [frames for _, frames in inputs]
                started(name, len(above[0]["documents"]))
                own = replace(ctx, cutter=cutter_for(wired, wiring))
                self._made[state] = through(wired, joined(above), own, edits.of(name))
            self._made.move_to_end(state)
            frames, found, trace = self._made[state]
            detail = detail or trace
            made[name] = state, frames
            failures.update(found)
        while len(self._made) > KEPT + self.count:
            self._made.popitem(last=False)
        frames = made[cell][1]
        seconds = time.monotonic() - began
        way = (*wiring.above(cell), cell)
        fitted = tuple(name for name in way if wiring.cells[name].cell.op.sees_all)
        count = len(frames["documents"])
        return Preview(cell, frames, failures, count, seconds, fitted, detail)

    def _fingerprint(self, wired: CellWiring) -> str:
        """Of this cell alone: a model that another lacks does not matter here."""
        resources = self.workspace.unstored()
        named = wired.cell.op.model_names()
        return wired.cell.op.fingerprint({pair: resources.model_hash(*pair) for pair in named})

    def _listing(self, wired: CellWiring, fingerprint: str) -> Sequence[SourceItem]:
        at, listed = self._listed.get(fingerprint, (float("-inf"), ()))
        if time.monotonic() - at > self.hold:
            listed = self.workspace.listing(wired).items
            self._listed = {fingerprint: (time.monotonic(), listed)}
        return listed

    def forget(self) -> None:
        """List the sources again at the next preview."""
        self._listed = {}

    def _load(self, wired: CellWiring, ctx: Context) -> tuple[str, Frames, dict[str, str]]:
        """What names the sample's state, its documents, and the items that cannot be read."""
        op = wired.cell.op
        assert isinstance(op, Source)
        schema = wired.outputs["documents"]
        tables = [pl.DataFrame(schema=dict(schema))]
        failures: dict[str, str] = {}
        fingerprint = self._fingerprint(wired)
        items = self._chosen(self._listing(wired, fingerprint), wired)
        states = []
        for item in items:
            ctx.check()
            state = digest(fingerprint, item.uri, item.signature)
            states.append(state)
            if state not in self._made:
                try:
                    table = conform("documents", op.load(item, ctx), schema)
                    self._made[state] = Frames({"documents": table}), {}, ""
                except DocumentError as error:
                    self._made[state] = Frames(), {item.uri: error.message}, ""
            self._made.move_to_end(state)
            frames, faults, _ = self._made[state]
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
