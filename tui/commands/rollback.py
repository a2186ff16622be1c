"""`chunkbook rollback`: show readers an earlier state again."""

from __future__ import annotations

__all__ = ["rollback"]

from pathlib import Path

import click

from tui.commands.arguments import as_json, echo_json, notebook_argument


@click.command()
@notebook_argument
@click.argument("run", required=False)
@as_json
def rollback(notebook: Path, run: str | None, as_json: bool) -> None:
    """Publish again what an earlier RUN of NOTEBOOK published, and hold its schedule.

    RUN is named by the first digits of its id (`chunkbook runs`); by default it is the one before
    what is shown. Nothing is computed and nothing lost. Until `chunkbook release` the schedule and
    the sensor start no run; a run started by hand publishes what is newest and ends the waiting.
    """
    import storage

    storage.warm()
    from pipelines.file.parse import read
    from pipelines.states import roll_back
    from pipelines.workspace import Workspace

    model = read(notebook)
    state = roll_back(Workspace(model), run)
    if as_json:
        echo_json({"notebook": model.name, "run_id": state.run_id, "held": state.held})
    else:
        click.echo(f"{model.name} shows what run {state.run_id[:12]} published; its schedule waits")
        click.echo(f"go on with: chunkbook release {notebook}")
