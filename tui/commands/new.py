"""`chunkbook new`: a first notebook for a folder."""

from __future__ import annotations

__all__ = ["new"]

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops.errors import UsageError
from tui.commands.passed import say_passed_over

if TYPE_CHECKING:
    from pipelines.draft.first import Survey

HEAD = """\
# A chunking pipeline. `chunkbook ops` lists what a cell can do, `chunkbook ops NAME` describes it.
"""
SCHEDULE = """\
# Uncomment to run every night, once `chunkbook dev` (or your Dagster) is up:
# schedule: {cron: "0 2 * * *", timezone: UTC}
"""

WELCOME = """\
# Welcome

Put documents into this folder: text, Markdown, HTML, PDF, Word, PowerPoint, Excel, CSV, EPUB,
e-mail, captions or JSON lines.
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
    from pipelines.draft.first import first_notebook, name_for, survey

    name = name or name_for(directory)
    if name_for(Path(name)) != name:
        hint = "use lower-case letters, digits and _, a letter first"
        raise UsageError(f"{name!r} cannot be a notebook's name", hint=hint)
    path = directory / f"{name}.yaml"
    if path.exists() and not force:
        raise UsageError(f"{path} is there already", hint="--force writes over it")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        found, source = _documents(directory), "."
        if not found.files:
            source = "docs"
            docs = directory / "docs"
            docs.mkdir(exist_ok=True)
            if not any(docs.iterdir()):
                (docs / "welcome.md").write_text(WELCOME, encoding="utf-8")
            found = survey(docs)
        path.write_text(HEAD + first_notebook(name, source, found) + SCHEDULE, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    say_passed_over({"source": found.passed_over})
    click.echo(f"Made {path}. Next:")
    click.echo(f"  chunkbook run {path}")
    click.echo(f"  chunkbook tui {path}")


def _documents(directory: Path) -> Survey:
    """What there is in a folder; nothing, if it cannot be listed."""
    from ops.errors import SourceError
    from pipelines.draft.first import Survey, survey

    try:
        return survey(directory)
    except SourceError:
        return Survey()
