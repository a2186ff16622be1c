"""Ops that must see every document: summarised once, fitted when due, resumed when stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.errors import Cancelled
from pipelines import Notebook
from pipelines.events import CellReport
from pipelines.looking.apply import apply_op
from pipelines.looking.sample import Sampler
from pipelines.running.run import Options, run
from tests.fitted_op import Rarest, known

NOTEBOOK = """\
name: rare
cells:
  - id: source
    op: load.files
    params: {path: docs}
  - id: rarest
    op: keywords.rarest
    params: {refit: REFIT}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "docs").mkdir()
    for number in range(20):
        write(tmp_path, number, f"common word{number}")
    with known(monkeypatch):
        yield tmp_path


def write(folder: Path, number: int, text: str) -> None:
    (folder / "docs" / f"{number:02}.txt").write_text(text, encoding="utf-8")


def notebook(folder: Path, refit: float = 0.1) -> Notebook:
    path = folder / "rare.yaml"
    path.write_text(NOTEBOOK.replace("REFIT", str(refit)), encoding="utf-8")
    return Notebook.load(path)


def go(book: Notebook, refit: bool = False) -> CellReport:
    return run(book.workspace, Options(refit=refit)).cells[1]


def rarest(book: Notebook) -> list[str]:
    wired = book.workspace.wiring.cells["rarest"]
    table = book.workspace.table_names(wired)["documents"]
    return sorted(book.workspace.tables.read(table)["rarest"])


def test_what_is_not_due_costs_only_the_new_document(folder: Path) -> None:
    book = notebook(folder)
    assert book.plan()[1].refit
    first = go(book)
    assert (first.added, first.rows) == (20, 20)
    assert rarest(book) == sorted(f"word{n}" for n in range(20))
    assert len(Rarest.summarised) == 20
    assert not book.plan()[1].refit
    again = go(book)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 20)
    assert len(Rarest.summarised) == 20

    write(folder, 20, "common word0")
    plan = book.plan()[1]
    assert not plan.refit
    assert (len(plan.work.added), len(plan.work.changed)) == (1, 0)
    more = go(book)
    assert (more.added, more.changed, more.unchanged) == (1, 0, 20)
    assert len(Rarest.summarised) == 21
    # By the whole of the first run, which did not know that "word0" is there twice.
    assert rarest(book).count("word0") == 2
    assert go(book).unchanged == 21


def test_past_its_share_of_change_the_whole_is_fitted_anew(folder: Path) -> None:
    book = notebook(folder)
    go(book)
    for number in (20, 21):
        write(folder, number, "common word0")
        assert go(book).changed == 0
    write(folder, 22, "common word0 rare")
    assert book.plan()[1].refit
    done = go(book)
    assert (done.added, done.changed, done.unchanged) == (1, 22, 0)
    assert rarest(book).count("rare") == 1
    assert rarest(book).count("common") == 0
    assert len(Rarest.summarised) == 23
    assert go(book).unchanged == 23


def test_at_every_change_where_that_is_asked_for(folder: Path) -> None:
    book = notebook(folder, refit=0)
    go(book)
    (folder / "docs" / "00.txt").unlink()
    done = go(book)
    assert done.deleted == 1
    assert done.changed == 19
    assert len(Rarest.summarised) == 20
    assert go(book).unchanged == 19
    # Fitted anew on the same parts, it is the same, and nothing is done again.
    assert go(book, refit=True).unchanged == 19


def test_another_policy_does_nothing_again(folder: Path) -> None:
    go(notebook(folder, refit=0))
    assert go(notebook(folder, refit=1)).unchanged == 20


def test_a_document_that_cannot_be_summarised_is_told_and_the_others_count(folder: Path) -> None:
    write(folder, 3, "unreadable")
    book = notebook(folder)
    told: list[str] = []

    def observer(event: object) -> None:
        if type(event).__name__ == "DocumentFailed":
            told.append(str(event))

    report = run(book.workspace, Options(), observer)
    assert len(told) == 1
    assert "unreadable" in told[0]
    assert report.cells[1].added == 20


def test_a_stopped_run_goes_on(folder: Path) -> None:
    book = notebook(folder)

    def enough() -> bool:
        return len(Rarest.summarised) >= 7

    with pytest.raises(Cancelled):
        run(book.workspace, Options(), cancelled=enough)
    Rarest.summarised.clear()
    done = go(notebook(folder))
    assert done.rows == 20
    assert rarest(book) == sorted(f"word{n}" for n in range(20))


def test_a_preview_fits_on_its_sample_and_says_so(folder: Path) -> None:
    preview = Sampler(notebook(folder).workspace, count=3).preview("rarest")
    assert preview.fitted == ("rarest",)
    assert all(text.startswith("word") for text in preview.frames["documents"]["rarest"])
    from ops.context import Context

    workspace = notebook(folder).workspace
    frames = Sampler(workspace, count=3).preview("source").frames
    made = apply_op(Rarest(), frames, Context(workspace.unstored()), lambda text: None)
    assert made.frames["documents"]["rarest"].to_list() == (
        preview.frames["documents"]["rarest"].to_list()
    )
