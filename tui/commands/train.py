"""`chunkbook train`: learn from the user's own documents."""

from __future__ import annotations

__all__ = ["train"]

import hashlib
from pathlib import Path

import click

from ops.errors import UsageError
from tui.commands.arguments import as_json, echo_json, notebook_argument


@click.group()
def train() -> None:
    """Learn from a notebook's own documents; nothing leaves this machine."""


@train.command()
@notebook_argument
@click.option("--sample", type=click.IntRange(1), help="So many documents, not all.")
@click.option("--model", "embedder", default="minilm", help="What embeds the sentences.")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the weights; the notebook's by default.",
)
@as_json
def segment(
    notebook: Path, sample: int | None, embedder: str, output: Path | None, as_json: bool
) -> None:
    """Train segment.learned on the paragraph breaks of NOTEBOOK's documents.

    A fifth of the documents is kept back to tell how well it does. Prints the path to set as
    `weights`.
    """
    from ops.context import Context
    from ops.segment.piece import documents_of
    from ops.segment.training import train as learn
    from pipelines.file.parse import read
    from pipelines.looking.compare import ALL
    from pipelines.looking.sample import Sampler
    from pipelines.workspace import Workspace

    model = read(notebook)
    workspace = Workspace(model)
    sources = [cell.id for cell in model.cells if cell.is_source]
    if not sources:
        raise UsageError(f"{model.name} loads no documents", hint="begin with a load.* cell")
    sampler = Sampler(workspace, sample or ALL)
    documents = [
        document
        for source in sources
        for document in documents_of(sampler.preview(source).frames["documents"])
    ]
    ctx = Context(workspace.unstored(), model.base)
    made = learn(documents, embedder, ctx, lambda text: click.echo(text, err=True))
    folder = output or model.base
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.blake2b(made.network.hidden.tobytes(), digest_size=4).hexdigest()
    path = folder / f"segment-{name}.npz"
    made.network.save(path)
    if as_json:
        found = {"weights": str(path), "pairs": made.pairs, "breaks": made.breaks}
        echo_json({**found, "documents": len(documents), "accuracy": made.accuracy})
        return
    click.echo(
        f"{made.accuracy:.0%} right on documents it did not see (chance is 50%), "
        f"from {made.pairs:,} pairs of sentences",
        err=True,
    )
    click.echo(str(path))
