"""Where a notebook is being served to a browser, for those who want to link to it."""

from __future__ import annotations

__all__ = ["Note", "noted", "serve_command", "served_address"]

import json
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pipelines.file.model import Model
from pipelines.workspace import home


@dataclass(frozen=True, slots=True)
class Note:
    """A small file beside the store, for as long as the server runs."""

    path: Path

    def begin(self, address: str) -> None:
        """Note the address; without its token, which is for nobody else."""
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            told = json.dumps({"address": address, "process": os.getpid()})
            self.path.write_text(told, encoding="utf-8")


@contextmanager
def noted(model: Model) -> Iterator[Note]:
    """The note of a server that starts; it goes when the server ends."""
    note = Note(_path(model))
    try:
        yield note
    finally:
        if _read(note.path)[1] == os.getpid():
            note.path.unlink(missing_ok=True)


def served_address(model: Model) -> str | None:
    """Where this notebook is served now; it opens in a browser that was let in before."""
    address, process = _read(_path(model))
    if process <= 0 or not address:
        return None
    try:
        os.kill(process, 0)
    except PermissionError:
        return address
    except OSError:
        return None
    return address


def serve_command(model: Model) -> str:
    """The command that serves a notebook."""
    return f"chunkbook serve {shlex.quote(str(model.path))}"


def _path(model: Model) -> Path:
    return home(model) / f"serve-{model.name}.json"


def _read(path: Path) -> tuple[str, int]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return str(told["address"]), int(told["process"])
    except (OSError, ValueError, KeyError, TypeError):
        return "", 0
