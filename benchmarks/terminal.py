"""A command in a real pseudo-terminal, whose screen is read and timed."""

from __future__ import annotations

__all__ = ["Terminal"]

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final

PATIENCE: Final = 60.0
QUIET: Final = 0.08
"""Seconds without output after which the screen stands still."""

KEYS: Final[Mapping[str, bytes]] = {
    "down": b"\x1b[B",
    "up": b"\x1b[A",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "pagedown": b"\x1b[6~",
    "pageup": b"\x1b[5~",
    "tab": b"\t",
    "enter": b"\r",
    "escape": b"\x1b",
    "ctrl+p": b"\x10",
    "backspace": b"\x7f",
    "ctrl+u": b"\x15",
}


class Terminal:
    """Runs a command in a terminal of this size; a small emulator keeps what stands on it."""

    def __init__(
        self, command: Sequence[str], columns: int, rows: int, environment: Mapping[str, str]
    ) -> None:
        import pyte

        self.screen: Any = pyte.Screen(columns, rows)
        self._stream: Any = pyte.ByteStream(self.screen)
        self.began = time.perf_counter()
        self.first_output: float | None = None
        self.pid, self._file = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], list(command), dict(environment))
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, size)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        end = time.monotonic() + 5
        while time.monotonic() < end and os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            self._read(0.05)
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._file)

    @property
    def text(self) -> str:
        """What stands on the screen, row by row."""
        return "\n".join(self.screen.display)

    def press(self, *keys: str) -> float:
        """Send keys by name or as they are; when the last was sent."""
        for key in keys:
            os.write(self._file, KEYS.get(key) or key.encode())
        return time.perf_counter()

    def until(self, shown: Callable[[str], bool], what: str, patience: float = PATIENCE) -> float:
        """When the screen first shows this.

        Raises:
            TimeoutError: it does not.
        """
        end = time.monotonic() + patience
        while not shown(self.text):
            if time.monotonic() > end:
                raise TimeoutError(f"the screen does not show {what}:\n{self.text}")
            self._read(0.05)
        return time.perf_counter()

    def answer(self) -> float:
        """When the next output arrives."""
        end = time.monotonic() + PATIENCE
        while not self._read(0.2):
            if time.monotonic() > end:
                raise TimeoutError(f"no answer to a key:\n{self.text}")
        return time.perf_counter()

    def rest(self, patience: float = PATIENCE) -> None:
        """Wait until nothing more is painted."""
        end = time.monotonic() + patience
        while self._read(QUIET) and time.monotonic() < end:
            pass

    def memory(self) -> tuple[float, float]:
        """Resident memory of the process in MB, now and at its largest."""
        told = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        fields = dict(line.split(":", 1) for line in told.splitlines() if ":" in line)
        now, most = (int(fields[name].split()[0]) / 1000 for name in ("VmRSS", "VmHWM"))
        return now * 1.024, most * 1.024

    def _read(self, seconds: float) -> bool:
        if not select.select([self._file], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._file, 1 << 16)
        except OSError:  # the command has ended
            return False
        self._stream.feed(data)
        return True
