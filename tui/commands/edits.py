"""`chunkbook edits`: what people changed by hand, and what became of it."""

from __future__ import annotations

__all__ = ["edits"]

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from tui.commands.arguments import as_json, echo_json, notebook_argument

if TYPE_CHECKING:
    from pipelines.correcting.standing import Standing


@click.command()
@notebook_argument
@click.option("--conflicts", is_flag=True, help="Only those that could not be applied again.")
@click.option("--pending", is_flag=True, help="Only those that wait for the next run.")
@click.option("--undo", type=int, metavar="NUMBER", help="Take an edit back.")
@click.option(
    "--export", "target", type=click.File("w", encoding="utf-8"), help="Write all as JSON lines."
)
@click.option(
    "--import",
    "given",
    type=click.File(encoding="utf-8"),
    help="Add those of a file of JSON lines.",
)
@as_json
def edits(
    notebook: Path,
    conflicts: bool,
    pending: bool,
    undo: int | None,
    target: TextIO | None,
    given: TextIO | None,
    as_json: bool,
) -> None:
    """List the edits by hand of NOTEBOOK: merged, split, retitled, changed, dropped, pinned, noted.

    They are made in the terminal interface, and hold on to the text they concern: after a document
    is cut anew, an edit whose text still stands is applied again, and the others are conflicts.
    """
    import storage

    storage.warm()
    from pipelines.correcting.desk import Desk
    from pipelines.correcting.exchange import export_edits, import_edits
    from pipelines.file.parse import read
    from pipelines.workspace import Workspace

    model = read(notebook)
    if target is not None:
        for line in export_edits(Workspace(model, read_only=True)):
            click.echo(line, file=target)
        return
    if given is not None:
        added = import_edits(Workspace(model), given)
        click.echo(f"{len(added)} edits added; the next run applies them", err=True)
    if undo is not None:
        taken = Desk(Workspace(model)).undo(undo)
        click.echo(f"edit {undo} is undone by edit {taken.number}, from the next run on", err=True)
    if given is not None or undo is not None:
        return
    found = Desk(Workspace(model, read_only=True)).all()
    wanted = {name for name, asked in (("conflict", conflicts), ("pending", pending)) if asked}
    shown = [edit for edit in found if not wanted or edit.state in wanted]
    if as_json:
        echo_json({"notebook": model.name, "edits": [edit.as_json() for edit in shown]})
    else:
        _print(shown, found)


def _print(shown: Sequence[Standing], found: Sequence[Standing]) -> None:
    from tui.commands.tables import print_table, shorten

    if not shown:
        click.echo("No edits." if not found else "None of the edits is like that.")
        return
    rows = [
        (
            one.edit.number,
            one.edit.kind,
            one.state,
            one.edit.author,
            f"{one.edit.at:%Y-%m-%d %H:%M}",
            one.edit.cell,
            shorten(one.edit.uri, 30),
            shorten(one.edit.anchor.text, 40),
            shorten(one.reason or one.edit.value, 60),
        )
        for one in shown
    ]
    head = ("", "edit", "state", "by", "at (UTC)", "cell", "document", "text", "what, or why not")
    print_table(head, rows)
    counts = Counter(one.state for one in found)
    click.echo(", ".join(f"{count} {state}" for state, count in sorted(counts.items())))
