"""An open notebook: what screens ask of it, from worker threads."""

from __future__ import annotations

__all__ = ["Book", "find_notebooks"]

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import polars as pl

    from pipelines.draft import Checked, History
    from pipelines.draft.file import Outside, Stamp
    from pipelines.events import Observer, RunReport
    from pipelines.file.model import Model
    from pipelines.looking.lineage import Lineage
    from pipelines.looking.sample import Preview, Sampler
    from pipelines.looking.view import Document, Ledger, Overview
    from pipelines.workspace import Workspace
    from storage import Reader
    from tui.shelf import Shelf

LISTED: Final = 30.0
"""Seconds for which a preview takes a folder to have the files it had."""


@dataclass
class Book:
    """A notebook file as it is being changed, with its store, opened at first use.

    Heavy imports happen in its methods, which are called from threads.
    """

    model: Model
    """Its cells that are right, whether saved or not."""
    history: History
    checked: Checked
    stamp: Stamp
    """The file as it was last read or written."""
    saved: str
    """The text of the file then."""
    seen: Overview | None = None
    """The state of the cells when it was last looked at."""
    chunk_id: str = ""
    """The published chunk that was last looked at."""
    _ledger: Ledger | None = None
    _workspace: Workspace | None = None
    _reader: Reader | None = None
    _lock: Lock = field(default_factory=Lock)
    _sampler: Sampler | None = None
    _sampling: Lock = field(default_factory=Lock)

    @classmethod
    def open(cls, path: Path) -> Book:
        """Read a notebook file, right or wrong.

        Raises:
            NotebookError: it cannot be read at all.
        """
        from pipelines.draft import Draft, History, check
        from pipelines.draft.file import read_text

        text, stamp = read_text(path)
        checked = check(Draft.of(text, path))
        return cls(checked.model, History.of(checked.draft), checked, stamp, text)

    @property
    def dirty(self) -> bool:
        """Whether there are changes that are not in the file."""
        return self.history.draft.text != self.saved

    def revise(self, history: History) -> Checked:
        """Go on with another draft, or with the same one in another place of the history."""
        from pipelines.draft import check

        self.history = history
        self.checked = check(history.draft)
        self.model = self.checked.model
        self._ledger = None
        with self._lock:
            self._workspace = None
        return self.checked

    def save(self, *, over: bool = False) -> Outside | None:
        """Write the file; or give what another made of it, unless it is to be written `over`.

        Raises:
            UsageError: it cannot be written.
        """
        from pipelines.draft.file import Outside, save

        text = self.history.draft.text
        done = save(text, self.model.path, None if over else self.stamp)
        if isinstance(done, Outside):
            return done
        self.stamp, self.saved = done, text
        return None

    def outside(self) -> Outside | None:
        """What another made of the file since it was last read or written."""
        from pipelines.draft.file import look

        return look(self.model.path, self.stamp)

    def preview(
        self,
        cell: str,
        count: int,
        advance: Callable[[int], None],
        cancelled: Callable[[], bool],
        started: Callable[[str, int], None],
    ) -> Preview:
        """What a cell makes of a sample of `count` documents; waits for a preview that goes on.

        Raises:
            Cancelled: it was asked to stop.
        """
        from ops.errors import Cancelled
        from pipelines.looking.sample import Sampler

        workspace = self.workspace
        with self._sampling:
            if cancelled():
                raise Cancelled("cancelled")
            if self._sampler is None:
                self._sampler = Sampler(workspace, hold=LISTED)
            self._sampler.workspace, self._sampler.count = workspace, count
            return self._sampler.preview(cell, advance, cancelled, started)

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
        if self._sampler is not None:
            self._sampler.forget()
        with self._lock:
            self._workspace = None
            self._reader = None

    def overview(self) -> Overview:
        """The state of every cell."""
        from pipelines.looking.view import overview

        self.seen = overview(self.workspace)
        self._ledger = None if self.seen.problem else self.seen.ledger
        return self.seen

    def documents(self, cell: str) -> pl.DataFrame:
        """The documents at a cell."""
        from pipelines.looking.view import documents

        return documents(self.workspace, cell, self._ledger)

    def document(self, cell: str, doc_id: str) -> Document:
        """One document with all that is known of it at a cell."""
        from pipelines.looking.view import document

        return document(self.workspace, cell, doc_id, self._ledger)

    def run(
        self,
        cells: tuple[str, ...] | None,
        observer: Observer,
        cancelled: Callable[[], bool],
    ) -> RunReport:
        """Bring these cells, or all, up to date; the run is recorded in Dagster's home."""
        from pipelines.orchestrate.job import run_recorded
        from pipelines.running.run import Options

        return run_recorded(self.model.path, Options(cells=cells), observer, cancelled)

    def reader(self) -> Reader | None:
        """The newest published state; None before the first."""
        from pipelines.looking.view import has_store

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
        from pipelines.looking.lineage import trace

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
