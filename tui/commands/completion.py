"""`chunkbook completion`: the shell's completion script."""

from __future__ import annotations

__all__ = ["completion"]

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for SHELL.

    For bash: `eval "$(chunkbook completion bash)"` in ~/.bashrc.
    """
    from tui.cli import cli

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(cli, {}, "chunkbook", "_CHUNKBOOK_COMPLETE").source())
