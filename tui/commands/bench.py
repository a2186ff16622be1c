"""`chunkbook bench`: measured claims, side by side with peers."""

from __future__ import annotations

__all__ = ["bench"]

import os
import sys
from pathlib import Path

import click

from ops.errors import UsageError
from ops.registry import suggest
from tui.commands.arguments import as_json, echo_json


@click.command()
@click.argument("name", required=False)
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of public benchmark data; also from CHUNKBOOK_DATA.",
)
@click.option("--only", multiple=True, metavar="PART", help="A part of the bench; repeatable.")
@as_json
def bench(name: str | None, data: Path | None, only: tuple[str, ...], as_json: bool) -> None:
    """Run the bench NAME; without a name, list the benches and how long each takes."""
    # A peer (pysbd) installs a package of the same name, which must not come first.
    root = Path(__file__).resolve().parents[2]
    if (root / "benchmarks" / "registry.py").is_file():
        sys.path.insert(0, str(root))
    try:
        from benchmarks.registry import benches
    except ModuleNotFoundError as error:
        if error.name and not error.name.startswith("benchmarks"):
            raise
        hint = "run it in a checkout of the repository"
        raise UsageError("the benches come with the source, not the package", hint=hint) from None
    found = benches()
    if name is None:
        if as_json:
            echo_json(
                [{"name": b.name, "summary": b.summary, "time": b.time} for b in found.values()]
            )
            return
        from tui.commands.tables import print_table

        print_table(
            ("bench", "takes", "measures"), [(b.name, b.time, b.summary) for b in found.values()]
        )
        return
    if name not in found:
        raise UsageError(f"there is no bench {name!r}", hint=suggest(name, list(found)))
    parts = found[name].parts
    for part in only:
        if part not in parts:
            hint = suggest(part, list(parts)) if parts else "run it whole"
            raise UsageError(f"the bench {name} has no part {part!r}", hint=hint)
    if data is None and (named := os.environ.get("CHUNKBOOK_DATA")):
        data = Path(named)
    click.echo(f"{name}: takes {found[name].time}{', less in part' if only else ''}", err=True)
    result = found[name].run(data, lambda text: click.echo(text, err=True), only)
    if as_json:
        echo_json(result.as_json())
    else:
        click.echo(result.as_table())
