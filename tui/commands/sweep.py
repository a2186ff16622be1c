"""`chunkbook sweep`: one cell with many parameters."""

from __future__ import annotations

__all__ = ["sweep"]

from pathlib import Path
from typing import Any

import click

from ops.errors import UsageError
from tui.commands.arguments import notebook_argument
from tui.commands.comparing import comparing

MOST = 64
"""Combinations of one sweep."""


@click.command()
@notebook_argument
@click.option(
    "--set",
    "settings",
    multiple=True,
    required=True,
    metavar="CELL.PARAMETER=A,B,…",
    help="Values to try; several give every combination.",
)
@comparing
def sweep(notebook: Path, settings: tuple[str, ...], **options: Any) -> None:
    """Try parameters of one of NOTEBOOK's cells and say which to take.

    The file stays as it is, and nothing is stored. See `chunkbook compare` for what is measured.
    """
    from pipelines.file.parse import read
    from pipelines.looking.compare import sweep_variants
    from tui.commands.comparing import report

    values = dict(_setting(text) for text in settings)
    count = 1
    for some in values.values():
        count *= len(some)
    if count > MOST:
        raise UsageError(f"that is {count} combinations", hint=f"at most {MOST} at a time")
    report(sweep_variants(read(notebook), values), **options)


def _setting(text: str) -> tuple[str, list[Any]]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    name, equals, given = text.partition("=")
    if not equals or "." not in name or not given:
        raise UsageError(f"cannot read --set {text}", hint="write --set chunks.size=128,256")
    try:
        values = YAML(typ="safe").load(f"[{given}]")
    except YAMLError:
        raise UsageError(f"--set {text}: the values cannot be read") from None
    return name.strip(), values
