"""An open notebook: what screens ask of it, from worker threads."""

from __future__ import annotations

__all__ = ["Book", "find_notebooks"]

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from pipelines.events import Observer, RunReport
    from pipelines.lineage import Lineage
    from pipelines.model import Model
    from pipelines.view import Document, Ledger, Overview
    from pipelines.workspace import Workspace
    from storage import Reader
    from tui.shelf import Shelf


@dataclass
class Book:
    """A notebook file that was read and found right, with its store, opened at first use.

    Heavy imports happen in its methods, which are called from threads.
    """

    model: Model
    seen: Overview | None = None
    """The state of the cells when it was last looked at."""
    _ledger: Ledger | None = None
    _workspace: Workspace | None = None
    _reader: Reader | None = None
    _lock: Lock = field(default_factory=Lock)

    @classmethod
    def open(cls, path: Path) -> Book:
        """Read a notebook file.

        Raises:
            NotebookError: it is wrong.
        """
        from pipelines.parse import read

        return cls(read(path))

    @property
    def workspace(self) -> Workspace:
        """For reading only: looking must not make or change a store."""
        from pipelines.workspace import Workspace

        with self._lock:
            if self._workspace is None:
                self._workspace = Workspace(self.model, read_only=True)
            return self._workspace

    def reopen(self) -> None:
        """Look again at what is on disk, while and after a run."""
        self._ledger = None
        with self._lock:
            self._workspace = None
            self._reader = None

    def overview(self) -> Overview:
        """The state of every cell."""
        from pipelines.view import overview

        self.seen = overview(self.workspace)
        self._ledger = None if self.seen.problem else self.seen.ledger
        return self.seen

    def documents(self, cell: str) -> pl.DataFrame:
        """The documents at a cell."""
        from pipelines.view import documents

        return documents(self.workspace, cell, self._ledger)

    def document(self, cell: str, doc_id: str) -> Document:
        """One document with all that is known of it at a cell."""
        from pipelines.view import document

        return document(self.workspace, cell, doc_id, self._ledger)

    def run(
        self,
        cells: tuple[str, ...] | None,
        observer: Observer,
        cancelled: Callable[[], bool],
    ) -> RunReport:
        """Bring these cells, or all, up to date; the run is recorded in Dagster's home."""
        from pipelines.job import run_recorded
        from pipelines.run import Options

        return run_recorded(self.model.path, Options(cells=cells), observer, cancelled)

    def reader(self) -> Reader | None:
        """The newest published state; None before the first."""
        from pipelines.view import has_store

        workspace = self.workspace
        if not has_store(workspace):
            return None
        with self._lock:
            if self._reader is None:
                self._reader = workspace.store.reader(self.model.name)
            else:
                self._reader = self._reader.refresh() or self._reader
            return self._reader

    def shelf(self, wanted: str = "") -> Shelf | None:
        """The published collection of this name, or else the first; None when there is none."""
        from tui.shelf import Shelf

        reader = self.reader()
        names = reader.collections() if reader is not None else []
        if reader is None or not names:
            return None
        return Shelf(self.workspace, reader, wanted if wanted in names else names[0])

    def lineage(self, chunk_id: str) -> Lineage:
        """A chunk's way from its source."""
        from pipelines.lineage import trace

        return trace(self.workspace, chunk_id)


def find_notebooks(folder: Path) -> list[Path]:
    """The notebook files of a folder: those in its `notebooks`, or else its own."""
    for place in (folder / "notebooks", folder):
        files = sorted(path for path in place.glob("*.y*ml") if _is_notebook(path))
        if files:
            return files
    return []


def _is_notebook(path: Path) -> bool:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    return any(line.startswith("cells:") for line in lines)
