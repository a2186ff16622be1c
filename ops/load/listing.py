"""Walks a folder: every file once, by its real place first, through links without loops."""

from __future__ import annotations

__all__ = ["Found", "files_below"]

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from ops.errors import SourceError


class Found(NamedTuple):
    """A file below a folder. `stat` is none for a link that leads nowhere."""

    path: str
    """Relative to the folder, with forward slashes."""
    stat: os.stat_result | None


def files_below(
    root: Path, skip: Callable[[str], bool], check: Callable[[], None]
) -> Iterator[Found]:
    """Every regular file below a folder, in no particular order.

    Links to folders are followed after all real folders have been seen, in the order of their
    paths, and only to folders not seen yet: no loop is followed, no file is found twice by way of
    linked folders, and adding a link renames nothing.

    Args:
        skip: whether to pass over a relative path, with all that is below it.
        check: called for each folder; may raise to stop.

    Raises:
        SourceError: a folder cannot be listed. Passing over it would look like its files had been
            deleted.
    """
    seen: set[tuple[int, int]] = set()
    folders, links = [""], list[str]()
    while folders or links:
        if not folders:
            links.sort(reverse=True)
            folders.append(links.pop())
        folder = folders.pop()
        check()
        try:
            about = (root / folder).stat()
            if (about.st_dev, about.st_ino) in seen:
                continue
            seen.add((about.st_dev, about.st_ino))
            entries = list(os.scandir(root / folder))
        except OSError as error:
            raise SourceError(
                f"the folder {root / folder} cannot be listed: {error.strerror or error}",
                hint="give this user the right to read it, or leave it out with `exclude`",
            ) from error
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if skip(path):
                continue
            target = _stat(entry)
            if target is None or stat.S_ISREG(target.st_mode):
                yield Found(path, target)
            elif stat.S_ISDIR(target.st_mode):
                (links if entry.is_symlink() else folders).append(path)


def _stat(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat()
    except OSError:  # gone meanwhile, or a link in a circle or to nowhere
        return None
