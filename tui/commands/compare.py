"""`chunkbook compare`: segmenters of a notebook side by side."""

from __future__ import annotations

__all__ = ["compare"]

from pathlib import Path
from typing import Any

import click

from ops.errors import UsageError
from tui.commands.arguments import notebook_argument
from tui.commands.comparing import comparing


@click.command()
@notebook_argument
@click.option("--cells", required=True, metavar="A,B,…", help="Cells that make chunks.")
@comparing
def compare(notebook: Path, cells: str, **options: Any) -> None:
    """Cut NOTEBOOK's documents with several of its cells and say which to take.

    Nothing is stored. With --questions the same questions are asked of the chunks of each: recall,
    precision, precision omega and IoU as Chroma defines them, with 95 % intervals over the
    questions.
    """
    from ops.registry import suggest
    from pipelines.file.parse import read
    from pipelines.looking.compare import Variant
    from tui.commands.comparing import report

    model = read(notebook)
    known = [cell.id for cell in model.cells]
    names = [name.strip() for name in cells.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise UsageError(f"there is no cell {name!r}", hint=suggest(name, known))
    if not names:
        raise UsageError("no cell is named", hint="--cells a,b")
    report([Variant(name, model, name) for name in names], **options)
