"""Fixtures of the tests of the interface: stores made once, and an app that stands still."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from pipelines.events import Observer, RunReport
from pipelines.file.wiring import CellWiring
from pipelines.looking.lineage import Lineage
from pipelines.looking.sample import Preview
from pipelines.looking.view import Overview
from tests.tui.books import make_hostile, make_policies, make_vectors
from tests.tui.builder import NOTEBOOK, TEXT
from tui.app import ChunkbookApp
from tui.book import Book
from tui.widgets.glance import Glance, glance_of

# One shard of a text index: scores, and so the order of hits, do not depend on the threads' pace.
os.environ["LANCE_FTS_NUM_SHARDS"] = "1"
AT = datetime(2026, 1, 5, 9, 30)
RUN = "0123456789abcdef"


@pytest.fixture(scope="session")
def made_policies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_policies(tmp_path_factory.mktemp("policies"))


@pytest.fixture(scope="session")
def made_hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_hostile(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="session")
def made_vectors(tmp_path_factory: pytest.TempPathFactory, model_files: None) -> Path:
    return make_vectors(tmp_path_factory.mktemp("vectors"))


@pytest.fixture
def own_policies(made_policies: Path, tmp_path: Path) -> Path:
    """A copy of the policies and their store, to change."""
    shutil.copytree(made_policies.parent, tmp_path / "own")
    return tmp_path / "own" / made_policies.name


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A notebook over two documents that never ran."""
    (tmp_path / "docs").mkdir()
    for name in ("one", "two"):
        (tmp_path / "docs" / f"{name}.md").write_text(TEXT, encoding="utf-8")
    path = tmp_path / "rules.yaml"
    path.write_text(NOTEBOOK, encoding="utf-8")
    return path


@pytest.fixture
def rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is looked at when a test asks for it."""
    monkeypatch.setattr("tui.screens.saving.WATCH", 3600)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses before reading, no blinking, no animation."""
    monkeypatch.setattr("tui.screens.notebook.PAUSE", 0.001)
    monkeypatch.setattr("tui.screens.chunks.PAUSE", 0.001)
    monkeypatch.setattr("tui.screens.notebook.LOOK", 0.001)
    monkeypatch.setattr("tui.screens.previews.SETTLED", 0.001)
    monkeypatch.setattr("tui.widgets.search.PAUSE", 0.001)
    monkeypatch.setattr("tui.widgets.filter.PAUSE", 0.001)
    monkeypatch.setattr("textual.constants.TEXTUAL_ANIMATIONS", "none")
    monkeypatch.setattr("textual.widgets.Input.cursor_blink", False)
    monkeypatch.setattr("textual.widgets.TextArea.cursor_blink", False)


@pytest.fixture
def without_dagster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs go straight to the function that Dagster would call, which is quicker."""

    def run(
        book: Book,
        cells: tuple[str, ...] | None,
        observer: Observer,
        cancelled: Callable[[], bool],
    ) -> RunReport:
        from pipelines.running.run import Options
        from pipelines.running.run import run as run_here
        from pipelines.workspace import Workspace

        return run_here(Workspace(book.model), Options(cells=cells), observer, cancelled)

    monkeypatch.setattr(Book, "run", run)


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that differs from run to run is the same: times, runs, fingerprints."""
    overview, lineage = Book.overview, Book.lineage

    def still_overview(book: Book) -> Overview:
        seen = overview(book)
        cells = {name: replace(status, seconds=0.25) for name, status in seen.cells.items()}
        published = AT if seen.published is not None else None
        book.seen = replace(seen, cells=cells, published=published, run_id=RUN)
        return book.seen

    def still_lineage(book: Book, chunk_id: str) -> Lineage:
        way = lineage(book, chunk_id)
        steps = tuple(
            replace(step, seconds=0.25, at=AT, run_id=RUN, fingerprint=RUN) for step in way.steps
        )
        return replace(way, steps=steps, manifest=RUN)

    def still_glance(preview: Preview, wired: CellWiring, spent: float) -> Glance:
        return glance_of(preview, wired, 0.02)

    monkeypatch.setattr("tui.screens.previews.glance_of", still_glance)
    monkeypatch.setattr(Book, "overview", still_overview)
    monkeypatch.setattr(Book, "lineage", still_lineage)


@pytest.fixture
def app(made_policies: Path) -> ChunkbookApp:
    """The interface over the policies; nothing may be changed in them."""
    return ChunkbookApp(made_policies)
