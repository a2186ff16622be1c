"""`chunkbook tui`: the terminal user interface."""

from __future__ import annotations

__all__ = ["tui"]

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops.errors import UsageError
from tui.commands.arguments import NotebookPath
from tui.exit_codes import ExitCode

if TYPE_CHECKING:
    from tui.settings import Settings


@click.command()
@click.argument(
    "notebook",
    type=NotebookPath(exists=True, dir_okay=False, path_type=Path),
    metavar="[NOTEBOOK]",
    required=False,
)
@click.option("--keys", is_flag=True, help="List the actions by the names that settings use.")
def tui(notebook: Path | None, keys: bool) -> None:
    """Open NOTEBOOK, or the only one in this folder or its `notebooks`, in the terminal.

    `?` lists the keys there, ctrl+p every action. Keys and theme can be set in a file: see
    docs/terminal.md.
    """
    if keys:
        from tui.commands.tables import print_table
        from tui.keymap import actions

        print_table(("action", "keys", "does"), [(a.name, a.keys, a.said) for a in actions()])
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()) and "TEXTUAL_DRIVER" not in os.environ:
        hint = "`chunkbook show` writes a page with the chunks over their source"
        raise UsageError("the interface needs a terminal", hint=hint)
    from tui.app import ChunkbookApp
    from tui.terminal import quiet_terminal

    settings = _settings()
    app = ChunkbookApp(notebook, settings=settings)
    with quiet_terminal():
        app.run()
    if app.return_code:
        from tui.falling import fallen

        click.echo(f"error: {fallen(app)}", err=True)
        raise click.exceptions.Exit(ExitCode.UNEXPECTED)


def _settings() -> Settings | None:
    """The person's settings; nothing is imported for them where there is no file."""
    from tui.places import settings_file

    if not settings_file().exists():
        return None
    from tui.settings import load

    return load()
