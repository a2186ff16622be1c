"""`chunkbook run`: bring a notebook's results up to date."""

from __future__ import annotations

__all__ = ["print_report", "run"]

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.commands.arguments import as_json, echo_json, notebook_argument
from tui.commands.passed import say_nothing_listed, say_passed_over
from tui.exit_codes import ExitCode

if TYPE_CHECKING:
    from pipelines.events import RunReport
    from pipelines.file.model import Model


@click.command()
@notebook_argument
@click.option("--cell", "cells", multiple=True, metavar="ID", help="Only this cell (repeatable).")
@click.option(
    "--sample",
    type=click.IntRange(1),
    metavar="N",
    help="Only look: run over N documents and store nothing.",
)
@click.option("--retry", is_flag=True, help="Try documents that failed before again.")
@click.option("--refit", is_flag=True, help="Fit anew what cells fit on all documents.")
@click.option("--allow-empty", is_flag=True, help="Believe a source that suddenly lists nothing.")
@click.option("--quiet", "-q", is_flag=True, help="No progress bars.")
@as_json
def run(
    notebook: Path,
    cells: tuple[str, ...],
    sample: int | None,
    retry: bool,
    refit: bool,
    allow_empty: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Bring the results of NOTEBOOK up to date: only what is new, changed or gone costs time.

    A run that is stopped goes on where it stopped when it is started again. It is recorded in
    the notebook's Dagster home and shows in Dagster's web interface.
    """
    import storage

    storage.warm()
    from pipelines.file.parse import read
    from tui.commands.progress import progress
    from tui.interrupts import stoppable

    model = read(notebook)
    if sample is not None:
        from tui.commands.sample import sample_cells

        sample_cells(model, cells, sample, as_json)
        return
    from pipelines.orchestrate.job import run_recorded
    from pipelines.running.run import Options

    options = Options(cells=cells or None, retry=retry, refit=refit, allow_empty=allow_empty)
    with progress(quiet) as observer:
        report = stoppable(lambda asked: run_recorded(notebook, options, observer, asked))
    if as_json:
        echo_json(report.as_json())
    else:
        print_report(report)
    _say_conflicts(model)
    if report.failed:
        raise click.exceptions.Exit(ExitCode.DOCUMENTS_FAILED)


def print_report(report: RunReport) -> None:
    """Print what a run did, a line a cell."""
    from tui.commands.tables import print_table

    rows = [
        (
            cell.id,
            cell.op,
            cell.added,
            cell.changed,
            cell.unchanged,
            cell.deleted,
            cell.failed,
            cell.rows,
            cell.seconds,
        )
        for cell in report.cells
    ]
    head = ("cell", "op", "added", "changed", "kept", "deleted", "failed", "rows", "seconds")
    print_table(head, rows, numbers=2)
    aside = {uri: reason for cell in report.cells for uri, reason in cell.failures.items()}
    if aside:
        click.echo(f"{len(aside)} documents are set aside (`--retry` tries them again):")
        for uri, reason in sorted(aside.items())[:10]:
            click.echo(f"  {uri}: {reason}")
        if len(aside) > 10:
            click.echo(f"  and {len(aside) - 10} more (`--json` lists all)")
    say_passed_over({cell.id: cell.passed_over for cell in report.cells})
    if not any(cell.rows or cell.deleted or cell.failures for cell in report.cells):
        say_nothing_listed()
    for one in report.measured:
        click.echo(f"{'' if one.passed else 'warning: '}{one}")
    state = "published" if report.published else "nothing new to publish"
    click.echo(f"{report.notebook}: {report.seconds:.1f} s, {state}, run {report.run_id}")


def _say_conflicts(model: Model) -> None:
    """Say how many edits by hand could not be applied again, if any."""
    from pipelines.correcting.desk import Desk
    from pipelines.workspace import Workspace

    edits = Desk(Workspace(model, read_only=True)).all()
    lost = sum(one.state == "conflict" for one in edits)
    if lost:
        said = "1 edit by hand is" if lost == 1 else f"{lost} edits by hand are"
        hint = f"`chunkbook edits {model.path} --conflicts` tells why"
        click.echo(f"{said} in conflict with the documents; {hint}", err=True)
