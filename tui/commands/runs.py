"""`chunkbook runs`: the runs of a notebook, and which of their results can still be read."""

from __future__ import annotations

__all__ = ["runs"]

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.commands.arguments import as_json, echo_json, notebook_argument

if TYPE_CHECKING:
    from pipelines.states import RunState


@click.command()
@notebook_argument
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Most runs.")
@as_json
def runs(notebook: Path, limit: int, as_json: bool) -> None:
    """List the last runs of NOTEBOOK, newest first.

    The state of a run that is kept can be compared (`chunkbook diff`) and gone back to
    (`chunkbook rollback`).
    """
    import storage

    storage.warm()
    from pipelines.file.parse import read
    from pipelines.states import list_runs
    from pipelines.workspace import Workspace
    from tui.commands.tables import print_table

    model = read(notebook)
    found = list_runs(Workspace(model, read_only=True), limit)
    if as_json:
        echo_json({"notebook": model.name, "runs": [one.as_json() for one in found]})
    elif found:
        print_table(("run", "began (UTC)", "seconds", "outcome", "state"), [_row(o) for o in found])
    else:
        click.echo("no run yet")


def _row(one: RunState) -> tuple[object, ...]:
    run = one.run
    seconds = (run.ended - run.started).total_seconds() if run.ended else None
    state = "held" if one.held else "shown" if one.shown else "kept" if one.kept else ""
    return run.run_id[:12], f"{run.started:%Y-%m-%d %H:%M:%S}", seconds, run.outcome, state
