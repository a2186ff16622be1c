"""The line that tells which files no source reads."""

from __future__ import annotations

__all__ = ["say_passed_over"]

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
