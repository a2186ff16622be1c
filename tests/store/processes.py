"""Other processes that work on a store, for tests of what happens beside them."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import storage

ROOT = Path(storage.__file__).parents[1]


@contextlib.contextmanager
def python(code: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A process that runs this code; killed at the end if it still runs."""
    command = [sys.executable, "-W", "ignore", "-u", "-c", code, *map(str, arguments)]
    process = subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def line(process: subprocess.Popen[str]) -> str:
    """The next line that a process prints."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def say(process: subprocess.Popen[str], text: str) -> None:
    """Give a process a line."""
    assert process.stdin is not None
    process.stdin.write(text + "\n")
    process.stdin.flush()
