"""`chunkbook questions`: questions made from a notebook's own documents."""

from __future__ import annotations

__all__ = ["questions"]

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops.errors import UsageError
from tui.commands.arguments import as_json, echo_json, notebook_argument

if TYPE_CHECKING:
    from pipelines.file.model import Model
    from pipelines.looking.asking import Made


@click.command()
@notebook_argument
@click.option("--cell", metavar="ID", help="Not new ones: those that this cell has made in a run.")
@click.option("--sample", type=click.IntRange(1), help="So many documents, not all.")
@click.option(
    "--count", type=click.IntRange(1, 100), default=3, help="Passages of a document to ask about."
)
@click.option("--model", default="smollm2", help="The language model: a name, or a GGUF file.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="CSV file for those that can be used; without it they go to stdout.",
)
@as_json
def questions(
    notebook: Path,
    cell: str | None,
    sample: int | None,
    count: int,
    model: str,
    output: Path | None,
    as_json: bool,
) -> None:
    """Let a local model make questions from NOTEBOOK's documents, for compare, sweep and checks.

    Every answer stands in its document letter by letter. Questions that give their answer away,
    copy the text or repeat each other are refused, and it is said how many for which reason. Read
    what is left, and strike out what nobody would ask: a small model's questions are simple.
    """
    from pipelines.file.parse import read
    from pipelines.looking.asking import as_csv, made_by

    found = read(notebook)
    made = made_by(found, cell) if cell else _make(found, sample, count, model)
    if output is not None:
        try:
            output.write_text(as_csv(made.kept), encoding="utf-8", newline="")
        except OSError as error:
            raise UsageError(f"{output} cannot be written: {error.strerror}") from None
    if as_json:
        rows = made.table.drop("question_id").to_dicts()
        told = {"documents": made.documents, "counts": dict(made.counts), "questions": rows}
        echo_json(told)
    elif output is None:
        click.echo(as_csv(made.kept), nl=False)
    for reason, number in made.counts.items():
        said = "kept" if reason == "kept" else f"refused: {reason}"
        click.echo(f"{number:>6,}  {said}", err=True)
    if not made.kept.height:
        hint = "take more documents or a larger model, or write some by hand"
        raise UsageError("no question can be used", hint=hint)


def _make(model: Model, sample: int | None, count: int, name: str) -> Made:
    from ops.evaluate.made import Questions
    from pipelines.looking.asking import make_questions
    from pipelines.looking.compare import ALL

    op = Questions(model=name, count=count)
    if not sys.stderr.isatty():
        return make_questions(model, op, count=sample or ALL)
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(30), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task("", total=None)
        return make_questions(
            model,
            op,
            count=sample or ALL,
            started=lambda documents: bars.update(task, total=documents),
            advance=lambda done: bars.advance(task, done),
        )
