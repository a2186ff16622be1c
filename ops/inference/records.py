"""Remembers what was found in large files, by their size and time, so that they are read once."""

from __future__ import annotations

__all__ = ["Facts", "Records", "sha256_of"]

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

NAME: Final = "files.json"


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


Facts = dict[str, str | int | bool]


class Records:
    """`files.json` in the folder of the models: path → size, time of change, and what was found.

    Where it cannot be written (a folder that others own), files are read anew in each process.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / NAME
        self._lock = folder / f".{NAME}.lock"

    def get(self, path: Path) -> Facts | None:
        """What was found in a file, if it has not changed since."""
        known = self._read().get(str(path.resolve()))
        try:
            stat = path.stat()
        except OSError:
            return None
        if known and (known.get("size"), known.get("mtime")) == (stat.st_size, stat.st_mtime_ns):
            return known
        return None

    def keep(self, path: Path, facts: Facts) -> None:
        """Remember it, and forget files that are gone."""
        stat = path.stat()
        with contextlib.suppress(OSError, Timeout):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self._lock, timeout=10):
                rows = {name: row for name, row in self._read().items() if Path(name).exists()}
                rows[str(path.resolve())] = {
                    **facts,
                    "size": stat.st_size,
                    "mtime": stat.st_mtime_ns,
                }
                self._write(rows)

    def _read(self) -> dict[str, Facts]:
        try:
            rows = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return rows if isinstance(rows, dict) else {}

    def _write(self, rows: dict[str, Facts]) -> None:
        handle, name = tempfile.mkstemp(dir=self._file.parent, prefix=f".{NAME}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1, sort_keys=True)
        Path(name).replace(self._file)
