"""`chunkbook plan`: what a run would do."""

from __future__ import annotations

__all__ = ["plan"]

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops.errors import UsageError
from tui.commands.arguments import as_json, echo_json, notebook_argument
from tui.commands.passed import say_nothing_listed, say_passed_over

if TYPE_CHECKING:
    from pipelines.file.model import Model


@click.command()
@notebook_argument
@click.option("--retry", is_flag=True, help="Count documents that failed before as to be done.")
@click.option(
    "--set",
    "given",
    multiple=True,
    metavar="CELL.PARAMETER=VALUE",
    help="As if this parameter were so (repeatable); the file stays as it is.",
)
@as_json
def plan(notebook: Path, retry: bool, given: tuple[str, ...], as_json: bool) -> None:
    """Say what a run of NOTEBOOK would do, and do nothing.

    Counts are an upper bound: a document whose text turns out unchanged stops the work below it.
    """
    import storage

    storage.warm()
    from pipelines import Notebook

    opened = Notebook.load(notebook)
    if given:
        opened = Notebook(_changed(opened.model, given))
    plans = opened.plan(retry=retry)
    if as_json:
        cells = [
            {
                "id": cell.cell,
                "op": cell.op,
                "documents": {
                    "added": len(cell.work.added),
                    "changed": len(cell.work.changed),
                    "unchanged": len(cell.work.unchanged),
                    "deleted": len(cell.work.deleted),
                    "failed": 0,
                    "set_aside": len(cell.work.failed),
                },
                "refit": cell.refit,
                "passed_over": dict(cell.passed_over),
                "rows": None,
                "seconds": None,
            }
            for cell in plans
        ]
        report = {"notebook": opened.model.name, "run_id": None, "seconds": 0, "cells": cells}
        echo_json(report)
        return
    from tui.commands.tables import print_table

    rows = [
        (
            cell.cell,
            cell.op,
            len(cell.work.added),
            len(cell.work.changed),
            len(cell.work.unchanged),
            len(cell.work.deleted),
            len(cell.work.failed),
        )
        for cell in plans
    ]
    head = ("cell", "op", "add", "change", "keep", "delete", "set aside")
    print_table(head, rows, numbers=2)
    for cell in plans:
        if cell.refit:
            click.echo(f"{cell.cell}: {cell.op} looks at all documents anew.")
    say_passed_over({cell.cell: cell.passed_over for cell in plans})
    if not any(any(row[2:]) for row in rows):
        say_nothing_listed()
    elif all(cell.work.is_empty for cell in plans):
        click.echo("Everything is up to date.")


def _changed(model: Model, given: tuple[str, ...]) -> Model:
    from pipelines.looking.apply import value_of
    from pipelines.looking.whatif import changed

    for told in given:
        name, sign, value = told.partition("=")
        cell, dot, parameter = name.partition(".")
        if not (sign and dot):
            raise UsageError(f"cannot read --set {told}", hint="write --set chunks.size=128")
        model = changed(model, cell, {parameter: value_of(value)})
    return model
