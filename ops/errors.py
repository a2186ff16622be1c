"""Every error that Chunkbook raises on purpose.

ChunkbookError
├── UsageError          what the caller asked for does not make sense
├── SourceError         a source (folder, archive, package set) cannot be listed
├── DocumentError       one document cannot be read or processed; the others go on
├── NotebookError       a notebook file is wrong; carries every problem with line and column
├── ModelError          a model file is missing, truncated, of another kind, or refused by llama.cpp
├── StoreError          the store cannot be opened, read or written
│   └── LeaseError      another run holds the store's one-writer lease
├── ChecksFailed        a blocking check found bad rows, so nothing was published
└── Cancelled           the person or the schedule asked to stop
"""

from __future__ import annotations

__all__ = [
    "Cancelled",
    "ChecksFailed",
    "ChunkbookError",
    "DocumentError",
    "LeaseError",
    "ModelError",
    "NotebookError",
    "Problem",
    "SourceError",
    "StoreError",
    "UsageError",
]

from dataclasses import dataclass


class ChunkbookError(Exception):
    """Says what went wrong, where and why (`message`), and what to do next (`hint`)."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message


class UsageError(ChunkbookError):
    """What the caller asked for does not make sense."""


class SourceError(ChunkbookError):
    """A source cannot be listed."""


class DocumentError(ChunkbookError):
    """One document cannot be read or processed."""


class ModelError(ChunkbookError):
    """A model file cannot be used."""


class StoreError(ChunkbookError):
    """The store cannot be opened, read or written."""


class LeaseError(StoreError):
    """Another run holds the lease of this notebook."""


class ChecksFailed(ChunkbookError):
    """A blocking check failed; the run published nothing."""


class Cancelled(ChunkbookError):
    """The run was asked to stop."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a notebook file. Lines and columns count from 1; 0 when unknown."""

    message: str
    line: int = 0
    column: int = 0
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.line}:{self.column}: " if self.line else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.message}{hint}"


class NotebookError(ChunkbookError):
    """A notebook file is wrong; all its problems are listed, not just the first."""

    def __init__(self, path: str, problems: tuple[Problem, ...]) -> None:
        lines = "\n".join(f"  {path}:{'' if p.line else ' '}{p}" for p in problems)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(f"{path} has {count}:\n{lines}")
        self.path = path
        self.problems = problems
