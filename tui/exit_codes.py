"""What the command's exit code means; the one place that says so."""

from __future__ import annotations

__all__ = ["CODES", "ExitCode", "code_of"]

from enum import IntEnum
from typing import Final

from ops.errors import (
    Cancelled,
    ChecksFailed,
    ChunkbookError,
    DocumentError,
    LeaseError,
    ModelError,
    NotebookError,
    SourceError,
    StoreError,
    UsageError,
)


class ExitCode(IntEnum):
    """Exit codes of every command."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    DOCUMENTS_FAILED = 3
    NOTEBOOK = 4
    SOURCE = 5
    MODEL = 6
    STORE = 7
    BUSY = 8
    CHECKS_FAILED = 9
    CANCELLED = 130


CODES: Final[dict[type[ChunkbookError], ExitCode]] = {
    UsageError: ExitCode.USAGE,
    DocumentError: ExitCode.DOCUMENTS_FAILED,
    NotebookError: ExitCode.NOTEBOOK,
    SourceError: ExitCode.SOURCE,
    ModelError: ExitCode.MODEL,
    LeaseError: ExitCode.BUSY,
    StoreError: ExitCode.STORE,
    ChecksFailed: ExitCode.CHECKS_FAILED,
    Cancelled: ExitCode.CANCELLED,
}


def code_of(error: ChunkbookError) -> ExitCode:
    """The code for an error: that of its nearest class."""
    for kind in type(error).__mro__:
        if kind in CODES:
            return CODES[kind]
    return ExitCode.UNEXPECTED
