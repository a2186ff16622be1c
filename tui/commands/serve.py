"""`chunkbook serve`: the interface in a browser on this machine."""

from __future__ import annotations

__all__ = ["serve"]

from pathlib import Path

import click

from ops.errors import UsageError
from tui.commands.arguments import notebook_argument


@click.command()
@notebook_argument
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="Port on the loopback address; 0 for any that is free.",
)
@click.option("--open", "in_browser", is_flag=True, help="Open it in the browser.")
def serve(notebook: Path, port: int, in_browser: bool) -> None:
    """Serve NOTEBOOK's screens to a browser on this machine.

    The address holds a token, new at every start; requests without it are refused. Each visitor
    gets a process of their own, with the rights of who started this: keep the address to yourself.
    """
    import asyncio
    import secrets
    import shlex
    import sys

    from pipelines.file.parse import read
    from pipelines.orchestrate.served import noted

    model = read(notebook)
    try:
        from tui.web.server import TokenServer
    except ModuleNotFoundError as error:
        if error.name not in ("textual_serve", "aiohttp"):
            raise
        hint = "install it: pip install 'chunkbook[serve]'"
        raise UsageError("serving needs the package textual-serve", hint=hint) from None
    command = shlex.join([sys.executable, "-m", "tui", "tui", str(notebook.resolve())])
    server = TokenServer(command, port, secrets.token_urlsafe(24), f"Chunkbook · {model.name}")

    def started() -> None:
        note.begin(server.public_url)
        click.echo(server.address)
        click.echo("Ctrl+C stops it; the address is for you alone.", err=True)
        if in_browser:
            click.launch(server.address)

    with noted(model) as note:
        asyncio.run(server.run(started))
