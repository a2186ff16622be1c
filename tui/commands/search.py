"""`chunkbook search`: ask the published collection."""

from __future__ import annotations

__all__ = ["search"]

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

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

    found = ask(read(notebook), question, mode=mode, k=k, collection=collection)
    if as_json:
        hits = [{"rank": hit.rank, "score": hit.score, **hit.row} for hit in found.hits]
        echo_json({"question": question, "mode": found.mode, "hits": hits})
    else:
        print_hits(found.hits)


def print_hits(hits: list[SearchHit]) -> None:
    """Print hits, best first: score, place and the beginning of the text."""
    from tui.commands.tables import print_table, shorten

    if not hits:
        click.echo("Nothing found.")
        return
    rows = [
        (
            hit.rank,
            f"{hit.score:.3f}",
            hit.row["chunk_id"],
            shorten(str(hit.row.get("title") or hit.row.get("uri") or ""), 28),
            shorten(str(hit.row["text"]), 90),
        )
        for hit in hits
    ]
    print_table(("", "score", "chunk", "document", "text"), rows)
