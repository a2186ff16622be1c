"""A second run does only what is new: whatever is added, changed, removed or re-parametered."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import Notebook
from pipelines.events import CellReport, RunReport
from tests.documents import document, write_documents, write_notebook
from tests.equality import assert_same_tables

COUNT = 6


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_documents(tmp_path / "docs", COUNT)
    return tmp_path


def run(path: Path, retry: bool = False) -> dict[str, CellReport]:
    return by_cell(Notebook.load(path).run(retry=retry))


def by_cell(report: RunReport) -> dict[str, CellReport]:
    return {cell.id: cell for cell in report.cells}


def counts(cell: CellReport) -> tuple[int, int, int, int, int]:
    return cell.added, cell.changed, cell.unchanged, cell.deleted, cell.failed


def test_nothing_changed_nothing_done(folder: Path) -> None:
    path = write_notebook(folder)
    first = run(path)
    assert all(counts(cell) == (COUNT, 0, 0, 0, 0) for cell in first.values())
    assert first["chunks"].rows > COUNT
    again = Notebook.load(path).run()
    assert not again.published
    assert all(counts(cell) == (0, 0, COUNT, 0, 0) for cell in again.cells)
    assert [c.content for c in again.cells] == [c.content for c in first.values()]
    assert all(cell.work.is_empty for cell in Notebook.load(path).plan())


def test_a_document_costs_only_itself(folder: Path) -> None:
    path = write_notebook(folder)
    run(path)
    docs = folder / "docs"
    (docs / "policy_001.md").write_text(document(101), encoding="utf-8")
    (docs / "new.md").write_text(document(102), encoding="utf-8")
    (docs / "policy_002.md").unlink()
    for plan in Notebook.load(path).plan():
        work = plan.work
        assert (len(work.added), len(work.changed), len(work.deleted)) == (1, 1, 1)
    after = run(path)
    assert all(counts(cell) == (1, 1, COUNT - 2, 1, 0) for cell in after.values())
    fresh = folder / "fresh"
    fresh.mkdir()
    docs.rename(fresh / "docs")
    other = write_notebook(fresh)
    run(other)
    assert_same_tables(Notebook.load(path).workspace, Notebook.load(other).workspace)


def test_text_that_did_not_change_stops_the_work_early(folder: Path) -> None:
    path = write_notebook(folder)
    run(path)
    touched = folder / "docs" / "policy_003.md"
    touched.write_bytes(touched.read_bytes())
    after = run(path)
    assert counts(after["source"])[2] == COUNT
    assert all(counts(cell) == (0, 0, COUNT, 0, 0) for cell in after.values())


def test_a_parameter_restales_its_cell_and_what_its_changed_output_reaches(folder: Path) -> None:
    path = write_notebook(folder, size=60)
    run(path)
    write_notebook(folder, size=40)
    after = run(path)
    assert counts(after["source"]) == (0, 0, COUNT, 0, 0)
    assert counts(after["chunks"]) == (0, COUNT, 0, 0, 0)
    assert counts(after["index"]) == (0, COUNT, 0, 0, 0)


def test_a_parameter_whose_change_changes_nothing_goes_no_further(folder: Path) -> None:
    path = write_notebook(folder, size=5000)
    run(path)
    write_notebook(folder, size=6000)
    after = run(path)
    assert counts(after["chunks"]) == (0, COUNT, 0, 0, 0)
    assert counts(after["metadata"]) == (0, 0, COUNT, 0, 0)


def test_going_back_to_an_earlier_shape_leaves_no_old_rows(folder: Path) -> None:
    path = write_notebook(folder)
    run(path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("segment.recursive", "segment.fixed"), encoding="utf-8")
    run(path)
    (folder / "docs" / "policy_000.md").unlink()
    run(path)
    path.write_text(text, encoding="utf-8")
    run(path)
    workspace = Notebook.load(path).workspace
    table = workspace.table_names(workspace.wiring.cells["chunks"])["chunks"]
    assert workspace.tables.read(table)["doc_id"].n_unique() == COUNT - 1


def test_a_failed_document_is_put_aside_and_taken_up_when_it_changes(folder: Path) -> None:
    path = write_notebook(folder)
    bad = folder / "docs" / "bad.md"
    bad.write_bytes(b"caf\xe9 au lait")
    first = run(path)
    assert counts(first["source"]) == (COUNT, 0, 0, 0, 1)
    assert counts(first["chunks"]) == (COUNT, 0, 0, 0, 0)
    ((uri, reason),) = first["source"].failures.items()
    assert uri.endswith("bad.md")
    assert "UTF-8" in reason
    second = run(path)
    assert counts(second["source"]) == (0, 0, COUNT, 0, 0)
    assert counts(run(path, retry=True)["source"])[4] == 1
    bad.write_text("Coffee with milk is served at nine.", encoding="utf-8")
    third = run(path)
    assert third["source"].failures == {}
    assert counts(third["index"]) == (1, 0, COUNT, 0, 0)


def test_a_document_that_can_no_longer_be_read_keeps_its_last_good_state(folder: Path) -> None:
    path = write_notebook(folder)
    rows = run(path)["index"].rows
    (folder / "docs" / "policy_004.md").write_bytes(b"caf\xe9 au lait")
    after = run(path)
    assert after["source"].failed == 1
    assert after["index"].rows == rows


def test_running_one_cell_publishes_only_a_whole_state(folder: Path) -> None:
    path = write_notebook(folder, size=60)
    notebook = Notebook.load(path)
    first = notebook.run()
    write_notebook(folder, size=30)
    part = Notebook.load(path).run(cells=["chunks"])
    assert [cell.id for cell in part.cells] == ["chunks"]
    assert not part.published
    reader = Notebook.load(path).reader()
    assert reader is not None
    assert reader.manifest.run_id == first.run_id
    rest = Notebook.load(path).run()
    assert rest.published
