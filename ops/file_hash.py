"""Names the content of a file that shapes what an op gives."""

from __future__ import annotations

__all__ = ["file_hash"]

import hashlib
from functools import lru_cache
from pathlib import Path

from ops.errors import UsageError


def file_hash(path: Path) -> str:
    """A hash of the file's bytes (32 hexadecimal digits), read again when it has changed.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        told = path.stat()
        return _hash(path, told.st_size, told.st_mtime_ns)
    except OSError as error:
        hint = "paths are relative to the notebook's folder"
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint=hint) from None


@lru_cache(maxsize=64)
def _hash(path: Path, size: int, mtime: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
