"""The connection to LanceDB: opens, makes, lists and drops tables; its errors become ours."""

from __future__ import annotations

__all__ = ["Database", "local_path", "talking"]

import contextlib
import errno
import re
import shutil
import tempfile
import threading
import time
import uuid
import warnings
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from ops.errors import ChunkbookError, StoreError

_INDEX_CACHE: Final = 256 << 20
_METADATA_CACHE: Final = 128 << 20
"""Bytes. LanceDB's own defaults are several gigabytes."""

_RUST_PLACE: Final = re.compile(r",?\s*/\S+\.rs:\d+:\d+")
_TRASH: Final = ".trash-"
_MAKING: Final = "_making-"
_ABANDONED: Final = 3600.0
"""Seconds after which a table that was being made has no maker any more."""


def local_path(uri: str) -> Path | None:
    """The folder of a store on this machine; None for one in object storage."""
    return None if "://" in uri else Path(uri).expanduser().absolute()


@contextlib.contextmanager
def talking(uri: str, doing: str) -> Iterator[None]:
    """Raise what LanceDB, Arrow or the disk raise as a StoreError that says what was being done."""
    try:
        yield
    except ChunkbookError:
        raise
    except Exception as error:  # LanceDB raises RuntimeError, ValueError, OSError and Arrow's own
        text = _RUST_PLACE.sub("", str(error)).strip() or type(error).__name__
        raise StoreError(f"{doing} failed in {uri}: {text}", hint=_hint(text)) from error


def _hint(text: str) -> str:
    lowered = text.lower()
    if "no space left" in lowered:
        return "free some disk space and run again; what was committed stands"
    if "permission denied" in lowered or "read-only file system" in lowered:
        return "give this user the right to write there, or choose another folder"
    if "no longer exists" in lowered or "not found" in lowered:
        return "it was cleaned up since; open the newest result"
    return ""


