"""Arguments and options that several subcommands share."""

from __future__ import annotations

__all__ = ["as_json", "echo_json", "notebook_argument"]

import json
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem


class NotebookPath(click.Path):
    """The path of a notebook file; completes to YAML files."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return [CompletionItem(incomplete, type="file")]


notebook_argument = click.argument(
    "notebook", type=NotebookPath(dir_okay=False, path_type=Path), metavar="NOTEBOOK"
)

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def echo_json(value: Any) -> None:
    """Print a value as JSON on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str))
