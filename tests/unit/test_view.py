"""The read model of the screens."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ops.errors import SourceError
from ops.segment.recursive import Recursive
from pipelines.looking.view import (
    State,
    document,
    documents,
    frames_of,
    key_parameters,
    overview,
)
from pipelines.notebook import Notebook
from pipelines.workspace import Workspace
from tests.documents import PLAIN, write_documents, write_notebook


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three policies and a broken file, run once."""
    folder = tmp_path_factory.mktemp("view")
    write_documents(folder / "docs", 3)
    (folder / "docs" / "broken.md").write_bytes(b"")
    path = write_notebook(folder)
    Notebook.load(path).run()
    return path


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(made.parent, tmp_path / "own")
    return Workspace(Notebook.load(tmp_path / "own" / made.name).model, read_only=True)


def test_nothing_is_made_by_looking(tmp_path: Path) -> None:
    write_documents(tmp_path / "docs", 2)
    model = Notebook.load(write_notebook(tmp_path)).model
    seen = overview(Workspace(model, read_only=True))
    assert {status.state for status in seen.cells.values()} == {State.NEVER}
    assert [len(status.work.added) for status in seen.cells.values()] == [2, 2, 2, 2]
    assert seen.published is None
    assert documents(Workspace(model, read_only=True), "chunks").is_empty()
    assert not (tmp_path / ".chunkbook").exists()


def test_states_after_a_run(workspace: Workspace) -> None:
    seen = overview(workspace)
    assert seen.cells["source"].state is State.FAILED
    assert seen.cells["source"].failed == 1
    assert seen.cells["source"].documents == seen.cells["source"].rows == 3
    chunks = seen.cells["chunks"]
    assert chunks.state is State.FRESH
    assert sum(chunks.lengths) == chunks.rows > 9
    assert seen.cells["metadata"].lengths == ()
    assert seen.published is not None


def test_a_changed_document_makes_stale(workspace: Workspace) -> None:
    path = workspace.model.base / "docs" / "policy_000.md"
    path.write_text(path.read_text(encoding="utf-8") + "\nOne more rule.\n", encoding="utf-8")
    cells = overview(workspace).cells
    assert {name for name, status in cells.items() if status.state is State.STALE} == set(cells)
    assert len(cells["chunks"].work.changed) == 1


def test_a_missing_source_is_told_and_breaks_nothing(workspace: Workspace) -> None:
    shutil.rmtree(workspace.model.base / "docs")
    seen = overview(workspace)
    assert isinstance(seen.problem, SourceError)
    assert {status.state for status in seen.cells.values()} == {State.UNKNOWN}


def test_documents_of_a_cell(workspace: Workspace) -> None:
    source = documents(workspace, "source")
    assert source["uri"].to_list() == sorted(source["uri"].to_list())
    assert source["chunks"].null_count() == 4
    failed = source.filter(source["failure"] != "")
    assert failed["uri"].to_list() == ["file:docs/broken.md"]
    cut = documents(workspace, "metadata")
    assert len(cut) == 3
    rows = overview(workspace).cells["chunks"].rows
    assert cut["chunks"].sum() == rows


def test_a_document_as_a_cell_sees_it(workspace: Workspace) -> None:
    doc_id = documents(workspace, "chunks")["doc_id"][0]
    plain = document(workspace, "source", doc_id)
    assert plain.chunks is None
    assert plain.text.startswith("# Leave policy 0")
    cut = document(workspace, "chunks", doc_id)
    assert cut.chunks is not None
    assert "heading_path" not in cut.chunks.columns
    described = document(workspace, "metadata", doc_id)
    assert described.chunks is not None
    assert "heading_path" in described.chunks.columns
    assert described.exact
    for start, end, text in described.chunks.select("start", "end", "text").iter_rows():
        assert described.text[start:end] == text


def test_a_document_that_could_not_be_read(workspace: Workspace) -> None:
    table = documents(workspace, "source")
    failed = table.filter(table["failure"] != "").row(0, named=True)
    shown = document(workspace, "source", failed["doc_id"])
    assert shown.text == ""
    assert "empty" in shown.failure
    assert shown.uri == "file:docs/broken.md"


def test_chunks_of_an_older_text_are_not_exact(workspace: Workspace) -> None:
    path = workspace.model.base / "docs" / "policy_001.md"
    path.write_text("# New\n\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    Notebook(workspace.model).run(["source"])
    later = Workspace(workspace.model, read_only=True)
    table = documents(later, "chunks")
    doc_id = table.filter(table["uri"] == "file:docs/policy_001.md")["doc_id"][0]
    assert not document(later, "chunks", doc_id).exact


def test_frames_part_where_branches_part(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    text = PLAIN.format(name="branches", size=60, tokenizer="words").replace(
        "  - id: index\n",
        "  - id: other\n    op: segment.fixed\n    input: source\n  - id: index\n",
    )
    path = tmp_path / "branches.yaml"
    path.write_text(text + "    input: metadata\n", encoding="utf-8")
    workspace = Workspace(Notebook.load(path).model, read_only=True)
    assert list(frames_of(workspace, "other")["chunks"]) == ["other"]
    assert list(frames_of(workspace, "index")["chunks"]) == ["chunks", "metadata"]
    assert "chunks" not in frames_of(workspace, "source")


def test_parameters_shown_are_those_set() -> None:
    assert key_parameters(Recursive(overlap=8, tokenizer="words")) == (
        ("overlap", "8"),
        ("tokenizer", "words"),
    )
    assert len(key_parameters(Recursive())) == 2
