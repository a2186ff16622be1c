"""`chunkbook ops`: the ops there are, and what each takes."""

from __future__ import annotations

__all__ = ["ops"]

from typing import Any

import click

from tui.commands.arguments import as_json, echo_json


@click.command()
@click.argument("name", required=False)
@click.option("--markdown", is_flag=True, help="Print the reference page of all ops.")
@as_json
def ops(name: str | None, markdown: bool, as_json: bool) -> None:
    """List the ops, or describe the op NAME with its parameters."""
    from ops.describe import describe
    from ops.registry import all_ops, op_class

    if name is None:
        found = [describe(kind) for kind in all_ops().values()]
        if as_json:
            echo_json(found)
            return
        if markdown:
            from tui.commands.reference import reference

            click.echo(reference(found), nl=False)
            return
        from tui.commands.tables import print_table

        print_table(("op", "what it does"), [(op["name"], op["summary"]) for op in found])
        click.echo("`chunkbook ops NAME` describes one.")
        return
    described = describe(op_class(name))
    if as_json:
        echo_json(described)
        return
    _print(described)


def _print(op: dict[str, Any]) -> None:
    from tui.commands.tables import print_table

    click.echo(f"{op['name']} (version {op['version']})\n\n{op['doc']}\n")
    for verb in ("reads", "uses", "writes"):
        for frame, columns in op[verb].items():
            click.echo(f"{verb:<7}{frame}: {', '.join(columns)}")
    rows = [
        (p["name"], p["type"], _shown(p["default"]), p["bounds"], p["unit"], p["description"])
        for p in op["parameters"]
    ]
    if rows:
        print_table(("parameter", "type", "default", "bounds", "unit", "meaning"), rows)


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
