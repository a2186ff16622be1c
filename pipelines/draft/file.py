"""A draft's file: reading, writing whole or not at all, and noticing that another wrote it."""

from __future__ import annotations

__all__ = ["Outside", "Stamp", "difference", "look", "read_text", "save"]

import difflib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ops.errors import NotebookError, Problem, UsageError


@dataclass(frozen=True, slots=True)
class Stamp:
    """A file as it was last seen; quick to compare, and sure by its content's hash."""

    mtime_ns: int
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Outside:
    """The file is not as it was left. `text` is None when it is gone, or no text any more."""

    text: str | None
    stamp: Stamp | None


def read_text(path: Path) -> tuple[str, Stamp]:
    """A notebook file as it stands, line ends included.

    Raises:
        NotebookError: it cannot be read, or is not UTF-8.
    """
    try:
        raw, stamp = _read(path)
    except FileNotFoundError:
        hint = "`chunkbook new DIR` makes one"
        raise NotebookError(str(path), (Problem("there is no such file", hint=hint),)) from None
    except OSError as error:
        problem = Problem(f"cannot be read: {error.strerror}")
        raise NotebookError(str(path), (problem,)) from None
    try:
        return raw.decode("utf-8"), stamp
    except UnicodeDecodeError as error:
        problem = Problem(f"not UTF-8 (byte {error.start}); save it as UTF-8")
        raise NotebookError(str(path), (problem,)) from None


def look(path: Path, stamp: Stamp) -> Outside | None:
    """What another made of the file since; None if it is as it was."""
    try:
        about = path.stat()
        if (about.st_mtime_ns, about.st_size) == (stamp.mtime_ns, stamp.size):
            return None
        raw, now = _read(path)
    except OSError:
        return Outside(None, None)
    if now.digest == stamp.digest:
        return None
    try:
        return Outside(raw.decode("utf-8"), now)
    except UnicodeDecodeError:
        return Outside(None, now)


def save(text: str, path: Path, stamp: Stamp | None) -> Stamp | Outside:
    """Write the file, if it is still as it was last seen; otherwise give what it is now.

    Args:
        stamp: None to write whatever is there.

    Raises:
        UsageError: it cannot be written.
    """
    if stamp is not None:
        outside = look(path, stamp)
        if outside is not None:
            return outside
    target = path.resolve()
    try:
        _replace(target, text.encode("utf-8"))
        return _read(target)[1]
    except OSError as error:
        hint = "your changes are still here: correct that, and save again"
        said = f"{path} cannot be written: {error.strerror or error}"
        raise UsageError(said, hint=hint) from error


def difference(mine: str, theirs: str) -> Iterator[str]:
    """Lines of a unified diff, from what is here to what is in the file."""
    lines = difflib.unified_diff(
        mine.splitlines(), theirs.splitlines(), "here", "in the file", lineterm=""
    )
    yield from lines


def _read(path: Path) -> tuple[bytes, Stamp]:
    with path.open("rb") as file:
        raw = file.read()
        about = os.fstat(file.fileno())
    digest = hashlib.blake2b(raw, digest_size=16).hexdigest()
    return raw, Stamp(about.st_mtime_ns, about.st_size, digest)


def _replace(target: Path, raw: bytes) -> None:
    """The new file takes the old one's place at once, with its rights."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        made.chmod(target.stat().st_mode & 0o7777 if target.exists() else 0o644 & ~_umask())
        made.replace(target)
    except BaseException:
        with suppress(OSError):
            made.unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
