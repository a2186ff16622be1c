"""Keeps the screen for the interface alone while native libraries write to the terminal."""

from __future__ import annotations

__all__ = ["log_file", "quiet_terminal"]

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def log_file() -> Path:
    """Where the noise of the last session is kept."""
    from platformdirs import user_log_path

    return user_log_path("chunkbook") / "tui.log"


@contextmanager
def quiet_terminal() -> Iterator[None]:
    """Send what libraries write to the file descriptors 1 and 2 to the log file.

    llama.cpp, Lance and Dagster write there past Python, in the middle of the screen. The
    interface draws through `sys.__stderr__` and measures the terminal by `sys.__stdout__`; both
    get descriptors of their own meanwhile.
    """
    if not (sys.__stdout__ and sys.__stderr__ and (sys.__stderr__.isatty() or _in_browser())):
        yield
        return
    sys.stdout.flush()
    sys.stderr.flush()
    own = (sys.__stdout__, sys.__stderr__)
    screens = tuple(_again(stream) for stream in own)
    noise = _sink()
    os.dup2(noise, 1)
    os.dup2(noise, 2)
    os.close(noise)
    sys.__stdout__, sys.__stderr__ = screens  # type: ignore[misc,assignment]
    try:
        yield
    finally:
        sys.__stdout__, sys.__stderr__ = own  # type: ignore[misc]
        for stream, screen, descriptor in zip(own, screens, (1, 2), strict=True):
            stream.flush()
            screen.flush()
            os.dup2(screen.fileno(), descriptor)
            screen.close()


def _in_browser() -> bool:
    """Whether the descriptor 1 leads to a server that expects its own packets there."""
    return "web_driver" in os.environ.get("TEXTUAL_DRIVER", "")


def _again(stream: IO[str]) -> IO[str]:
    """The same terminal, by a descriptor of its own."""
    return os.fdopen(os.dup(stream.fileno()), "w", encoding="utf-8", errors="replace")


def _sink() -> int:
    path = log_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY)
