"""Run as a program by the kill test: finish one notebook, then begin another and be killed.

    python -m tests.e2e.killed FINISH BEGIN

Either may be "-". Prints `go` when the work on BEGIN starts.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pipelines import Notebook
from pipelines.planning import batches


def main(finish: str, begin: str) -> None:
    # Small batches, so that there are many moments to be killed at.
    for name, value in {"SMALLEST": 2_000, "LARGEST": 6_000, "MOST": 3}.items():
        setattr(batches, name, value)
    if finish != "-":
        Notebook.load(Path(finish)).run()
        print("finished", flush=True)
    if begin != "-":
        notebook = Notebook.load(Path(begin))
        _ = notebook.workspace.fingerprints, notebook.workspace.tables
        print("go", flush=True)
        notebook.run()
        print("done", flush=True)


main(*sys.argv[1:])
