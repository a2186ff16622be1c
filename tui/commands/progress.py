"""Progress bars on stderr, when it is a terminal."""

from __future__ import annotations

__all__ = ["progress"]

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from pipelines.events import CellAdvanced, CellFinished, CellStarted, DocumentFailed, Event

if TYPE_CHECKING:
    from pipelines.events import Observer


@contextmanager
def progress(quiet: bool = False) -> Iterator[Observer]:
    """An observer that draws one bar a cell; failures are always said, a line each."""
    if quiet or not sys.stderr.isatty():
        yield _failures
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeElapsedColumn as Elapsed
    from rich.progress import TimeRemainingColumn as Remaining

    columns = (
        TextColumn("{task.fields[cell]:<14}", markup=False),
        BarColumn(30),
        MofNCompleteColumn(),
        Elapsed(),
        Remaining(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks = {}

        def observe(event: Event) -> None:
            if isinstance(event, CellStarted):
                total = event.total or None
                tasks[event.cell] = bars.add_task("", total=total, cell=event.cell)
            elif isinstance(event, CellAdvanced) and event.cell in tasks:
                bars.update(tasks[event.cell], completed=event.done)
            elif isinstance(event, CellFinished) and event.report.id in tasks:
                task = tasks[event.report.id]
                done = bars.tasks[task].total or 1
                bars.update(task, completed=done, total=done)
            elif isinstance(event, DocumentFailed):
                bars.console.print(_said(event), style="red", markup=False, highlight=False)

        yield observe


def _failures(event: Event) -> None:
    if isinstance(event, DocumentFailed):
        click.echo(_said(event), err=True)


def _said(event: DocumentFailed) -> str:
    text = f"failed: {event.document} in {event.cell}: {event.reason}"
    return f"{text}\n{event.detail}" if event.detail else text
