"""The person's own editor takes the terminal, and gives it back: in a terminal of its own."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PATIENCE = 120.0
"""Seconds after which an answer that is still awaited is a fault."""
EDITOR = """\
#!{python}
import os, sys
path = sys.argv[-1]
with open(path, encoding="utf-8") as file:
    text = file.read()
tty = all(os.isatty(number) for number in (0, 1, 2))
print("EDITING", "at a terminal" if tty else "in the dark", flush=True)
sys.stdin.readline()
with open(path, "w", encoding="utf-8") as file:
    file.write(text.replace("size: 20", "size: 33"))
"""


class Screen:
    """What a program writes to its terminal, as it is written."""

    def __init__(self, file: int) -> None:
        self.file = file
        self.said = b""

    def press(self, keys: str) -> None:
        """Send keys; what was written before them is forgotten."""
        self.said = b""
        os.write(self.file, keys.encode())

    def until(self, wanted: str) -> None:
        """Wait until this is written."""
        end = time.monotonic() + PATIENCE
        while wanted.encode() not in self.said:
            assert time.monotonic() < end, self.said[-4_000:]
            if select.select([self.file], [], [], 0.1)[0]:
                self.said += os.read(self.file, 1 << 16)


@contextmanager
def interface(notebook: Path, editor: Path) -> Iterator[Screen]:
    """`chunkbook tui` in a terminal, ended in the end."""
    file, inside = os.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    environ = {**os.environ, "TERM": "xterm-256color", "EDITOR": str(editor)}
    environ.pop("VISUAL", None)
    command = [sys.executable, "-m", "tui", "tui", str(notebook)]
    process = subprocess.Popen(
        command, stdin=inside, stdout=inside, stderr=inside, env=environ, start_new_session=True
    )
    os.close(inside)
    try:
        yield Screen(file)
    finally:
        process.kill()
        process.wait()
        os.close(file)


@pytest.mark.slow
def test_the_editor_takes_the_terminal_and_gives_it_back(rules: Path, tmp_path: Path) -> None:
    editor = tmp_path / "edit"
    editor.write_text(EDITOR.format(python=sys.executable), encoding="utf-8")
    editor.chmod(0o755)
    with interface(rules, editor) as screen:
        screen.until("size 20")
        screen.press("E")
        screen.until("EDITING at a terminal")
        screen.press("\r")
        screen.until("size 33")
        assert "size: 33" in rules.read_text(encoding="utf-8")
        screen.press("?")
        screen.until("Keys")


@pytest.mark.slow
def test_an_editor_that_fails_is_told(rules: Path, tmp_path: Path) -> None:
    editor = tmp_path / "edit"
    editor.write_text("no program at all\n", encoding="utf-8")
    editor.chmod(0o755)
    with interface(rules, editor) as screen:
        screen.until("size 20")
        screen.press("E")
        screen.until("started: ")
