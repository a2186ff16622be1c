"""`chunkbook run --sample`: what cells make of a few documents, without storing anything."""

from __future__ import annotations

__all__ = ["sample_cells"]

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from tui.commands.arguments import echo_json
from tui.exit_codes import ExitCode

if TYPE_CHECKING:
    from pipelines.file.model import Model


def sample_cells(model: Model, cells: Sequence[str], count: int, as_json: bool) -> None:
    """Preview cells (all of them by default) over `count` documents and print what they give."""
    from pipelines.looking.sample import Sampler
    from pipelines.workspace import Workspace, main_frame

    workspace = Workspace(model)
    sampler = Sampler(workspace, count)
    wanted = cells or tuple(workspace.wiring.cells)
    previews = [sampler.preview(cell) for cell in wanted]
    reports = []
    for preview in previews:
        wired = workspace.wiring.cells[preview.cell]
        frame = main_frame(wired)
        counts = {"added": preview.documents, "changed": 0, "unchanged": 0, "deleted": 0}
        reports.append(
            {
                "id": preview.cell,
                "op": wired.cell.op.name,
                "documents": {**counts, "failed": len(preview.failures)},
                "rows": len(preview.frames[frame]) if frame in preview.frames else 0,
                "seconds": round(preview.seconds, 3),
                "failures": dict(preview.failures),
            }
        )
    failures = {name: why for preview in previews for name, why in preview.failures.items()}
    if as_json:
        frames = {name: table.to_dicts() for name, table in previews[-1].frames.items()}
        seconds = sum(preview.seconds for preview in previews)
        head = {"notebook": model.name, "run_id": None, "seconds": round(seconds, 3)}
        echo_json({**head, "sample": count, "cells": reports, "frames": frames})
    else:
        _print(reports, previews[-1].frames, failures)
    if failures:
        raise click.exceptions.Exit(ExitCode.DOCUMENTS_FAILED)


def _print(reports: Sequence[dict[str, object]], frames: object, failures: object) -> None:
    from ops.frames import Frames
    from tui.commands.tables import print_table, shorten

    assert isinstance(frames, Frames)
    assert isinstance(failures, dict)
    rows = [(r["id"], r["op"], r["rows"], r["seconds"]) for r in reports]
    print_table(("cell", "op", "rows", "seconds"), rows, numbers=2)
    if "chunks" in frames:
        chunks = frames["chunks"].head(10)
        shown = [
            (row["start"], row["end"], row["tokens"], row["boundary"], shorten(row["text"], 60))
            for row in chunks.iter_rows(named=True)
        ]
        print_table(("start", "end", "tokens", "boundary", "text"), shown)
    for name, why in failures.items():
        click.echo(f"failed: {name}: {why}", err=True)
    click.echo("A sample: nothing was stored.")
