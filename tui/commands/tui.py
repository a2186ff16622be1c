"""`chunkbook tui`: the terminal user interface."""

from __future__ import annotations

__all__ = ["tui"]

import os
import sys
from pathlib import Path

import click

from ops.errors import UsageError
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
    if not (sys.stdin.isatty() and sys.stderr.isatty()) and "TEXTUAL_DRIVER" not in os.environ:
        hint = "`chunkbook show` writes a page with the chunks over their source"
        raise UsageError("the interface needs a terminal", hint=hint)
    from tui.app import ChunkbookApp
    from tui.terminal import quiet_terminal

    with quiet_terminal():
        ChunkbookApp(notebook).run()
