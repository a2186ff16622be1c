"""`chunkbook lineage`: where a chunk comes from."""

from __future__ import annotations

__all__ = ["lineage"]

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.commands.arguments import as_json, echo_json, notebook_argument

if TYPE_CHECKING:
    from pipelines.looking.lineage import Lineage


@click.command()
@notebook_argument
@click.argument("chunk_id")
@as_json
def lineage(notebook: Path, chunk_id: str, as_json: bool) -> None:
    """Tell where the chunk CHUNK_ID of NOTEBOOK comes from: file, page, bytes, and every cell."""
    import storage

    storage.warm()
    from pipelines.file.parse import read
    from pipelines.looking.lineage import trace
    from pipelines.workspace import Workspace

    found = trace(Workspace(read(notebook), read_only=True), chunk_id)
    if as_json:
        echo_json(found.as_json())
    else:
        _print(found)


def _print(found: Lineage) -> None:
    from tui.commands.tables import print_table, shorten
    from tui.widgets.figures import counted

    document = found.document
    place = f"characters {found.start} to {found.end}"
    if found.byte_range:
        place += f", bytes {found.byte_range[0]} to {found.byte_range[1]}"
    if found.pages:
        place += f", page {', '.join(map(str, found.pages))}"
    click.echo(f"chunk     {found.chunk_id}")
    click.echo(f"text      {shorten(str(found.chunk['text']), 80)}")
    click.echo(f"document  {document['title']} ({document['uri']})")
    click.echo(f"source    {document['item']}, {document['bytes']} bytes")
    click.echo(f"          sha-256 {document['sha256']}")
    click.echo(f"place     {place}")
    click.echo(f"published in {found.collection} by run {found.manifest}")
    for edit in found.edits:
        click.echo(f"edit {edit.number:<4} {edit.kind} by {edit.author}, {edit.at:%Y-%m-%d %H:%M}")
    rows = [
        (
            step.cell,
            f"{step.op} v{step.version}",
            ", ".join(f"{k}={v}" for k, v in step.parameters.items()),
            step.fingerprint,
            step.run_id[:8],
            f"{step.at:%Y-%m-%d %H:%M:%S}" if step.at else "",
            f"{step.seconds:.2f}",
            sum(len(rows) for rows in step.found.values()),
        )
        for step in found.steps
    ]
    head = ("cell", "op", "parameters", "fingerprint", "run", "at (UTC)", "s", "rows")
    print_table(head, rows)
    for step in found.steps:
        for name, hashed in step.models.items():
            click.echo(f"model {name} ({hashed}) in {step.cell}")
        for frame, own in step.found.items():
            if own:
                click.echo(f"{counted(len(own), 'row')} of the chunk in {step.tables[frame]}")
