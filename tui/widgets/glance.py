"""What a cell makes of the sample, in a few lines below its card. Pure."""

from __future__ import annotations

__all__ = ["Glance", "Stage", "glance", "glance_of"]

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from textual.content import Content

from ops.frames import keys
from tui.widgets.cell import apart
from tui.widgets.facts import told
from tui.widgets.figures import counted, seconds
from tui.widgets.plain import one_line
from tui.widgets.spark import bar, merged, spark
from tui.widgets.wrap import wrap

if TYPE_CHECKING:
    import polars as pl

    from pipelines.file.wiring import CellWiring
    from pipelines.looking.sample import Preview

MOST: Final = 5
"""Rows that are shown."""
FAULT_LINES: Final = 4
NOUNS: Final = {"entities": "entity"}
QUIET: Final = frozenset({"parent_id", "level", "ordinal", "start", "end", "chunk_id", "doc_id"})


class Stage(StrEnum):
    """How far a preview is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAULT = "fault"
    OFFERED = "offered"
    """It runs a model, and is made when it is asked for."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A preview in short: its figures, some rows (text and a figure), or why there is none."""

    stage: Stage
    cell: str = ""
    """The cell that is being computed, itself or one above."""
    done: int = 0
    total: int = 0
    documents: int = 0
    rows: str = ""
    seconds: float = 0.0
    lengths: Sequence[int] = ()
    span: str = ""
    shown: tuple[tuple[str, str], ...] = ()
    fault: str = ""
    trace: tuple[str, ...] = ()


def glance_of(preview: Preview, wired: CellWiring, spent: float) -> Glance:
    """What to show of a preview.

    Args:
        spent: seconds since it was asked for.
    """
    op = wired.cell.op
    frame = op.creates[0] if op.creates else ["documents", *wired.outputs][-1]
    table = next((t for name, t in preview.frames.items() if name == frame), None)
    rows, span = "", ""
    lengths: list[int] = []
    if table is not None:
        noun = NOUNS.get(frame, frame.removesuffix("s"))
        rows = counted(len(table), noun, frame if frame.endswith("s") else "")
        if frame == "chunks" and "tokens" in table.columns and "chunks" in op.creates:
            lengths, span = _lengths(table)
    written = [c for c in wired.outputs.get(frame, ()) if c not in (*keys(frame), *QUIET)]
    shown = _shown(frame, table, written) if table is not None else ()
    fault = next(iter(preview.failures.values()), "")
    if fault:
        fault = f"{counted(len(preview.failures), 'document')} put aside: {fault}"
    trace = tuple(preview.detail.strip().splitlines()[-4:]) if preview.detail else ()
    return Glance(
        Stage.DONE,
        documents=preview.documents,
        rows=rows,
        seconds=spent,
        lengths=tuple(lengths),
        span=span,
        shown=shown,
        fault=fault,
        trace=trace,
    )


def _lengths(table: pl.DataFrame) -> tuple[list[int], str]:
    tokens = [int(n) for n in table["tokens"].to_list()]
    if not tokens:
        return [], ""
    top, bins = max(tokens), 24
    counts = [0] * bins
    for number in tokens:
        counts[number * bins // (top + 1)] += 1
    middle = sorted(tokens)[len(tokens) // 2]
    return counts, f"{min(tokens):,}–{top:,} tokens, half up to {middle:,}"


def _shown(frame: str, table: pl.DataFrame, written: Sequence[str]) -> tuple[tuple[str, str], ...]:
    found = []
    for row in table.head(MOST).iter_rows(named=True):
        if frame in ("chunks", "collection") and "text" in written:
            found.append((one_line(str(row["text"]), 200), f"{row['tokens']:,}"))
        elif frame == "documents" and "title" in written:
            size = counted(len(row["text"] or ""), "character")
            found.append((one_line(str(row["title"] or row["uri"]), 200), size))
        else:
            found.append((_columns(row, written), ""))
    return tuple(found)


def _columns(row: dict[str, object], written: Sequence[str]) -> str:
    parts = []
    for column in written:
        value = row.get(column)
        if column == "vector" and isinstance(value, list):
            parts.append(f"vector of {len(value)} numbers")
            continue
        said = one_line(told(value), 160)
        if said:
            parts.append(said if len(written) == 1 else f"{column.replace('_', ' ')} {said}")
    return one_line(" · ".join(parts), 300) or "nothing"


def glance(seen: Glance, width: int) -> list[Content]:
    """The lines of a preview, none wider than `width`."""
    match seen.stage:
        case Stage.WAITING:
            return [Content.styled("…", "$quiet")]
        case Stage.OFFERED:
            offer = Content.styled("p shows what it makes of a sample (runs a model)", "$quiet")
            return [offer.truncate(width, ellipsis=True)]
        case Stage.RUNNING:
            return [_running(seen, width)]
        case Stage.FAULT:
            return _fault(seen, width)
    figures = f"sample of {counted(seen.documents, 'document')} · {seconds(seen.seconds)}"
    head, tail = Content.styled(seen.rows, "bold"), Content.styled(figures, "$quiet")
    if head.cell_length + tail.cell_length < width:
        lines = [apart(head, tail, width)]
    else:
        lines = [part.truncate(width, ellipsis=True) for part in (head, tail)]
    if seen.lengths:
        said = Content.styled(seen.span, "$quiet")
        bars = spark(merged(seen.lengths, width - said.cell_length - 2))
        lines.append(apart(said, Content.styled(bars, "$secondary"), width))
    for text, figure in seen.shown:
        tail = Content.styled(" " + figure, "$quiet") if figure else Content("")
        room = width - tail.cell_length - 2
        head = Content.assemble(("› ", "$secondary"), text).truncate(room + 2, ellipsis=True)
        gap = " " * (width - head.cell_length - tail.cell_length)
        lines.append(Content.assemble(head, gap, tail))
    if seen.fault:
        lines += _fault(seen, width)
    return lines


def _running(seen: Glance, width: int) -> Content:
    said = f"  {one_line(seen.cell, 40)} {seen.done} of {seen.total}" if seen.total else "  …"
    full, left = bar(seen.done, seen.total or 1, max(width - len(said), 4))
    line = Content.assemble((full, "$accent"), (left, "$line"), (said, "$quiet"))
    return line.truncate(width, ellipsis=True)


def _fault(seen: Glance, width: int) -> list[Content]:
    said = one_line(seen.fault, 400)
    rows = wrap(said, max(width - 2, 1), FAULT_LINES)
    parts = [said[slice(*rows.span(row))].rstrip() for row in range(len(rows))]
    if not rows.whole:
        parts[-1] += " …"
    return [
        *(
            Content.styled(f"{'  ' if row else '▲ '}{part}", "$error").truncate(width)
            for row, part in enumerate(parts)
        ),
        *(
            Content.styled("  " + one_line(line, 400), "$quiet").truncate(width, ellipsis=True)
            for line in seen.trace
        ),
    ]
