"""Cuts documents again as a cell of a notebook cuts them: for asking what small edits change."""

from __future__ import annotations

__all__ = ["Recutter", "cutter_for", "maker_of"]

from dataclasses import dataclass, replace

import polars as pl

from ops.context import Context
from ops.frames import DOCUMENTS, Frames
from pipelines.cell.chain import through
from pipelines.file.wiring import CellWiring, Wiring


@dataclass(frozen=True)
class Recutter:
    """Runs a cell that makes chunks, and whatever it reads, over other documents, in memory.

    Edits by hand are left out: they belong to the documents as they are. What a cell on the way
    fits on all documents it fits on the given ones.
    """

    wiring: Wiring
    cell: str

    @property
    def size(self) -> int | None:
        """Tokens that a chunk may have at most; None where nothing limits it."""
        size = getattr(self.wiring.cells[self.cell].cell.op, "size", None)
        return size if isinstance(size, int) else None

    def cut(self, documents: pl.DataFrame, ctx: Context) -> pl.DataFrame:
        """The chunks of these documents; one that cannot be cut has none. Nothing is stored."""
        quiet = replace(ctx, advance=lambda done: None, failures={})
        missing = {n: d for n, d in DOCUMENTS.items() if n not in documents.columns}
        empty = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in missing.items()]
        known = Frames({"documents": documents.with_columns(empty)})
        for wired in self._way():
            ctx.check()
            known, failures, _ = through(wired, known, quiet)
            if failures:
                every = known["documents"]["doc_id"].to_list()
                known = known.of_documents([name for name in every if name not in failures])
        return known["chunks"]

    def _way(self) -> list[CellWiring]:
        """The cells whose columns it needs, in running order, without the sources."""
        cells = self.wiring.cells
        wanted = {self.cell}
        for name in reversed(list(cells)):
            if name in wanted:
                wired = cells[name]
                wanted.update(wired.creators.values())
                wanted.update(w for columns in wired.reads.values() for w in columns.values())
        return [cells[n] for n in cells if n in wanted and not cells[n].cell.is_source]


def maker_of(wiring: Wiring, cell: str) -> str | None:
    """The cell that makes the chunks that this one reads or, if it makes some, hands on."""
    wired = wiring.cells[cell]
    if "chunks" in wired.cell.op.creates:
        return cell
    if "chunks" in wired.creators:
        return wired.creators["chunks"]
    return next(
        (maker for above in wired.cell.inputs if (maker := maker_of(wiring, above))),
        None,
    )


def cutter_for(wired: CellWiring, wiring: Wiring) -> Recutter | None:
    """What an op that needs to cut again is handed; None for the others."""
    if "cutter" not in wired.cell.op.needs:
        return None
    maker = maker_of(wiring, wired.cell.id)
    return Recutter(wiring, maker) if maker else None
