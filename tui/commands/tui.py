"""`chunkbook tui`: the terminal user interface."""

from __future__ import annotations

__all__ = ["tui"]

from pathlib import Path

import click

from tui.commands.arguments import NotebookPath


@click.command()
@click.argument(
    "notebook",
    type=NotebookPath(exists=True, dir_okay=False, path_type=Path),
    metavar="[NOTEBOOK]",
    required=False,
)
def tui(notebook: Path | None) -> None:
    """Open NOTEBOOK, or the only one in this folder or its `notebooks`, in the terminal.

    `?` lists the keys there, ctrl+p every action.
    """
    from tui.app import ChunkbookApp
    from tui.terminal import quiet_terminal

    with quiet_terminal():
        ChunkbookApp(notebook).run()
