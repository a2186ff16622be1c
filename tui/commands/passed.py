"""The lines that tell which files no source reads, and that there are none at all."""

from __future__ import annotations

__all__ = ["say_nothing_listed", "say_passed_over"]

from collections.abc import Mapping

import click

MOST = 6
"""Kinds that are named; the rest are counted together."""


def say_passed_over(sources: Mapping[str, Mapping[str, int]]) -> None:
    """Say for each source what it passed over, if anything, by kind."""
    for source, kinds in sources.items():
        if not kinds:
            continue
        named = [f"{count:,} {kind}" for kind, count in kinds.items()]
        if len(named) > MOST:
            rest = sum(list(kinds.values())[MOST:])
            named[MOST:] = [f"{rest:,} of other kinds"]
        click.echo(f"{source}: left out, since their format is not read: {', '.join(named)}")


def say_nothing_listed() -> None:
    """Say that there are no documents, and where they were looked for."""
    click.echo("No documents were found: `path` and `include` of the first cell say where to look.")
