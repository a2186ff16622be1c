"""`chunkbook release`: the schedule of a notebook that was rolled back goes on."""

from __future__ import annotations

__all__ = ["release"]

from pathlib import Path

import click

from tui.commands.arguments import as_json, echo_json, notebook_argument


@click.command()
@notebook_argument
@as_json
def release(notebook: Path, as_json: bool) -> None:
    """Let the schedule of NOTEBOOK go on after a rollback. The next run publishes the newest."""
    import storage

    storage.warm()
    from pipelines import states
    from pipelines.file.parse import read
    from pipelines.workspace import Workspace

    model = read(notebook)
    state = states.release(Workspace(model))
    if as_json:
        echo_json({"notebook": model.name, "run_id": state.run_id, "held": state.held})
    else:
        click.echo(f"{model.name} goes on: its next run publishes what is newest")
