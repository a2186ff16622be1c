"""`chunkbook dev`: Dagster's web interface over the notebooks."""

from __future__ import annotations

__all__ = ["dev"]

import os
import subprocess
import sys
from pathlib import Path

import click

from tui.commands.arguments import NotebookPath


@click.command()
@click.argument(
    "notebooks", nargs=-1, type=NotebookPath(dir_okay=False, path_type=Path), metavar="[NOTEBOOK]…"
)
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True)
def dev(notebooks: tuple[Path, ...], port: int) -> None:
    """Open Dagster's web interface with these notebooks (default: those in notebooks/).

    It listens on this machine only and shares the home of `chunkbook run`, so that its runs show.
    """
    from pipelines.orchestrate.dagster_home import home_for, notebook_paths

    paths = [path.resolve() for path in notebooks] or notebook_paths()
    home = home_for(paths)
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(home),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "CHUNKBOOK_NOTEBOOKS": os.pathsep.join(str(path) for path in paths),
    }
    place = [sys.executable, "-m", "dagster", "dev", "-w", str(home / "workspace.yaml")]
    click.echo(f"Dagster: http://127.0.0.1:{port} (Ctrl-C stops it)", err=True)
    code = subprocess.call([*place, "-h", "127.0.0.1", "-p", str(port)], env=environment)
    raise click.exceptions.Exit(code)
