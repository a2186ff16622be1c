"""`chunkbook models`: fetch and list the models."""

from __future__ import annotations

__all__ = ["models"]

import click

from tui.commands.arguments import as_json, echo_json


@click.group()
def models() -> None:
    """Fetch or list the models; they are files on this machine (CHUNKBOOK_MODELS says where)."""


@models.command()
@as_json
def pull(as_json: bool) -> None:
    """Take the default models out of their Python packages, check and convert them."""
    from ops.inference.pull import pull as fetch

    fetch(lambda text: click.echo(text, err=True))
    _list(as_json)


@models.command("list")
@as_json
def list_models(as_json: bool) -> None:
    """Show each model's path, size, hash and context length."""
    _list(as_json)


def _list(as_json: bool) -> None:
    from dataclasses import asdict

    from ops.inference.models import listing

    found = listing()
    if as_json:
        echo_json([asdict(model) for model in found])
        return
    from tui.commands.tables import print_table

    rows = [
        (
            model.name,
            "yes" if model.present else "no",
            f"{model.size / 1e6:,.1f} MB" if model.size else "",
            (model.sha256 or "")[:12],
            model.context or "",
            model.path,
        )
        for model in found
    ]
    print_table(("model", "here", "size", "sha-256", "context", "path"), rows)
