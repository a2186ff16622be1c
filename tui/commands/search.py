"""`chunkbook search`: ask the published collection."""

from __future__ import annotations

__all__ = ["search"]

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from ops.errors import UsageError
from tui.commands.arguments import as_json, echo_json, notebook_argument

if TYPE_CHECKING:
    from storage import SearchHit


@click.command()
@notebook_argument
@click.argument("question")
@click.option(
    "--mode",
    type=click.Choice(["text", "vector", "hybrid"]),
    help="How to search; hybrid if the collection has vectors, else text.",
)
@click.option("-k", type=click.IntRange(1, 1000), default=5, show_default=True, help="How many.")
@click.option("--collection", metavar="CELL", help="Which index cell, if there are several.")
@as_json
def search(
    notebook: Path,
    question: str,
    mode: Literal["text", "vector", "hybrid"] | None,
    k: int,
    collection: str | None,
    as_json: bool,
) -> None:
    """Find the chunks of NOTEBOOK's published collection that answer QUESTION best."""
    import storage

    storage.warm()
    from pipelines.file.parse import read
    from pipelines.looking.search import ask

    if not question.strip():
        raise UsageError("the question is empty", hint='for example "who approves travel?"')

    found = ask(read(notebook), question, mode=mode, k=k, collection=collection)
    if as_json:
        hits = [{"rank": hit.rank, "score": hit.score, **hit.row} for hit in found.hits]
        echo_json({"question": question, "mode": found.mode, "hits": hits})
    else:
        print_hits(found.hits)


def print_hits(hits: list[SearchHit]) -> None:
    """Print hits, best first: rank, score, chunk and document in a line, the text in another."""
    from shutil import get_terminal_size

    from rich.cells import cell_len, set_cell_size

    from tui.commands.tables import PIPE_WIDTH, printable, shorten

    if not hits:
        click.echo("Nothing found.")
        return
    width = get_terminal_size().columns if sys.stdout.isatty() else PIPE_WIDTH

    def line(text: str) -> str:
        """No wider than the terminal, whose columns some characters take two of."""
        return text if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"

    for hit in hits:
        title = str(hit.row.get("title") or hit.row.get("uri") or "")
        head = f"{hit.rank:>3}  {hit.score:>6.3f}  {hit.row['chunk_id']}"
        click.echo(line(f"{head}  {printable(shorten(title, width))}"))
        click.echo(line(f"     {printable(shorten(str(hit.row['text']), width))}"))
