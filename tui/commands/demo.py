"""`chunkbook demo`: the demonstration notebook, run and shown."""

from __future__ import annotations

__all__ = ["demo"]

from pathlib import Path

import click

from ops.errors import UsageError
from tui.exit_codes import ExitCode

QUESTIONS = ("parse HTML with CSS selectors", "how do I show a progress bar")


@click.command()
@click.argument(
    "notebook",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("notebooks/demo.yaml"),
)
def demo(notebook: Path) -> None:
    """Run the demonstration notebook over the installed packages and show what it made."""
    if not notebook.exists():
        hint = "run it in a checkout of the repository, or name a notebook"
        raise UsageError(f"there is no {notebook}", hint=hint)
    import storage

    storage.warm()
    from pipelines.file.parse import read
    from pipelines.looking.search import ask
    from pipelines.orchestrate.job import run_recorded
    from pipelines.running.run import Options
    from tui.commands.progress import progress
    from tui.commands.run import print_report
    from tui.commands.search import print_hits
    from tui.interrupts import stoppable

    with progress() as observer:
        report = stoppable(lambda asked: run_recorded(notebook, Options(), observer, asked))
    print_report(report)
    model = read(notebook)
    for question in QUESTIONS:
        click.echo(f"\n“{question}”")
        print_hits(ask(model, question, k=3).hits)
    click.echo(f"Look at it:           .venv/bin/chunkbook tui {notebook}")
    click.echo(f"Ask it something:     .venv/bin/chunkbook search {notebook} QUESTION")
    click.echo(f"Chunks over a text:   .venv/bin/chunkbook show {notebook} -o page.html")
    click.echo("Dagster's interface:  .venv/bin/chunkbook dev")
    if report.failed:
        raise click.exceptions.Exit(ExitCode.DOCUMENTS_FAILED)
