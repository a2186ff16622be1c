"""`chunkbook new`: a first notebook for a folder."""

from __future__ import annotations

__all__ = ["new"]

import re
from pathlib import Path

import click

from ops.errors import UsageError

TEMPLATE = """\
# A chunking pipeline. `chunkbook ops` lists what a cell can do, `chunkbook ops NAME` describes it.
name: {name}
cells:
  - note: |
      Documents of {folder}, cut into chunks of at most 256 tokens.
  - id: source
    op: load.files
    params: {{path: {path}}}
  - id: chunks
    op: segment.recursive
    params: {{size: 256}}
  - id: metadata
    op: enrich.metadata
  - id: keywords
    op: keywords.frake
  - id: graph
    op: link.graph
    input: keywords
  - id: vectors
    op: embed.llama
    input: keywords
  - id: index
    op: index.lancedb
    input: [vectors, graph]
# Uncomment to run every night, once `chunkbook dev` (or your Dagster) is up:
# schedule: {{cron: "0 2 * * *", timezone: UTC}}
"""

WELCOME = """\
# Welcome

Put documents into this folder: plain text, Markdown, HTML, PDF, DOCX or JSON lines.
Then `chunkbook run` loads, cuts, describes, links and indexes them, and `chunkbook tui` shows what
came of it.
"""


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--name", help="The notebook's name; that of the folder by default.")
@click.option("--force", is_flag=True, help="Write over a notebook that is there.")
def new(directory: Path, name: str | None, force: bool) -> None:
    """Make a notebook in DIR for the documents there.

    A folder without documents gets a subfolder `docs` with a first one.
    """
    from ops.load.files import Files

    name = name or _name(directory)
    if _name(Path(name)) != name:
        hint = "use lower-case letters, digits and _, a letter first"
        raise UsageError(f"{name!r} cannot be a notebook's name", hint=hint)
    path = directory / f"{name}.yaml"
    if path.exists() and not force:
        raise UsageError(f"{path} is there already", hint="--force writes over it")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        source = "." if _has_documents(directory, Files) else "docs"
        if source == "docs":
            docs = directory / "docs"
            docs.mkdir(exist_ok=True)
            if not any(docs.iterdir()):
                (docs / "welcome.md").write_text(WELCOME, encoding="utf-8")
        text = TEMPLATE.format(name=name, path=source, folder=f"`{source}`")
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    click.echo(f"Made {path}. Next:")
    click.echo(f"  chunkbook run {path}")
    click.echo(f"  chunkbook tui {path}")


def _name(directory: Path) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", directory.resolve().name.lower()).strip("_")
    return plain if plain[:1].isalpha() else f"notebook_{plain}".rstrip("_")


def _has_documents(directory: Path, files: type) -> bool:
    from ops.context import Context
    from ops.errors import SourceError
    from ops.inference.resources import LocalResources

    op = files(path=".")
    try:
        return next(op.scan(Context(LocalResources(directory), directory)), None) is not None
    except SourceError:
        return False
