"""Run as a program by the tests that interrupt a recorded run.

    python -m tests.dagster.interrupted NOTEBOOK

Prints `go` when the slow cell starts, and at the end what came out.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ops import registry
from ops.errors import ChunkbookError
from pipelines.events import CellStarted, Event
from pipelines.orchestrate.job import run_recorded
from tests.dagster import tiny


def observer(event: Event) -> None:
    if isinstance(event, CellStarted) and event.cell == "chunks":
        print("go", flush=True)


if __name__ == "__main__":
    registry.BUILT_IN.update(tiny.OPS)
    try:
        run_recorded(Path(sys.argv[1]), observer=observer)
    except ChunkbookError as error:
        print(type(error).__name__)
    else:
        print("done")
