"""`chunkbook explain`: why a document has the keywords that it has."""

from __future__ import annotations

__all__ = ["explain"]

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops.errors import UsageError
from tui.commands.arguments import as_json, echo_json, notebook_argument

if TYPE_CHECKING:
    from pipelines.looking.explain import DocumentKeywords


@click.group()
def explain() -> None:
    """Tell why a result is what it is."""


@explain.command()
@notebook_argument
@click.argument("document", metavar="DOC")
@click.option("--cell", metavar="CELL", help="Which keywords cell, if there are several.")
@click.option(
    "-n", "--count", type=click.IntRange(1), help="How many keywords; else as the cell has it."
)
@click.option(
    "--svg", type=click.Path(dir_okay=False, path_type=Path), help="Write the word graph, drawn."
)
@click.option(
    "--graphml",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the word graph with its centralities.",
)
@as_json
def keywords(
    notebook: Path,
    document: str,
    cell: str | None,
    count: int | None,
    svg: Path | None,
    graphml: Path | None,
    as_json: bool,
) -> None:
    """Print the keywords of NOTEBOOK's document DOC with the parts of each score.

    DOC is a document's id, URI, title, or a part of one. The parts of the variant `chunkbook` add
    up: each is what a group of features adds to the logarithm of the odds that people would call
    the phrase a keyword. Of `published` the textural parts add up to the score, and so do the
    centralities.
    """
    import storage

    storage.warm()
    from pipelines.file.parse import read
    from pipelines.looking.explain import explain_keywords
    from pipelines.workspace import Workspace

    found = explain_keywords(Workspace(read(notebook), read_only=True), document, cell, count)
    for target, made in ((svg, found.svg), (graphml, found.graphml)):
        if target is not None:
            _write(target, made())
    if as_json:
        echo_json(found.as_json())
        return
    _print(found)
    for target in filter(None, (svg, graphml)):
        click.echo(f"Wrote {target}.")


def _print(found: DocumentKeywords) -> None:
    from tui.commands.tables import print_table, shorten

    explained = found.found
    click.echo(f"document  {shorten(found.title, 80)} ({found.uri})")
    click.echo(
        f"cell      {found.cell}: variant {explained.variant}, language {explained.language}"
    )
    graph = explained.graph
    click.echo(f"graph     {len(graph.words)} words, {len(graph.links)} links")
    if not explained.keywords:
        click.echo("It has no keywords.")
        return
    names = [name for name, _ in explained.keywords[0][3]]
    cut = len(names) - 8 if len(names) >= 8 else len(names)
    parts = names[:cut]
    rows = [
        (shorten(phrase, 40), f"{score:.3f}", len(spans), *(f"{v:+.2f}" for _, v in values[:cut]))
        for phrase, score, spans, values in explained.keywords
    ]
    print_table(("keyword", "score", "times", *parts), rows, numbers=1)
    if len(names) > cut:
        click.echo(
            "Centralities, what each adds to the score:"
            if explained.variant == "published"
            else "Centralities, the mean of the phrase's words, 0 … 1 in the document:"
        )
        rows = [
            (shorten(phrase, 40), *(f"{v:.2f}" for _, v in values[cut:]))
            for phrase, _, _, values in explained.keywords
        ]
        print_table(("keyword", *names[cut:]), rows, numbers=1)


def _write(target: Path, text: str) -> None:
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}") from None
