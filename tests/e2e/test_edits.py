"""Edits by hand from the desk to the published collection, and what a later cut makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ops.errors import StoreError, UsageError
from pipelines import Notebook
from pipelines.correcting.desk import Desk
from pipelines.correcting.standing import Standing
from pipelines.diff import diff_runs
from pipelines.running.run import Options, run
from pipelines.workspace import Workspace
from tests.documents import write_documents, write_notebook
from tests.e2e.command import Command

COUNT = 3


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_documents(tmp_path / "docs", COUNT, sections=3)
    path = write_notebook(tmp_path)
    Notebook.load(path).run()
    return path


def opened(path: Path) -> Workspace:
    return Workspace(Notebook.load(path).model)


def desk(path: Path) -> Desk:
    return Desk(opened(path), "Ada")


def collection(path: Path) -> list[dict[str, Any]]:
    """The published chunks in order."""
    reader = opened(path).store.reader("policies")
    assert reader is not None
    return reader.page("index", offset=0, limit=1000, order=("uri",)).to_dicts()


def states(path: Path) -> list[tuple[str, str]]:
    return [(one.edit.kind, one.state) for one in desk(path).all()]


def only(path: Path, kind: str) -> Standing:
    (one,) = [one for one in desk(path).all() if one.edit.kind == kind]
    return one


def resize(path: Path, size: int) -> None:
    path.write_text(path.read_text().replace("size: 60", f"size: {size}"), encoding="utf-8")


def test_an_edit_costs_its_document_only(path: Path) -> None:
    first, second, *_ = collection(path)
    edit = desk(path).merge(first["chunk_id"])
    assert (edit.author, edit.cell, edit.doc_id) == ("Ada", "chunks", first["doc_id"])
    assert states(path) == [("merge", "pending")]
    plans = {plan.cell: plan.work for plan in Notebook.load(path).plan()}
    assert plans["source"].is_empty
    assert plans["chunks"].changed == (first["doc_id"],)
    before = {row["chunk_id"] for row in collection(path)}
    report = Notebook.load(path).run()
    assert report.published
    cells = {cell.id: cell for cell in report.cells}
    assert (cells["chunks"].changed, cells["chunks"].unchanged) == (1, COUNT - 1)
    assert states(path) == [("merge", "applied")]
    rows = collection(path)
    (merged,) = [row for row in rows if row["edits"]]
    assert (merged["start"], merged["end"]) == (first["start"], second["end"])
    assert merged["tokens"] > 60  # over the budget: a person may
    after = {row["chunk_id"] for row in rows}
    assert before - after == {first["chunk_id"], second["chunk_id"]}
    again = Notebook.load(path).run()
    assert not again.published


def test_every_kind_of_edit(path: Path) -> None:
    rows = [row for row in collection(path) if row["end"] - row["start"] > 40][:6]
    edits = desk(path)
    at = rows[0]["text"].index(" ", 20)
    edits.split(rows[0]["chunk_id"], at)
    edits.retitle(rows[1]["chunk_id"], "A title")
    edits.change(rows[2]["chunk_id"], "Zanzibar is what this says.")
    edits.drop(rows[3]["chunk_id"])
    edits.pin(rows[4]["chunk_id"])
    edits.annotate(rows[5]["chunk_id"], "check this")
    Notebook.load(path).run()
    assert {state for _, state in states(path)} == {"applied"}
    now = {row["text"]: row for row in collection(path)}
    for half in (rows[0]["text"][:at].strip(), rows[0]["text"][at:].strip()):
        assert now[half]["edits"] == [1]
    assert now[rows[1]["text"]]["chunk_title"] == "A title"
    assert now[rows[1]["text"]]["title"] == rows[1]["title"]  # the document's
    changed = now[rows[2]["text"]]
    assert changed["derived_text"] == "Zanzibar is what this says."
    assert rows[3]["text"] not in now
    assert now[rows[4]["text"]]["pinned"]
    assert now[rows[5]["text"]]["note"] == "check this"
    reader = opened(path).store.reader("policies")
    assert reader is not None
    hits = reader.search("index", "zanzibar", mode="text", k=3)
    assert [hit.row["chunk_id"] for hit in hits] == [changed["chunk_id"]]


def test_edits_hold_after_another_cut(path: Path) -> None:
    rows = collection(path)
    edits = desk(path)
    edits.pin(rows[1]["chunk_id"])
    edits.change(rows[4]["chunk_id"], "In other words.")
    Notebook.load(path).run()
    resize(path, 25)
    Notebook.load(path).run()
    assert {state for _, state in states(path)} == {"applied"}
    now = {row["text"]: row for row in collection(path)}
    assert now[rows[1]["text"]]["pinned"]
    assert now[rows[4]["text"]]["derived_text"] == "In other words."


def test_a_lost_text_is_a_conflict_that_is_listed(path: Path, chunkbook: Command) -> None:
    first = collection(path)[0]
    desk(path).annotate(first["chunk_id"], "gone soon")
    Notebook.load(path).run()
    file = path.parent / first["uri"].removeprefix("file:")
    file.write_text("Nothing of this was here before.", encoding="utf-8")
    Notebook.load(path).run()
    one = only(path, "annotate")
    assert (one.state, one.reason) == ("conflict", "its text no longer stands in the document")
    told = chunkbook("edits", path, "--conflicts", "--json")
    assert [edit["number"] for edit in told.json["edits"]] == [1]
    assert "conflict" in chunkbook("edits", path).out
    file.unlink()
    ran = chunkbook("run", path, "--quiet")
    assert "1 edit by hand is in conflict" in ran.err
    assert only(path, "annotate").reason == "its document is gone"


def test_a_file_that_moved_with_its_content_keeps_its_edits(path: Path) -> None:
    first = collection(path)[0]
    desk(path).retitle(first["chunk_id"], "Kept")
    Notebook.load(path).run()
    file = path.parent / first["uri"].removeprefix("file:")
    file.rename(file.with_name("moved.md"))
    Notebook.load(path).run()
    (titled,) = [row for row in collection(path) if row["chunk_title"]]
    assert (titled["chunk_title"], titled["text"]) == ("Kept", first["text"])
    assert titled["uri"].endswith("moved.md")
    one = only(path, "retitle")
    assert (one.state, one.doc_id) == ("applied", titled["doc_id"])
    # And it can be taken back where it is now.
    desk(path).undo()
    Notebook.load(path).run()
    assert not [row for row in collection(path) if row["chunk_title"]]


def test_undo_and_undo_of_undo(path: Path) -> None:
    before = collection(path)
    edits = desk(path)
    edits.drop(before[2]["chunk_id"])
    Notebook.load(path).run()
    assert len(collection(path)) == len(before) - 1
    edits.undo()
    assert states(path) == [("drop", "pending"), ("undo", "pending")]
    Notebook.load(path).run()
    assert collection(path) == before
    assert states(path) == [("drop", "undone"), ("undo", "applied")]
    with pytest.raises(UsageError, match="there is no edit to undo"):
        edits.undo()
    with pytest.raises(UsageError, match="undone already"):
        edits.undo(1)
    edits.undo(2)
    Notebook.load(path).run()
    assert len(collection(path)) == len(before) - 1


def test_what_cannot_be_done_is_refused_at_once(path: Path) -> None:
    rows = collection(path)
    edits = desk(path)
    last = [row for row in rows if row["doc_id"] == rows[0]["doc_id"]][-1]
    with pytest.raises(UsageError, match="no chunk follows"):
        edits.merge(last["chunk_id"])
    with pytest.raises(UsageError, match="cannot be cut"):
        edits.split(rows[0]["chunk_id"], 0)
    with pytest.raises(UsageError, match="no published chunk"):
        edits.pin("nothing")
    with pytest.raises(UsageError, match="no wording"):
        edits.change(rows[0]["chunk_id"], "  ")
    edits.merge(rows[0]["chunk_id"])
    with pytest.raises(UsageError, match="would cut what edit 1 made"):
        edits.pin(rows[1]["chunk_id"])
    assert len(edits.all()) == 1


def test_only_the_chosen_document_is_run(path: Path) -> None:
    rows = collection(path)
    names = list(dict.fromkeys(row["doc_id"] for row in rows))
    edits = desk(path)
    for name in names[:2]:
        edits.pin(next(row for row in rows if row["doc_id"] == name)["chunk_id"])
    cells = ("chunks", "metadata", "index")
    report = run(opened(path), Options(cells=cells, documents=(names[0],)))
    assert {cell.id: cell.changed for cell in report.cells}["chunks"] == 1
    assert not report.published  # the other is still waiting
    assert [state for _, state in states(path)] == ["applied", "pending"]
    report = run(opened(path), Options(cells=cells, documents=(names[1],)))
    assert report.published
    assert sum(bool(row["pinned"]) for row in collection(path)) == 2


def test_edits_are_seen_in_a_preview(path: Path) -> None:
    first = collection(path)[0]
    desk(path).retitle(first["chunk_id"], "Seen")
    frames = Notebook.load(path).sample("metadata", COUNT).frames
    titled = frames["chunks"].filter(pl.col("chunk_title") == "Seen")
    assert titled["chunk_id"].to_list() == [first["chunk_id"]]


def test_export_and_import(path: Path, tmp_path: Path, chunkbook: Command) -> None:
    rows = collection(path)
    edits = desk(path)
    edits.pin(rows[0]["chunk_id"])
    edits.drop(rows[1]["chunk_id"])
    edits.undo(1)
    kept = tmp_path / "edits.jsonl"
    assert chunkbook("edits", path, "--export", kept).code == 0
    assert chunkbook("edits", path, "--import", kept).err.startswith("0 edits added")
    other = tmp_path / "other"
    other.mkdir()
    (path.parent / "docs").rename(other / "docs")
    copy = write_notebook(other)
    assert chunkbook("edits", copy, "--import", kept).err.startswith("3 edits added")
    Notebook.load(copy).run()
    assert states(copy) == [("pin", "undone"), ("drop", "applied"), ("undo", "applied")]
    kept.write_text('{"kind": "explode"}\n')
    assert chunkbook("edits", copy, "--import", kept).code == 2


def test_diff_tells_what_changed_between_runs(path: Path, chunkbook: Command) -> None:
    rows = collection(path)
    edits = desk(path)
    edits.merge(rows[0]["chunk_id"])
    edits.change(rows[3]["chunk_id"], "In other words.")
    edits.drop(rows[5]["chunk_id"])
    Notebook.load(path).run()
    found = diff_runs(opened(path), "previous", "last")
    (cell,) = found.cells
    assert cell.counts == {"recut": 1, "reworded": 1, "removed": 1}
    told = chunkbook("diff", path, "--json")
    assert told.json["cells"][0]["counts"] == {"added": 0, "removed": 1, "recut": 1, "reworded": 1}
    shown = chunkbook("diff", path, found.before[:8], found.after[:8]).out
    assert "1 re-cut" in shown
    assert "In other words." in shown
    same = chunkbook("diff", path, "last", "last")
    assert "no chunk differs" in same.out
    assert chunkbook("diff", path, "nope", "last").code == 2


def test_diff_of_a_run_whose_state_is_gone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from storage import Policy

    workspace = opened(path)
    (first,) = [manifest.run_id for manifest in workspace.tables.manifests()]
    second = Notebook.load(path).run().run_id  # nothing is new, so it publishes nothing
    with pytest.raises(StoreError, match="has no state to read"):
        diff_runs(workspace, first, second)
    assert Policy().manifests == 5


def test_a_plan_of_what_is_not_written(path: Path, chunkbook: Command) -> None:
    before = path.read_text(encoding="utf-8")
    told = chunkbook("plan", path, "--set", "chunks.size=30", "--json").json
    cells = {cell["id"]: cell["documents"]["changed"] for cell in told["cells"]}
    assert cells == {"source": 0, "chunks": COUNT, "metadata": COUNT, "index": COUNT}
    assert path.read_text(encoding="utf-8") == before
    for wrong in ("chunks.size", "chunks.size=0", "chunks.sise=3", "cut.size=3"):
        assert chunkbook("plan", path, "--set", wrong).code == 2
