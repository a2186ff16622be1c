"""`chunkbook diff`: what changed in the chunks between two runs."""

from __future__ import annotations

__all__ = ["diff"]

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tui.commands.arguments import as_json, echo_json, notebook_argument

if TYPE_CHECKING:
    from pipelines.diff import Change, RunDiff

SIGNS: Final = {"added": "+", "removed": "-", "recut": "|", "reworded": "~"}
NAMES: Final = {"added": "added", "removed": "removed", "recut": "re-cut", "reworded": "re-worded"}


@click.command()
@notebook_argument
@click.argument("run_a", default="previous")
@click.argument("run_b", default="last")
@click.option(
    "--most",
    type=click.IntRange(0),
    default=20,
    show_default=True,
    help="Changes shown of a document.",
)
@as_json
def diff(notebook: Path, run_a: str, run_b: str, most: int, as_json: bool) -> None:
    """Tell which chunks of NOTEBOOK were added, removed, re-cut or re-worded from RUN_A to RUN_B.

    Runs are named by the first digits of their ids, or as `previous` and `last`, which is also what
    is compared when none is named. The last five published states are kept.
    """
    import storage

    storage.warm()
    from pipelines.diff import diff_runs
    from pipelines.file.parse import read
    from pipelines.workspace import Workspace

    found = diff_runs(Workspace(read(notebook), read_only=True), run_a, run_b)
    if as_json:
        echo_json(found.as_json())
    else:
        _print(found, most)


def _print(found: RunDiff, most: int) -> None:
    before, after = (f"{at:%Y-%m-%d %H:%M:%S}" for at in found.at)
    click.echo(f"from run {found.before[:12]} ({before} UTC) to {found.after[:12]} ({after} UTC)")
    for cell in found.cells:
        counts = ", ".join(f"{count} {NAMES[kind]}" for kind, count in cell.counts.items())
        same = f"{cell.unchanged} documents unchanged"
        click.echo(f"\n{cell.cell}: {counts or 'no chunk differs'}; {same}")
        for document in cell.documents:
            click.echo(f"  {_plain(document.uri)} ({document.same} chunks the same)")
            for change in document.changes[:most]:
                click.echo(f"    {_line(change)}")
            if len(document.changes) > most:
                click.echo(f"    … {len(document.changes) - most} more")


def _line(change: Change) -> str:
    from tui.commands.tables import shorten

    shown = (change.after or change.before)[0]
    old, new = (
        " ".join(f"{c.start}–{c.end}" for c in chunks) for chunks in (change.before, change.after)
    )
    place = f"{old} → {new}" if old and new else old or new
    if len(place) > 60:
        place = f"{len(change.before)} chunks → {len(change.after)}"
    text = shorten(shown.derived or shown.text, 60)
    return f"{SIGNS[change.kind]} {NAMES[change.kind]:<9} {place:<24} {_plain(text)}"


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in text)
