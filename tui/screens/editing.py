"""The person's own editor, in place of the interface until it ends."""

from __future__ import annotations

__all__ = ["edit_in_terminal", "editor_command"]

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from textual.app import App, SuspendNotSupported

from ops.errors import UsageError

USUAL: Final = ("nano", "vim", "vi")
JUMPING: Final = frozenset({"nano", "vim", "vi", "nvim", "emacs", "micro", "kak", "joe"})
"""Editors that take `+LINE` before the file."""


def editor_command(path: Path, line: int, environ: Mapping[str, str] = os.environ) -> list[str]:
    """The command that opens a file at a line: by VISUAL, EDITOR, or one that is usually there.

    Raises:
        UsageError: there is none.
    """
    named = environ.get("VISUAL") or environ.get("EDITOR")
    words = shlex.split(named) if named else [n for n in USUAL if shutil.which(n)][:1]
    if not words or shutil.which(words[0]) is None:
        what = f"the editor {words[0]!r} is not there" if words else "no editor is known"
        raise UsageError(what, hint="set EDITOR to the command of one")
    jump = [f"+{line}"] if Path(words[0]).name in JUMPING else []
    return [*words, *jump, str(path)]


def edit_in_terminal(app: App[Any], path: Path, line: int) -> None:
    """Hand the terminal to the editor, and take it back when the person is done.

    Raises:
        UsageError: there is no editor, it failed, or this is no terminal of its own.
    """
    command = editor_command(path, line)
    try:
        # An error within would leave the terminal without the interface: none gets out.
        with app.suspend():
            fault = _run(command)
    except SuspendNotSupported:
        hint = f"open {path} beside it: what you save there is noticed here"
        raise UsageError("the interface cannot give its terminal away here", hint=hint) from None
    if fault:
        raise UsageError(f"{command[0]} {fault}")


def _run(command: list[str]) -> str:
    """Run it in this terminal; what went wrong, if anything did."""
    # The descriptors 1 and 2 lead into a log while the interface runs.
    screen, errors = sys.__stdout__, sys.__stderr__
    try:
        with _interrupts_are_the_editors():
            done = subprocess.run(command, stdout=screen, stderr=errors, check=False)
    except OSError as error:
        return f"cannot be started: {error.strerror}"
    return f"ended with status {done.returncode}" if done.returncode else ""


@contextmanager
def _interrupts_are_the_editors() -> Iterator[None]:
    """ctrl+c reaches every process of the terminal; only the editor is to answer it."""
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
