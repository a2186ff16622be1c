"""`chunkbook show`: a page with the chunks over their source."""

from __future__ import annotations

__all__ = ["show"]

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops.errors import UsageError
from tui.commands.arguments import as_json, echo_json, notebook_argument

if TYPE_CHECKING:
    import polars as pl

    from pipelines.workspace import Workspace
    from storage import Reader

MOST = 20
"""Documents on one page, unless one is named."""


@click.command()
@notebook_argument
@click.argument("document", metavar="[DOC]", required=False)
@click.option("--collection", metavar="CELL", help="Which index cell, if there are several.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The page.")
@as_json
def show(
    notebook: Path,
    document: str | None,
    collection: str | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Write a self-contained HTML page: NOTEBOOK's published chunks over their source.

    DOC is a document's id, URI, title, or a part of one; without it the page shows the first
    documents. On a terminal the page goes to a file, else to stdout.
    """
    import storage

    storage.warm()
    from ops.export.html import page
    from pipelines.file.parse import read
    from pipelines.looking.search import collection_of
    from pipelines.workspace import Workspace

    model = read(notebook)
    workspace = Workspace(model, read_only=True)
    reader = workspace.store.reader(model.name)
    if reader is None:
        hint = f"`chunkbook run {notebook}` makes and publishes chunks"
        raise UsageError(f"{model.name} has nothing published yet", hint=hint)
    name = collection_of(reader, collection)
    known = reader.documents(name).select("doc_id", "uri", "title")
    chosen = _chosen(known, document)
    documents = _with_text(reader, workspace, name, chosen)
    chunks = reader.frame(name, "collection", documents=chosen)
    if as_json:
        rows = chunks.drop([c for c in ("vector",) if c in chunks.columns]).to_dicts()
        found = documents.select("doc_id", "uri", "title", "text").to_dicts()
        echo_json({"documents": found, "chunks": rows})
        return
    html = page(documents, chunks, title=model.name)
    if output is None and not sys.stdout.isatty():
        click.echo(html)
        return
    target = output or Path(f"{model.name}.html")
    try:
        target.write_text(html, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}") from None
    click.echo(f"Wrote {target}: {len(documents)} of {len(known)} documents, {len(chunks)} chunks.")


def _chosen(known: pl.DataFrame, wanted: str | None) -> list[str]:
    import polars as pl

    if wanted is None:
        return known.sort("uri")["doc_id"].head(MOST).to_list()
    exact = known.filter(pl.any_horizontal(pl.col("doc_id", "uri", "title") == wanted))
    found = (
        exact
        if len(exact)
        else known.filter(
            pl.any_horizontal(pl.col("uri", "title").str.contains(wanted, literal=True))
        )
    )
    if not len(found):
        from ops.registry import suggest

        hint = suggest(wanted, [*known["title"], *known["uri"]][:5000])
        raise UsageError(f"no published document is called {wanted!r}", hint=hint[:400])
    return found.sort("uri")["doc_id"].head(MOST).to_list()


def _with_text(
    reader: Reader, workspace: Workspace, collection: str, chosen: list[str]
) -> pl.DataFrame:
    import polars as pl

    sources = [
        cell
        for cell in workspace.wiring.above(collection)
        if workspace.wiring.cells[cell].cell.is_source
    ]
    return pl.concat([reader.frame(cell, "documents", documents=chosen) for cell in sources])