class Database:
    """Tables by name. Handles that were opened are kept; each read sees the newest commit."""

    def __init__(self, uri: str | Path, *, read_only: bool = False) -> None:
        self.path = local_path(str(uri))
        self.uri = str(self.path) if self.path is not None else str(uri)
        self.read_only = read_only
        self._lock = threading.RLock()
        self._connected: Any = None
        self._handles: dict[str, Any] = {}

    @property
    def connection(self) -> Any:
        """The LanceDB connection; importing LanceDB takes seconds, so it is made at first use."""
        with self._lock:
            if self._connected is None:
                import lancedb

                with talking(self.uri, "opening the store"):
                    self._connected = lancedb.connect(
                        self.uri,
                        read_consistency_interval=timedelta(0),
                        session=lancedb.Session(_INDEX_CACHE, _METADATA_CACHE),
                    )
            return self._connected

    def find(self, name: str) -> Any | None:
        """The table, or None when there is none (or only the ruin of one that was being made)."""
        with self._lock:
            if name not in self._handles:
                handle = self._open(name)
                if handle is None:
                    return None
                self._handles[name] = handle
            return self._handles[name]

    def table(self, name: str) -> Any:
        """The table.

        Raises:
            StoreError: there is none.
        """
        handle = self.find(name)
        if handle is None:
            raise StoreError(
                f"there is no table {name} in {self.uri}", hint="run the notebook to make it"
            )
        return handle

    def at(self, name: str, version: int) -> Any:
        """The table as it was at this version, for reading only."""
        handle = self._open(name)
        if handle is None:
            raise StoreError(
                f"the table {name} is gone from {self.uri}",
                hint="it was cleaned up since; open the newest result",
            )
        with talking(self.uri, f"opening version {version} of {name}"):
            handle.checkout(version)
        return handle

    def create(self, name: str, schema: Any, *, overwrite: bool = False) -> Any:
        """Make an empty table, or give the one that is there; one commit."""
        self.check_writable()
        with self._lock, talking(self.uri, f"making the table {name}"):
            if overwrite or self.path is None:
                mode = "overwrite" if overwrite else "create"
                made = self.connection.create_table(name, schema=schema, mode=mode, exist_ok=True)
            else:
                made = self._make_aside(name, schema, self.path / f"{name}.lance")
            self._handles[name] = made
            return made

    def _make_aside(self, name: str, schema: Any, folder: Path) -> Any:
        """Make a table under another name and rename it, which one of many processes can do.

        LanceDB's own way commits an overwrite, which of two that come at once wipes out the rows
        that the other has written in between.
        """
        aside = f"{_MAKING}{uuid.uuid4().hex}"
        self.connection.create_table(aside, schema=schema)
        made = folder.with_name(f"{aside}.lance")
        try:
            made.rename(folder)
        except OSError:
            if self._open(name) is None:  # the ruin of a table
                self.drop(name)
                made.rename(folder)
            else:
                shutil.rmtree(made, ignore_errors=True)
        return self._open(name)

    def names(self) -> list[str]:
        """Every table's name, sorted."""
        names: list[str] = []
        page: str | None = None
        with talking(self.uri, "listing the tables"):
            while True:
                answer = self.connection.list_tables(page_token=page)
                names += [name for name in answer.tables if not name.startswith(_MAKING)]
                page = answer.page_token
                if not page:
                    return sorted(names)

    def drop(self, name: str) -> None:
        """Remove a table and all its versions.

        On a local disk it is renamed away first, so that being killed half-way cannot leave a
        table that opens and lacks files.
        """
        self.check_writable()
        with self._lock, talking(self.uri, f"dropping the table {name}"):
            self._handles.pop(name, None)
            if self.path is None:
                self.connection.drop_table(name, ignore_missing=True)
                return
            folder = self.path / f"{name}.lance"
            if folder.exists():
                gone = self.path / f"{_TRASH}{uuid.uuid4().hex}"
                folder.rename(gone)
                shutil.rmtree(gone, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what dropping and making tables left behind when they were killed."""
        if self.path is None:
            return
        for folder in self.path.glob(f"{_TRASH}*"):
            shutil.rmtree(folder, ignore_errors=True)
        for folder in self.path.glob(f"{_MAKING}*"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - folder.stat().st_mtime > _ABANDONED:
                    shutil.rmtree(folder, ignore_errors=True)

    def forget_handles(self) -> None:
        """Open tables anew: another process may have dropped or remade them."""
        with self._lock:
            self._handles.clear()

    def check_writable(self) -> None:
        """Raise StoreError when the store was opened for reading only."""
        if self.read_only:
            raise StoreError(
                f"the store {self.uri} was opened for reading only", hint="open it for writing"
            )

    def prepare(self) -> None:
        """See that the folder is there, and can be written unless the store is for reading only.

        Raises:
            StoreError: it cannot; names the folder, the reason and the next step.
        """
        if self.path is None:
            return
        if self.read_only:
            if not self.path.is_dir():
                raise StoreError(f"there is no store at {self.path}", hint="run a notebook first")
            return
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if not self.path.stat().st_mode & 0o222:
                # The superuser could write all the same, against the owner's will.
                raise PermissionError(errno.EACCES, "it is marked read-only")
            with tempfile.TemporaryFile(dir=self.path):
                pass
        except OSError as error:
            raise StoreError(
                f"cannot write to the store {self.path}: {error.strerror or error}",
                hint="give this user the right to write there, or choose another folder",
            ) from error

    def _open(self, name: str) -> Any | None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                return self.connection.open_table(name)
        except ValueError as error:
            if "was not found" in str(error):
                return None
            raise StoreError(f"opening the table {name} failed in {self.uri}: {error}") from error
        except (RuntimeError, OSError) as error:
            text = _RUST_PLACE.sub("", str(error))
            raise StoreError(f"opening the table {name} failed in {self.uri}: {text}") from error
